import Records
import Statistics

/// Whether a run agrees with a study, claim by claim.
///
/// The range that counts as reproduced is the claim's own, which arithmetic set before anything was measured; the study
/// only says on which side of it a number lies. So a study that found “does not hold” is reproduced by a run whose
/// interval lies outside the range, too. Numbers that explain a verdict are shown, and do not count, as in reports.
public struct Reproduction: Sendable {
  public enum Agreement: String, Sendable {
    /// Both intervals are on the same side of the claim's bounds.
    case reproduced
    /// They are on different sides.
    case notReproduced = "not reproduced"
    /// An interval spans a bound, or there are too few trials for one.
    case undecided
    /// The run lacks the number.
    case notMeasured = "not measured"
    /// The study has no decided number.
    case nothing = "nothing to reproduce"
  }

  /// One number, on both sides.
  struct Number: Sendable {
    let study: Measure
    let run: Measure?

    /// The range that counts as reproduced, in words: `≥ 200`, `outside 5.000–5.250 s`.
    var accepted: String {
      switch study.standing {
      case .within?: study.predicted
      case .beyond? where study.least == nil || study.most == nil:
        study.predicted.replacing("≥", with: "<").replacing("≤", with: ">")
      case .beyond?: "outside \(study.predicted)"
      case .open?, nil: NumberText.none
      }
    }

    var agreement: Agreement {
      guard let standing = study.standing, standing != .open else { return .nothing }
      guard let own = run?.standing else { return .notMeasured }
      return own == .open ? .undecided : own == standing ? .reproduced : .notReproduced
    }
  }

  /// A claim that the study measures.
  public struct Entry: Sendable {
    let claim: Claim
    let numbers: [Number]
    let verdicts: (study: String, run: String)

    public var id: String { claim.id }

    /// From the numbers that decide the claim: one that is not reproduced is enough.
    public var agreement: Agreement {
      let all = numbers.filter { $0.study.role == .claim }.map(\.agreement).filter { $0 != .nothing }
      return [.notReproduced, .notMeasured, .undecided].first(where: all.contains)
        ?? (all.isEmpty ? .nothing : .reproduced)
    }
  }

  /// The ids of all claims.
  public static let claims = Claim.all.map(\.id)

  /// The ids of both runs.
  public let study: String
  public let run: String
  public let entries: [Entry]
  /// What differs between the machines, the builds and the work of the two, one line each.
  public let differences: [String]

  /// - Parameter claims: the ids of those to judge; nil for all that the study measures.
  public init(of study: Run, by run: Run, claims: Set<String>? = nil) {
    self.study = study.record.runID
    self.run = run.record.runID
    let own = Dictionary(ClaimResult.all(run, Summary(run)).map { ($0.claim.id, $0) }) { first, _ in first }
    let studied = ClaimResult.all(study, Summary(study)).filter { result in
      !result.measures.isEmpty && claims?.contains(result.claim.id) ?? true
    }
    entries = studied.map { result in
      let other = own[result.claim.id]
      return Entry(
        claim: result.claim,
        numbers: result.measures.map { measure in
          Number(study: measure, run: other?.measures.first { $0.isSame(as: measure) })
        }, verdicts: (result.verdictText, other?.verdictText ?? ClaimVerdict.notMeasured.rawValue))
    }
    let found = SideOfRuns.differences([study], [run])
    differences = found.machines + found.work.map(\.text)
  }

  /// How many claims there are of each agreement: `9 reproduced, 1 undecided`.
  public var count: String {
    let kinds: [Agreement] = [.reproduced, .notReproduced, .undecided, .notMeasured, .nothing]
    return kinds.compactMap { kind in
      let count = entries.count { $0.agreement == kind }
      return count > 0 ? "\(count) \(kind.rawValue)" : nil
    }.joined(separator: ", ")
  }
}

extension Measure {
  /// Whether another run's number is the same one. Bounds of arithmetic may have other numbers in their names on another
  /// machine: `share of min(500, 1881)`, `on each of 2 processors`.
  fileprivate func isSame(as other: Measure) -> Bool {
    name == other.name || experiment == other.experiment && matter == other.matter
  }

  private var matter: String {
    name.replacing(/\([^)]*\)/, with: "").replacing(/(on each of|on|,) \d+ (processors?|threads)$/, with: "")
  }
}
