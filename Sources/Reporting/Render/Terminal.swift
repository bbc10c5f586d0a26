import Measurement
import Plan
import Records

/// What a terminal can do to a piece of text: SGR sequences, ECMA-48.
package struct Style: Equatable, Sendable {
  /// The parameters of the sequence; none where nothing is done.
  let code: String

  static let plain = Style(code: "")
  package static let bold = Style(code: "1")
  package static let dim = Style(code: "2")
  package static let warning = Style(code: "33")
  package static let fine = Style(code: "32")
  package static let note = Style(code: "36")

  /// The colour that a mode has in the figures too, or its nearest on a dark ground.
  init(_ mode: ModeDescription?) { self.init(code: mode?.look.ink.map { "38;5;\($0)" } ?? "") }

  private init(code: String) { self.code = code }

  /// Whether what comes behind an escape is one of these, or their end.
  static func isSequence(_ text: Substring) -> Bool {
    guard text.hasPrefix("["), text.hasSuffix("m") else { return false }
    let code = text.dropFirst().dropLast()
    return ["0", "1", "2", "32", "33", "36"].contains(code)
      || code.hasPrefix("38;5;") && code.dropFirst(5).allSatisfy(\.isNumber) && UInt8(code.dropFirst(5)) != nil
  }

  package func applied(to text: String, color: Bool) -> String {
    color && self != .plain && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

/// Text in a monospaced grid.
package enum Terminal {
  /// A bar of `fraction` of `width` columns, in steps of an eighth of a column. Anything above zero can be seen.
  static func bar(_ fraction: Double, width: Int) -> String {
    guard fraction > 0, width > 0 else { return "" }
    let eighths = max(1, Int((min(fraction, 1) * Double(width * 8)).rounded()))
    let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + partial
  }

  /// Blocks as high as the counts, of which the highest is full. Anything above zero can be seen.
  static func sparkline(_ counts: [Double]) -> String {
    let highest = counts.max() ?? 0
    let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    return String(
      counts.map { $0 > 0 ? blocks[min(max(1, Int(saturating: ($0 / highest * 8).rounded(.up))), 8) - 1] : " " })
  }

  /// The text in ASCII, where no more can be shown. What a table aligns keeps its width, but for `…`, `≤` and `≥`.
  package static func ascii(_ text: String) -> String {
    text.map { character in
      if character.isASCII { return String(character) }
      return substitutes[character] ?? "?"
    }.joined()
  }

  /// The text without what would do something to a terminal, or to the order of what it shows: such a character is written
  /// as its number. Line feeds, tabs and the styles of this program stay.
  package static func visible(_ text: String) -> String {
    guard !text.unicodeScalars.allSatisfy(isHarmless) else { return text }
    var rest = Substring(text).unicodeScalars
    var result = String.UnicodeScalarView()
    while let next = rest.popFirst() {
      if isHarmless(next) {
        result.append(next)
      } else if next == "\u{1B}", let end = rest.prefix(longestSequence).firstIndex(of: "m"),
        Style.isSequence(Substring(rest[...end]))
      {
        result.append(next)
        result.append(contentsOf: rest[...end])
        rest = rest[end...].dropFirst()
      } else {
        let digits = String(next.value, radix: 16, uppercase: true)
        result.append(contentsOf: "\\x\(digits.count < 2 ? "0" : "")\(digits)".unicodeScalars)
      }
    }
    return String(result)
  }

  private static func isHarmless(_ character: Unicode.Scalar) -> Bool {
    RecordName.isVisible(character) || character == "\n" || character == "\t"
  }

  /// Of a style, without the escape: `[38;5;255m`.
  private static let longestSequence = 10

  private static let substitutes: [Character: String] = [
    "▁": "_", "▂": ".", "▃": ":", "▄": "-", "▅": "=", "▆": "+", "▇": "*", "█": "#",
    "▏": ".", "▎": ".", "▍": ":", "▌": "-", "▋": "=", "▊": "+", "▉": "*", "▕": "|",
    "µ": "u", "×": "x", "÷": "/", "±": "+-", "≤": "<=", "≥": ">=", "²": "^2", "λ": "lambda", "−": "-", "–": "-",
    "—": "--", "·": "-", "…": "...", "“": "\"", "”": "\"", "‘": "'", "’": "'",
  ]

  package static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  static func rightAligned(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  static func shortened(_ text: String, to width: Int) -> String {
    text.count <= width ? text : text.prefix(max(0, width - 1)) + "…"
  }

  /// Lines of at most `width` columns, broken at spaces; those after the first are indented by `indent`.
  package static func wrapped(_ text: String, width: Int, indent: Int = 0) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      let room = width - (lines.isEmpty ? 0 : indent)
      if !line.isEmpty && line.count + 1 + word.count > room {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    lines.append(line)
    return lines.enumerated().map { $0 == 0 ? $1 : String(repeating: " ", count: indent) + $1 }
  }
}
