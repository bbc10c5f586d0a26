import Foundation

/// JSON that keeps the order of members.
indirect enum SchemaNode {
  typealias Members = [(name: String, value: SchemaNode)]

  case text(String)
  case number(Double)
  case flag(Bool)
  case list([SchemaNode])
  case object(Members)

  /// Lines indented by two spaces.
  func text(indent: String = "") -> String {
    let inner = indent + "  "
    func block(_ open: String, _ lines: [String], _ close: String) -> String {
      lines.isEmpty ? open + close : "\(open)\n\(inner)\(lines.joined(separator: ",\n" + inner))\n\(indent)\(close)"
    }
    return switch self {
    case .text(let text): Self.quoted(text)
    case .number(let number): Int64(exactly: number).map(String.init) ?? String(number)
    case .flag(let flag): String(flag)
    case .list(let elements): block("[", elements.map { $0.text(indent: inner) }, "]")
    case .object(let members):
      block("{", members.map { "\(Self.quoted($0.name)): \($0.value.text(indent: inner))" }, "}")
    }
  }

  private static func quoted(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"\(escaped)\""
  }
}
