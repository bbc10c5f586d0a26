import Foundation

extension VisibleNumber {
  /// The differences between the visible number and its citation.
  ///
  /// The visible number may be rounded, to at least two digits, and in another unit of the same kind. Without a unit
  /// next to it, it has the unit of its column's heading or, if there is none, of the citation.
  ///
  /// - Parameters:
  ///   - number: the run's number; nil if the run or the number was not found, or the citation differs from it.
  ///   - heading: the heading of its column.
  func differences(from form: CitationForm, _ number: Citable?, heading: String? = nil) -> [String] {
    guard let value else { return ["\(form.query): there is no number before its citation"] }
    let cited = VisibleUnit(cited: form.unit)
    let shown: VisibleUnit?
    switch VisibleUnit.reading(phrase, of: cited) {
    case .unit(let unit) where cited.isAlike(unit): shown = unit
    case .unit(let unit): return [Self.wrongUnit(unit.text, behind: value, form)]
    case .unknown(let word): return [Self.wrongUnit(word, behind: value, form)]
    case .none:
      if let word = others.first(where: { $0.count > 1 && VisibleUnit.multipliers[$0.lowercased()] != nil }) {
        return [Self.wrongUnit(word, behind: value, form)]
      }
      shown = heading.flatMap { VisibleUnit.heading($0, of: cited) }
    }
    let ratio = shown.map { Self.ratio($0, cited) } ?? 1
    let exact = number.map { ($0.exact, $0.number.unit.factor) }
    let pairs = [
      ("value", value, form.value, exact.map { $0.0.value / $0.1 }),
      ("low end", low, form.low, exact.flatMap { exact in exact.0.interval.map { $0.low / exact.1 } }),
      ("high end", high, form.high, exact.flatMap { exact in exact.0.interval.map { $0.high / exact.1 } }),
    ]
    let wrong = pairs.compactMap { name, visible, cited, exact -> String? in
      guard let visible, let cited, !Self.agree(visible, cited, exact, ratio) else { return nil }
      let units = shown.map { ratio == 1 ? ("", "") : (" \($0.text)", " \(form.unit)") } ?? ("", "")
      return "\(form.query): the text has \(visible)\(units.0) for the \(name), and its citation \(cited)\(units.1)"
    }
    guard let n, n != form.n else { return wrong }
    return wrong + ["\(form.query): the text has \(n) for the n, and its citation \(form.n)"]
  }

  /// What is wrong with the words after a number that is in the unit of its citation.
  static func wrongUnit(in text: String, of form: CitationForm) -> String? {
    let cited = VisibleUnit(cited: form.unit)
    switch VisibleUnit.reading(phrase(behind: text), of: cited) {
    case .none: return nil
    case .unknown(let word): return wrongUnit(word, behind: form.value, form)
    case .unit(let unit):
      return cited.isAlike(unit) && ratio(unit, cited) == 1 ? nil : wrongUnit(unit.text, behind: form.value, form)
    }
  }

  /// The ratio of two units; a multiplier alone scales the citation's unit.
  private static func ratio(_ shown: VisibleUnit, _ cited: VisibleUnit) -> Double {
    shown.kind == nil ? shown.factor : shown.factor / cited.factor
  }

  private static func wrongUnit(_ word: String, behind value: String, _ form: CitationForm) -> String {
    "\(form.query): the text has '\(word)' behind \(value), which is not a unit of the citation's \(form.value) \(form.unit); "
      + "write that unit or a multiple of it"
  }

  /// Whether two numbers agree, at the visible precision.
  /// - Parameters:
  ///   - exact: the number before rounding.
  ///   - ratio: the visible unit divided by the citation's unit.
  private static func agree(_ visible: String, _ cited: String, _ exact: Double?, _ ratio: Double) -> Bool {
    if ratio == 1, visible == cited { return true }
    guard let shown = Double(visible).map({ $0 * ratio }), let stated = Double(cited) else { return false }
    let step = pow(10, -Double(decimals(of: visible))) * ratio
    let citedStep = pow(10, -Double(decimals(of: cited)))
    if ratio == 1, step == citedStep { return false }
    // All digits must agree after the conversion.
    if abs(shown - stated) <= abs(stated) * 1e-9 { return true }
    func isNear(_ number: Double) -> Bool { abs(shown - number) <= step * 0.500001 }
    // A single digit is too imprecise, unless the citation has no more.
    guard digits(of: visible) > 1 else { return false }
    // Without the run, both may be rounded from a number that nobody knows.
    guard let exact else { return abs(shown - stated) <= (step + citedStep) * 0.500001 }
    return isNear(exact) || step > citedStep && isNear(stated)
  }

  private static func decimals(of number: String) -> Int { number.split(separator: ".").dropFirst().first?.count ?? 0 }

  /// The number of significant digits.
  private static func digits(of number: String) -> Int { number.filter(\.isNumber).drop { $0 == "0" }.count }
}
