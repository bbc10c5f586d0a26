/// The rules for names in records. A run may come from anyone, and its names become parts of paths, documents and
/// terminal output.
public enum RecordName {
  /// In bytes. An id is a file name; a label may be part of one.
  public static let (longestID, longestLabel) = (255, 120)

  /// Why a text cannot be an id, such as a run's, which names its folder; nil if it can.
  public static func objection(toID text: String) -> String? {
    if text == "." || text == ".." || text.utf8.contains(UInt8(ascii: "/")) {
      return "'\(shown(text))', which is not the name of one folder"
    }
    return objection(to: text, longest: longestID)
  }

  /// Why a text cannot be a label, such as the name of an experiment or a mode; nil if it can.
  public static func objection(toLabel text: String) -> String? { objection(to: text, longest: longestLabel) }

  private static func objection(to text: String, longest: Int) -> String? {
    if text.isEmpty { return "'', which is empty" }
    if text.utf8.count > longest {
      return "'\(shown(text))', which has \(text.utf8.count) bytes and may have \(longest)"
    }
    return text.unicodeScalars.allSatisfy(isVisible)
      ? nil : "'\(shown(text))', which has characters that are not visible"
  }

  /// Whether a character is visible and does nothing to a terminal or the surrounding text.
  public static func isVisible(_ character: Unicode.Scalar) -> Bool {
    if character.isASCII { return (0x20..<0x7F).contains(character.value) }
    return switch character.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
    default: true
    }
  }

  /// The beginning of a text, short enough to quote in a message.
  public static func shown(_ text: String) -> String {
    let most = 40
    let start = text.unicodeScalars.prefix(most).map { isVisible($0) ? String($0) : "?" }.joined()
    return text.unicodeScalars.count > most ? start + "…" : start
  }
}
