import Foundation

/// The number that a reader sees before a citation: the last one there, with any unit, interval and *n* that follow it.
/// Text, Markdown and LaTeX are read in the same way.
struct VisibleNumber {
  private(set) var value: String?
  private(set) var low: String?
  private(set) var high: String?
  private(set) var n: String?
  /// The words after the value; if there are none, those after its interval or *n*.
  private(set) var phrase = ""
  /// The other numbers between the value and the citation.
  private(set) var others: [String] = []
  /// The number of table columns between the value and the citation.
  private(set) var columnsBefore = 0
  /// The line of the value, from 1.
  let line: Int

  /// - Parameters:
  ///   - hasInterval: whether the citation has an interval, so that two consecutive numbers may be its ends.
  ///   - isLatex: whether an unescaped percent sign begins a comment.
  init(before place: CitationForm.Place, hasInterval: Bool, isLatex: Bool = true) {
    let characters = Array(Self.plain(isLatex ? Self.withoutCommentMark(place.before) : String(place.before)))
    var numbers = Self.numbers(in: characters)
    func between(_ first: Int, _ second: Int) -> String {
      String(characters[first..<second]).trimmingWhitespace()
    }
    var last = characters.count
    var gaps: [Range<Int>] = []
    func take(_ range: Range<Int>) {
      gaps.insert(range.upperBound..<last, at: 0)
      last = range.lowerBound
    }
    if let count = numbers.last, Self.endsWithCount(characters[..<count.range.lowerBound]) {
      n = count.digits
      take(count.range)
      numbers.removeLast()
    }
    if hasInterval, let upper = numbers.last, let lower = numbers.dropLast().last,
      Self.links.contains(between(lower.range.upperBound, upper.range.lowerBound))
    {
      (low, high) = (lower.digits, upper.digits)
      take(lower.range.lowerBound..<upper.range.upperBound)
      numbers.removeLast(2)
    }
    // The confidence level of the interval.
    if let level = numbers.last, level.digits == "95", low != nil,
      characters[level.range.upperBound...].first(where: { !$0.isWhitespace }) == "%"
    {
      last = level.range.lowerBound
      numbers.removeLast()
    }
    value = numbers.last?.digits
    let start = numbers.last?.range.lowerBound ?? characters.count
    line = place.firstLine + characters.prefix(start).count { $0 == "\n" }
    guard let number = numbers.last else { return }
    take(number.range)
    columnsBefore = characters[number.range.upperBound...].count { $0 == "|" || $0 == "&" }
    let phrases = gaps.map { Self.phrase(characters[$0]) }
    let stated = phrases.firstIndex { !$0.isEmpty }
    phrase = stated.map { phrases[$0] } ?? ""
    if stated == nil { others = gaps.flatMap { String(characters[$0]).split { !$0.isLetter }.map(String.init) } }
  }

  /// The text without a final comment mark, which hides the citation and is not a unit.
  private static func withoutCommentMark(_ text: Substring) -> String {
    var rest = text
    while rest.last?.isWhitespace == true { rest.removeLast() }
    guard rest.last == "%", !rest.dropLast().hasSuffix("\\") else { return String(text) }
    return String(rest.dropLast())
  }

  /// The words up to the first delimiter.
  private static func phrase(_ gap: ArraySlice<Character>) -> String {
    let closed = gap.drop { $0.isWhitespace || "])*".contains($0) }
    return String(closed.prefix { !"([<,;:|&–±".contains($0) && !($0.isASCII && $0.isNumber) }).trimmingWhitespace()
  }

  /// The words after a number, up to the first delimiter.
  static func phrase(behind text: String) -> String { phrase(Array(plain(text))[...]) }

  /// The text between the ends of an interval.
  private static let links: Set<String> = ["–", "-", "to", "and"]
  private static let separators: Set<Character> = [",", "\u{A0}", "\u{2009}", "\u{202F}"]

  /// Whether the next number is the `8` of `n = 8`.
  private static func endsWithCount(_ text: ArraySlice<Character>) -> Bool {
    let last = text.reversed().lazy.filter { !$0.isWhitespace }.prefix(3)
    return last.starts(with: ["=", "n"]) && last.dropFirst(2).allSatisfy { !$0.isLetter }
  }

  /// All numbers that are not part of a word, without digit grouping.
  static func numbers(in text: [Character]) -> [(digits: String, range: Range<Int>)] {
    func isDigit(_ index: Int) -> Bool { text.indices.contains(index) && text[index].isASCII && text[index].isNumber }
    var numbers: [(String, Range<Int>)] = []
    var index = 0
    while index < text.count {
      guard isDigit(index) else {
        index += 1
        continue
      }
      var start = index
      var digits = ""
      while isDigit(index) {
        digits.append(text[index])
        index += 1
        // A separator of groups of three digits, or a decimal point.
        let isGroup =
          index < text.count && separators.contains(text[index]) && (1...3).allSatisfy { isDigit(index + $0) }
          && !isDigit(index + 4) && !digits.contains(".")
        if isGroup {
          index += 1
        } else if index < text.count, text[index] == ".", isDigit(index + 1), !digits.contains(".") {
          digits.append(".")
          index += 1
        }
      }
      let before = start > 0 ? text[start - 1] : " "
      if before.isLetter || before == "_" || before == "^" { continue }
      if before == "-" || before == "−", start < 2 || !text[start - 2].isLetter && !text[start - 2].isNumber {
        digits = "-" + digits
        start -= 1
      }
      numbers.append((digits, start..<index))
    }
    return numbers
  }
}

extension String {
  func trimmingWhitespace() -> String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
