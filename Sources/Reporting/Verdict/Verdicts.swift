import Records

/// What a run's experiments say of their modes.
public struct Verdicts: Sendable {
  /// In the order of the plan.
  let all: [Verdict]
  /// Of more experiments, lines count.
  private static let mostLines = 5

  /// - Parameter summary: of the run.
  public init(_ run: Run, _ summary: Summary) {
    let trials = RunPoints(run, nil)
    all = summary.sections.compactMap { Verdict($0, summary, trials) }
  }

  /// A line for each experiment; of many, how often which mode is ahead.
  public var lines: [String] {
    isCounted ? ["verdicts: \(count)"] : all.map { "verdict on \($0.name): \($0.text)" }
  }

  var isCounted: Bool { all.count > Self.mostLines }

  /// How often which mode is ahead in closed loops.
  var count: String {
    let counts = VerdictCounts(all)
    guard !counts.compared.isEmpty else { return "each of \(all.count) experiments has its own in the report" }
    let leaders = counts.leaders.map { "\($0.name) in \($0.count)" }.joined(separator: ", ")
    let parts = [
      counts.ledByOne.isEmpty
        ? nil
        : "one mode sustains a significantly higher rate than every other in \(counts.ledByOne.count) (\(leaders))",
      counts.ledBySeveral > 0 ? "none does in \(counts.ledBySeveral)" : nil,
      counts.undecided > 0 ? "there are too few rounds for a verdict in \(counts.undecided)" : nil,
    ].compactMap { $0 }
    return "of \(counts.compared.count) closed-loop experiments that compare modes, \(parts.joined(separator: "; ")). "
      + "Each experiment has its own in the report."
  }

  func of(_ section: Summary.Section) -> Verdict? {
    let name =
      switch section {
      case .experiment(let experiment): experiment.name
      case .load(let load): load.name
      case .sweep(let sweep): sweep.name
      }
    return all.first { $0.name == name }
  }
}

/// How often which mode is ahead, of closed loops.
struct VerdictCounts {
  /// Those that compare modes.
  let compared: [Standing]
  /// Those in which one mode is significantly better than each of the others.
  let ledByOne: [Standing]
  let ledBySeveral: Int
  /// Those with too few rounds.
  let undecided: Int

  init(_ verdicts: [Verdict]) {
    compared = verdicts.compactMap(\.closedLoop)
    ledByOne = compared.filter(\.isLedByOne)
    undecided = compared.count { !$0.isJudged }
    ledBySeveral = compared.count - undecided - ledByOne.count
  }

  /// The modes that lead alone, in the order of the plan.
  var leaders: [(name: String, count: Int)] {
    var names: [String] = []
    for standing in ledByOne where !names.contains(standing.first.name) { names.append(standing.first.name) }
    return names.map { name in (name, ledByOne.count { $0.first.name == name }) }
  }
}
