import Records

/// What tutorials on asynchronous programming say, as a sentence that a run can put to the test.
struct Claim: Sendable {
  let id: String
  /// In the tutorials' words, in short.
  let text: String
  /// What is to be expected, and by what arithmetic.
  let prediction: String
  /// Why, in a sentence.
  let reason: String
  /// What a run has to say of it; nothing where it lacks the experiments.
  let measures: @Sendable (Evidence) -> [Measure]

  /// In the order of reports.
  static let all = waits + load + limits + work
}

/// What became of a claim.
enum ClaimVerdict: String, CaseIterable, Sendable {
  case holds
  /// It holds for some of what was measured, and not for the rest.
  case holdsWithinBounds = "holds within bounds"
  case doesNotHold = "does not hold"
  /// An interval spans its bound, or there is none, as there are too few trials.
  case undecided
  case notMeasured = "not measured"

  /// As a verb of several claims.
  var ofSeveral: String {
    switch self {
    case .holds: "hold"
    case .holdsWithinBounds: "hold within bounds"
    case .doesNotHold: "do not hold"
    case .undecided: "are undecided"
    case .notMeasured: "are not measured"
    }
  }

  /// By the numbers that the claim is judged by, all of which count alike.
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

/// A claim, and what a run says of it.
struct ClaimResult: Sendable {
  let claim: Claim
  let measures: [Measure]
  let verdict: ClaimVerdict

  init(_ claim: Claim, _ evidence: Evidence) {
    self.claim = claim
    measures = claim.measures(evidence)
    verdict = ClaimVerdict(measures)
  }

  /// Those that the verdict is of.
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
