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
    /// The number and its accepted range, of each number that decides the claim and is decided itself.
    let accepted: [String]
  }

  /// How a claim is reproduced on a machine.
  public struct Cost: Sendable {
    /// As it is typed.
    let command: String
    /// Nil if it is unknown, as without a peer that the claim needs.
    let seconds: Double?
    /// On the disk; nil if it is unknown.
    let bytes: UInt64?

    public init(command: String, seconds: Double?, bytes: UInt64?) {
      self.command = command
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
        memory: peaks.max(),
        accepted: judged.filter { $0.accepted != NumberText.none }.map { "\($0.study.name): \($0.accepted)" })
    }
  }

  /// A row for each claim.
  /// - Parameter costs: of each claim, by its id.
  func table(_ costs: [String: Cost]) -> Table {
    func column(_ heading: String, _ text: (Entry) -> String?) -> TableColumn {
      .text(heading, entries.map { text($0) ?? NumberText.none })
    }
    return Table(
      columns: [
        column("claim", \.id), column("command") { costs[$0.id]?.command },
        column("minutes") { entry in
          (costs[entry.id]?.seconds).map { NumberText.significant(max(0.1, $0 / 60), digits: 2) }
        },
        column("memory") { $0.memory.map { NumberText.bytes(Double($0)) } },
        column("disk") { (costs[$0.id]?.bytes).map { NumberText.bytes(Double($0)) } },
        column("accepted") { $0.accepted.joined(separator: "; ") },
      ], rows: entries.map { _ in Table.Row() }, names: 1)
  }
}

extension Measure {
  /// The samples behind it; none if it is from a limit.
  fileprivate var samples: [Sample] { if case .trials(let samples) = source { samples } else { [] } }
  fileprivate var limit: String? { if case .limits(let entry) = source { entry.name } else { nil } }
}
