import Measurement
import Plan
import Records

/// The style of a text in a terminal: SGR sequences, ECMA-48.
package struct Style: Equatable, Sendable {
  /// The parameters of the sequence; empty for plain text.
  let code: String

  static let plain = Style(code: "")
  package static let bold = Style(code: "1")
  package static let dim = Style(code: "2")
  package static let warning = Style(code: "33")
  package static let fine = Style(code: "32")
  package static let note = Style(code: "36")

  /// The colour of a mode in figures, or the nearest one on a dark background.
  init(_ mode: ModeDescription?) { self.init(code: mode?.look.ink.map { "38;5;\($0)" } ?? "") }

  private init(code: String) { self.code = code }

  /// Whether the text after an escape is such a style, or its end.
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
  /// A bar over `fraction` of `width` columns, in steps of an eighth of a column. Any positive fraction is visible.
  static func bar(_ fraction: Double, width: Int) -> String {
    guard fraction > 0, width > 0 else { return "" }
    let eighths = max(1, Int((min(fraction, 1) * Double(width * 8)).rounded()))
    let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + partial
  }

  /// Blocks with heights proportional to the counts; the highest is full. Any positive count is visible.
  static func sparkline(_ counts: [Double]) -> String {
    let highest = counts.max() ?? 0
    let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    return String(
      counts.map { $0 > 0 ? blocks[min(max(1, Int(saturating: ($0 / highest * 8).rounded(.up))), 8) - 1] : " " })
  }

  /// The text in ASCII, for terminals without UTF-8. Aligned text keeps its width, except for `…`, `≤` and `≥`.
  package static func ascii(_ text: String) -> String {
    text.map { character in
      if character.isASCII { return String(character) }
      return substitutes[character] ?? "?"
    }.joined()
  }

  /// The text without characters that affect a terminal or the text's order; their numbers replace them. Line feeds,
  /// tabs and this program's styles stay.
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

  /// The length of a style without the escape: `[38;5;255m`.
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

  /// Lines of at most `width` columns, broken at spaces; lines after the first are indented by `indent`.
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
