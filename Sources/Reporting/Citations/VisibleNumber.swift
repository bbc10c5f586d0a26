/// The number that a reader of a document sees before a citation: the last one there, with its interval and *n* where
/// they follow it. Text, Markdown and LaTeX are read alike.
struct VisibleNumber {
  private(set) var value: String?
  private(set) var low: String?
  private(set) var high: String?
  private(set) var n: String?
  /// Where the value stands, from 1.
  let line: Int

  /// - Parameter hasInterval: whether the citation has one, so that two numbers in a row may be its ends.
  init(before place: CitationForm.Place, hasInterval: Bool) {
    var text = String(place.before)
    for (markup, plain) in Self.markup { text = text.replacing(markup, with: plain) }
    let characters = Array(text)
    var numbers = Self.numbers(in: characters)
    func between(_ first: Int, _ second: Int) -> String {
      String(characters[first..<second]).trimmingWhitespace()
    }
    if let last = numbers.last, Self.endsWithCount(characters[..<last.range.lowerBound]) {
      n = last.digits
      numbers.removeLast()
    }
    if hasInterval, let upper = numbers.last, let lower = numbers.dropLast().last,
      Self.links.contains(between(lower.range.upperBound, upper.range.lowerBound))
    {
      (low, high) = (lower.digits, upper.digits)
      numbers.removeLast(2)
    }
    // The level of the interval.
    if let last = numbers.last, last.digits == "95", low != nil,
      characters[last.range.upperBound...].first(where: { !$0.isWhitespace }) == "%"
    {
      numbers.removeLast()
    }
    value = numbers.last?.digits
    line = place.firstLine + characters.prefix(numbers.last?.range.lowerBound ?? characters.count).count { $0 == "\n" }
  }

  /// What is not as the citation has it.
  func differences(from form: CitationForm) -> [String] {
    guard let value else { return ["\(form.query): no number stands before its citation"] }
    let pairs = [
      ("value", value, form.value), ("low end", low, form.low), ("high end", high, form.high), ("n", n, form.n),
    ]
    return pairs.compactMap { name, visible, cited in
      guard let visible, let cited, visible != cited else { return nil }
      return "\(form.query): the text has \(visible) for the \(name), and its citation \(cited)"
    }
  }

  /// Spaces and signs as LaTeX, HTML and Markdown write them.
  private static let markup = [
    ("\\,", "\u{202F}"), ("{,}", ","), ("&nbsp;", "\u{A0}"), ("~", "\u{A0}"), ("\\%", "%"), ("--", "–"),
    ("&ndash;", "–"), ("$", ""), ("\\", ""),
  ]
  /// What stands between the ends of an interval.
  private static let links: Set<String> = ["–", "-", "to", "and"]
  private static let separators: Set<Character> = [",", "\u{A0}", "\u{2009}", "\u{202F}"]

  /// Whether what follows is the `8` of `n = 8`.
  private static func endsWithCount(_ text: ArraySlice<Character>) -> Bool {
    let last = text.reversed().lazy.filter { !$0.isWhitespace }.prefix(3)
    return last.starts(with: ["=", "n"]) && last.dropFirst(2).allSatisfy { !$0.isLetter }
  }

  /// All numbers that are not a part of a word, without what groups their digits.
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
        // A group of three, or decimals.
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
  fileprivate func trimmingWhitespace() -> String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
