import Plan
import Records

/// What it takes to reproduce each claim of a study: its experiments, and the range that counts.
public struct ReproductionPlan: Sendable {
  public struct Entry: Sendable {
    public let id: String
    /// The names of its experiments in the plan.
    public let experiments: Set<String>
    /// The names of its experiments on limits.
    public let limits: Set<String>
    /// The highest sum of both sides' peaks in the study's trials, in bytes; nil if it is unknown.
    public let memory: UInt64?
    /// The claim's number and its accepted range, of each number that decides it.
    let accepted: [String]
  }

  /// What a claim costs on a machine.
  public struct Cost: Sendable {
    let seconds: Double
    /// On the disk.
    let bytes: UInt64

    public init(seconds: Double, bytes: UInt64) {
      self.seconds = seconds
      self.bytes = bytes
    }
  }

  public let entries: [Entry]

  /// - Parameter study: a run that measures claims.
  public init(_ study: Run) {
    let trials = Dictionary(grouping: study.trials, by: \.experiment)
    entries = ClaimResult.all(study, Summary(study)).filter { !$0.measures.isEmpty }.map { result in
      let samples = result.measures.flatMap(\.samples)
      let experiments = Set(samples.map(\.experiment.plannedName))
      let peaks = experiments.flatMap { trials[$0] ?? [] }.compactMap { trial -> UInt64? in
        guard let client = trial.client?.memoryPeak else { return nil }
        return client + (trial.server?.memoryPeak ?? 0)
      }
      let judged = result.measures.filter { $0.role == .claim }.map { Reproduction.Number(study: $0, run: nil) }
      return Entry(
        id: result.claim.id, experiments: experiments, limits: Set(result.measures.compactMap(\.limit)),
        memory: peaks.max(), accepted: judged.map { "\($0.study.name): \($0.accepted)" })
    }
  }

  /// A row for each claim.
  /// - Parameters:
  ///   - study: the study's name in commands.
  ///   - costs: of each claim, by its id.
  func table(study: String, costs: [String: Cost]) -> Table {
    func column(_ heading: String, _ text: (Entry) -> String) -> TableColumn { .text(heading, entries.map(text)) }
    return Table(
      columns: [
        column("claim", \.id), column("command") { "iomodes reproduce \(study) --claim \($0.id)" },
        column("minutes") { entry in
          costs[entry.id].map { NumberText.significant(max(0.1, $0.seconds / 60), digits: 2) } ?? NumberText.none
        },
        column("memory") { $0.memory.map { NumberText.bytes(Double($0)) } ?? NumberText.none },
        column("disk") { costs[$0.id].map { NumberText.bytes(Double($0.bytes)) } ?? NumberText.none },
        column("accepted") { $0.accepted.joined(separator: "; ") },
      ], rows: entries.map { _ in Table.Row() }, names: 1)
  }
}

extension Measure {
  /// The samples behind it; none if it is from a limit.
  fileprivate var samples: [Sample] { if case .trials(let samples) = source { samples } else { [] } }
  fileprivate var limit: String? { if case .limits(let entry) = source { entry.name } else { nil } }
}
