/// What names in records are made of. Whoever reads a run need not be who wrote it: names become parts of paths, of
/// documents and of what a terminal shows.
public enum RecordName {
  /// In bytes: of an id, which is the name of a file, and of a label, which may be a part of one.
  public static let (longestID, longestLabel) = (255, 120)

  /// Why a text is no id, such as that of a run, which is the name of its folder; nil where it is one.
  public static func objection(toID text: String) -> String? {
    if text == "." || text == ".." || text.utf8.contains(UInt8(ascii: "/")) {
      return "'\(shown(text))', which is not the name of one folder"
    }
    return objection(to: text, longest: longestID)
  }

  /// Why a text is no label, such as the name of an experiment or of a mode; nil where it is one.
  public static func objection(toLabel text: String) -> String? { objection(to: text, longest: longestLabel) }

  private static func objection(to text: String, longest: Int) -> String? {
    if text.isEmpty { return "'', which is empty" }
    if text.utf8.count > longest {
      return "'\(shown(text))', which has \(text.utf8.count) bytes and may have \(longest)"
    }
    return text.unicodeScalars.allSatisfy(isVisible)
      ? nil : "'\(shown(text))', which has characters that are not visible"
  }

  /// Whether a character is one to be seen, and does nothing to a terminal or to the text around it.
  public static func isVisible(_ character: Unicode.Scalar) -> Bool {
    if character.isASCII { return (0x20..<0x7F).contains(character.value) }
    return switch character.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
    default: true
    }
  }

  /// The beginning of a text as a line may quote it.
  public static func shown(_ text: String) -> String {
    let most = 40
    let start = text.unicodeScalars.prefix(most).map { isVisible($0) ? String($0) : "?" }.joined()
    return text.unicodeScalars.count > most ? start + "…" : start
  }
}
