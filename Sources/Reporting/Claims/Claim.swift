import Records

/// A claim of tutorials on asynchronous programming, as a sentence that a run can test.
struct Claim: Sendable {
  let id: String
  /// The claim in the tutorials' words, shortened.
  let text: String
  /// The predicted result, and the arithmetic behind it.
  let prediction: String
  /// The explanation, in one sentence.
  let reason: String
  /// Computes the numbers that a run has on it; none if it lacks the experiments.
  let measures: @Sendable (Evidence) -> [Measure]

  /// In the order of reports.
  static let all = waits + load + limits + work + python
}

/// The verdict on a claim.
enum ClaimVerdict: String, CaseIterable, Sendable {
  case holds
  /// It holds for some of the measurements, but not for the others.
  case holdsWithinBounds = "holds within bounds"
  case doesNotHold = "does not hold"
  /// An interval spans its bound, or there are too few trials for an interval.
  case undecided
  case notMeasured = "not measured"

  /// The verb for several claims.
  var ofSeveral: String {
    switch self {
    case .holds: "hold"
    case .holdsWithinBounds: "hold within bounds"
    case .doesNotHold: "do not hold"
    case .undecided: "are undecided"
    case .notMeasured: "are not measured"
    }
  }

  /// The verdict from the numbers of the claim, which all have equal weight.
  init(_ measures: [Measure]) {
    let standings = measures.filter { $0.role == .claim }.compactMap(\.standing)
    self =
      switch (standings.contains(.within), standings.contains(.beyond), standings.contains(.open)) {
      case (true, true, _): .holdsWithinBounds
      case (true, false, false): .holds
      case (false, true, false): .doesNotHold
      case (_, _, true): .undecided
      case (false, false, false): measures.isEmpty ? .notMeasured : .undecided
      }
  }
}

/// A claim and its result in a run.
struct ClaimResult: Sendable {
  let claim: Claim
  let measures: [Measure]
  let verdict: ClaimVerdict

  init(_ claim: Claim, _ evidence: Evidence) {
    self.claim = claim
    measures = claim.measures(evidence)
    verdict = ClaimVerdict(measures)
  }

  /// The numbers that determine the verdict.
  var judged: [Measure] { measures.filter { $0.role == .claim && $0.standing != nil } }

  /// Those of them whose interval does not decide.
  var undecided: [Measure] { judged.filter { $0.standing == .open } }

  /// The verdict with its parts: `holds within bounds; 1 of 4 undecided`.
  var verdictText: String {
    var text = verdict.rawValue
    let holding = judged.filter { $0.standing == .within }.compactMap(\.subject)
    if verdict == .holdsWithinBounds, !holding.isEmpty { text += " (\(holding.joined(separator: "; ")))" }
    let (open, all) = (undecided.count, judged.count)
    if open == 0 || open == all { return text }
    return verdict == .undecided ? "\(text): \(open) of \(all)" : "\(text); \(open) of \(all) undecided"
  }

  /// All claims, in their order.
  static func all(_ run: Run, _ summary: Summary) -> [ClaimResult] {
    let evidence = Evidence(run, summary)
    return Claim.all.map { ClaimResult($0, evidence) }
  }
}
