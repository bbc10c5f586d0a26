import Measurement
import Records

/// What a terminal can do to a piece of text: SGR sequences, ECMA-48.
package enum Style: String, CaseIterable {
  case plain = ""
  case bold = "1"
  case dim = "2"
  case warning = "33"
  case fine = "32"
  case note = "36"
  case black = "38;5;250"
  case orange = "38;5;214"
  case blue = "38;5;32"
  case green = "38;5;36"
  case skyBlue = "38;5;117"
  case vermilion = "38;5;166"
  case grey = "38;5;244"
  case purple = "38;5;175"
  case olive = "38;5;142"

  /// The colour that a mode has in the figures too, or its nearest on a dark ground.
  init(mode: String) {
    switch mode {
    case "blocking": self = .black
    case "dispatch": self = .orange
    case "taskgroup": self = .blue
    case "epoll": self = .green
    case "executor": self = .skyBlue
    case "dispatch-concurrent": self = .vermilion
    case "threads": self = .grey
    case "taskgroup-blocking": self = .purple
    case "uring": self = .olive
    default: self = .plain
    }
  }

  package func applied(to text: String, color: Bool) -> String {
    color && self != .plain && !text.isEmpty ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
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
      } else if next == "\u{1B}", let style = styles.first(where: { rest.starts(with: $0) }) {
        result.append(next)
        result.append(contentsOf: style)
        rest.removeFirst(style.count)
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

  /// What comes behind the escape.
  private static let styles = (["0"] + Style.allCases.map(\.rawValue)).filter { !$0.isEmpty }.map {
    Array("[\($0)m".unicodeScalars)
  }

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
