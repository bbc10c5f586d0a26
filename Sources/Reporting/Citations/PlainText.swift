extension VisibleNumber {
  /// A text as it is read, without LaTeX, HTML and Markdown markup. A LaTeX command that does not affect a number
  /// becomes a semicolon, which ends the words about a number.
  static func plain(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var plain: [UInt8] = []
    plain.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if let signs = signs[byte], let sign = signs.first(where: { bytes[index...].starts(with: $0.markup) }) {
        plain += sign.plain
        index += sign.markup.count
      } else if byte == UInt8(ascii: "\\") {
        let name = bytes[(index + 1)...].prefix(while: isLetter)
        if !name.isEmpty { plain += (commands[String(decoding: name, as: UTF8.self)] ?? ";").utf8 }
        index += 1 + name.count
      } else if byte == UInt8(ascii: "<"), let end = endOfTag(bytes[index...]) {
        index = end
      } else {
        plain.append(byte)
        index += 1
      }
    }
    return String(decoding: plain, as: UTF8.self)
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }

  /// The position after the HTML tag at the start of a text; a comment is not a tag.
  private static func endOfTag(_ text: ArraySlice<UInt8>) -> Int? {
    let name = text.dropFirst().first == UInt8(ascii: "/") ? text.dropFirst(2) : text.dropFirst()
    guard name.first.map(isLetter) == true else { return nil }
    guard let end = name.firstIndex(where: { $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "<") }),
      text[end] == UInt8(ascii: ">")
    else { return nil }
    return end + 1
  }

  /// LaTeX commands with a meaning for numbers, including those of siunitx.
  private static let commands = [
    "times": "×", "mu": "µ", "textmu": "µ", "textendash": "–", "percent": "%", "mathrm": "", "text": "", "mbox": "",
    "textrm": "", "nano": " n", "micro": " µ", "milli": " m", "second": "s",
  ]

  /// Spaces and signs, by the first byte of their markup.
  private static let signs: [UInt8: [(markup: [UInt8], plain: [UInt8])]] = {
    let all = [
      ("\\&", " "), ("\\|", " "), ("\\,", "\u{202F}"), ("\\%", "%"), ("{,}", ","), ("{", " "), ("}", " "), ("$", ""),
      ("&nbsp;", "\u{A0}"), ("&thinsp;", "\u{202F}"), ("&ndash;", "–"), ("&times;", "×"), ("&micro;", "µ"),
      ("~", "\u{A0}"), ("---", "—"), ("--", "–"),
    ]
    return Dictionary(grouping: all.map { (markup: Array($0.0.utf8), plain: Array($0.1.utf8)) }) { $0.markup[0] }
  }()
}
