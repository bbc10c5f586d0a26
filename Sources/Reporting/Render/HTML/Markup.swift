/// A piece of HTML. Text in an interpolation is escaped, and another piece is inserted as it is. So no text of a run
/// can become markup.
struct Markup: ExpressibleByStringInterpolation, Sendable, Equatable {
  private(set) var text: String

  init(stringLiteral value: String) { text = value }
  init(stringInterpolation interpolation: Interpolation) { text = interpolation.text }

  /// Plain text, which is escaped.
  init(_ text: String) { self.text = Self.escaped(text) }

  /// Text that is already markup: style, script, and figures that ``InlineSVG`` has filtered.
  init(trusted text: String) { self.text = text }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ value: String) { text += Markup.escaped(value) }
    mutating func appendInterpolation(_ value: Int) { text += "\(value)" }
    mutating func appendInterpolation(_ value: Markup) { text += value.text }
    /// Inserts nothing for nil.
    mutating func appendInterpolation(_ value: Markup?) { text += value?.text ?? "" }
    mutating func appendInterpolation(_ values: [Markup]) { for value in values { text += value.text } }
  }

  static func + (first: Markup, second: Markup) -> Markup { Markup(trusted: first.text + second.text) }

  /// Escapes text for elements and quoted attributes. Control characters, which HTML does not allow, are replaced.
  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || special.contains($0) }) else { return text }
    return text.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\n", "\t": escaped.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20: escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
  }

  private static let special = Set("&<>\"'".utf8)
}

extension [Markup] {
  func joined(_ separator: Markup) -> Markup { Markup(trusted: map(\.text).joined(separator: separator.text)) }
}
