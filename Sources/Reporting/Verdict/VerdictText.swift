import Foundation
import Statistics

extension Verdict {
  /// `at 64 lanes, epoll sustains 1.21 × [1.17–1.25] dispatch's rate; taskgroup and epoll are not significantly different.`
  var text: String {
    if let alone { return "\(alone.text)." }
    let told = standings.contains(where: \.isJudged) ? standings[...] : standings.prefix(1)
    var (place, isRemedyTold) = (Standing.Place?.none, false)
    return told.map { standing in
      defer {
        place = standing.place
        isRemedyTold = isRemedyTold || !standing.undecided.isEmpty
      }
      let start = standing.place == place ? "" : "\(standing.place.text), "
      return "\(start)\(standing.clauses(withRemedy: !isRemedyTold))."
    }.joined(separator: " ")
  }
}

extension Verdict {
  /// Which neighbours below the first are not significantly different, where there are any.
  var neighboursNote: Summary.MeasuredExperiment.Note? {
    guard let standing = standings.first, !standing.neighbours.isEmpty else { return nil }
    let pairs = standing.neighbours.map { "\($0.name) and \($1.name)" }.joined(separator: "; ")
    let place = "\(standing.place.text), these neighbours by \(standing.quantity.noun)"
    return .init(text: "\(place) are not significantly different, either: \(pairs)", isWarning: false)
  }
}

extension Standing.Place {
  /// `at 64 lanes and 5,000/s offered`
  fileprivate var text: String {
    let lanes = "at \(NumberText.grouped(concurrency)) \(concurrency == 1 ? "lane" : "lanes")"
    if let objective { return "\(lanes), with \(objective)" }
    return lanes + (rate.map { " and \(NumberText.brief($0))/s offered" } ?? "")
  }
}

extension Standing {
  /// A difference, then ties, then what is not known.
  ///
  /// - Parameter withRemedy: whether it says how many rounds are enough.
  fileprivate func clauses(withRemedy: Bool) -> String {
    let subject = firstServed.map { "\(first.name), which served \($0) lanes," } ?? first.name
    var clauses: [String] = []
    if let next = apart.first, let ratio = next.ratio {
      let others = apart.dropFirst().map(\.key.name)
      let list = others.count > 2 ? "\(isLedByOne ? "all " : "")\(others.count) others" : VerdictWords.list(others)
      let rest = others.isEmpty ? "" : ", and \(quantity.comparative) \(list)"
      clauses.append(
        "\(subject) \(quantity.verb) \(VerdictWords.times(ratio)) \(VerdictWords.possessive(next.key.name)) "
          + "\(quantity.noun)\(rest)")
    }
    let tied = ties.map(\.key)
    clauses += VerdictWords.ties(
      tied.count == 1 ? (tied + [first]).sorted { $0.precedesByMode($1) }.map(\.name) : tied.map(\.name),
      with: first.name, in: clauses.isEmpty ? quantity : nil)
    clauses += VerdictWords.close(close.map(\.key.name), to: first.name, in: clauses.isEmpty ? quantity : nil)
    let remedy = withRemedy ? Comparison.Unit.round.recommended(familySize: familySize) : nil
    clauses += VerdictWords.undecided(
      undecided.map(\.key.name), ofAll: clauses.isEmpty && incomparable.isEmpty, remedy: remedy)
    if !incomparable.isEmpty {
      clauses.append("\(VerdictWords.list(incomparable.map(\.key.name))) cannot be compared in \(quantity.noun)")
    }
    clauses += unranked.prefix(VerdictWords.mostNames).map { key, served in
      "\(key.name) served \(served) lanes and is not ranked"
    }
    return clauses.joined(separator: "; ")
  }
}

extension Verdict.Alone {
  fileprivate var text: String {
    let value =
      quantity == .rate ? EstimateText(estimate) : EstimateText(span: estimate)
    let number = [value.median + (quantity == .rate ? " op/s" : ""), value.interval].filter { !$0.isEmpty }
      .joined(separator: " ")
    let what = quantity == .rate ? "\(key.name) sustains \(number)" : "\(key.name) has a \(quantity.noun) of \(number)"
    return "\(place.text), \(what); "
      + (hasOthers ? "no other mode can be compared with it" : "there is no mode to compare with")
  }
}

/// The words that verdicts on runs and on comparisons share.
enum VerdictWords {
  /// Longer lists are cut, and say how many more there are.
  static let mostNames = 4

  /// `1.21 × [1.17–1.25]`, with so many digits that a difference is seen.
  static func times(_ ratio: Estimate) -> String {
    let nearest = abs(ratio.low - 1) < abs(ratio.high - 1) ? ratio.low : ratio.high
    func text(_ value: Double, _ digits: Int) -> String { NumberText.significant(value, digits: digits) }
    let digits = (3...5).first { text(nearest, $0) != text(1, $0) } ?? 3
    let value = EstimateText(ratio, digits: digits)
    return ["\(value.median) ×", value.interval].filter { !$0.isEmpty }.joined(separator: " ")
  }

  static func possessive(_ name: String) -> String { name.hasSuffix("s") ? "\(name)'" : "\(name)'s" }

  /// `a, b and c`.
  static func list(_ names: some Collection<String>) -> String {
    let isCut = names.count > mostNames
    let shown = Array(names.prefix(isCut ? mostNames - 1 : mostNames))
    let parts = shown + (isCut ? ["\(names.count - shown.count) others"] : [])
    guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
    return "\(parts.dropLast().joined(separator: ", ")) and \(last)"
  }

  /// - Parameters:
  ///   - names: those that do not differ from another; of a single one its own and the other's.
  ///   - quantity: in what, where nothing before says so.
  static func ties(_ names: [String], with other: String, in quantity: Quantity?) -> [String] {
    guard !names.isEmpty else { return [] }
    let place = quantity.map { " in \($0.noun)" } ?? ""
    let isPair = names.count == 2 && names.contains(other)
    return ["\(list(names)) are not significantly different\(isPair ? "" : " from \(other)")\(place)"]
  }

  /// - Parameter names: those whose difference the test finds, and the interval does not.
  static func close(_ names: [String], to other: String, in quantity: Quantity?) -> [String] {
    let place = quantity.map { " in \($0.noun)" } ?? ""
    return names.isEmpty
      ? [] : ["\(list(names)) \(names.count == 1 ? "is" : "are") too close to \(other)\(place) for a verdict"]
  }

  /// - Parameters:
  ///   - ofAll: whether nothing else is said.
  ///   - remedy: how many rounds are enough; nil where that is said already.
  static func undecided(_ names: [String], ofAll: Bool, remedy: String?) -> [String] {
    guard !names.isEmpty else { return [] }
    let few = "too few rounds for a verdict"
    return [ofAll ? "there are \(few)" : "\(few) on \(list(names))"] + [remedy].compactMap { $0 }
  }
}

extension Comparison.Unit {
  /// How many are enough for a verdict, some spare ones included.
  func recommended(familySize: Int) -> String {
    switch self {
    case .round: "\(roundsForVerdict(familySize: familySize)) valid ones are recommended"
    case .pairOfRuns: "\(roundsForVerdict(familySize: familySize)) pairs of runs are recommended"
    case .trial: "\(max(usualRounds, fewestTrials(familySize: familySize))) valid ones a run are recommended"
    case .run: "3 runs in all are needed, and more are recommended"
    }
  }
}
