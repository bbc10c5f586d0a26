/// Text for LaTeX, with only characters that all its engines know in the base format.
enum LatexText {
  /// Escapes all characters that are special in LaTeX.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      if character == "-", escaped.hasSuffix("-") {
        // Otherwise it would become a dash.
        escaped += "{}-"
      } else if character.isWhitespace {
        escaped += " "
      } else if let known = characters[character] {
        escaped += known
      } else if character.isASCII {
        escaped += character.asciiValue ?? 0 < 0x20 ? "" : String(character)
      } else {
        escaped += character.unicodeScalars.map { "\\texttt{U+\(String($0.value, radix: 16, uppercase: true))}" }
          .joined()
      }
    }
    return escaped
  }

  /// A number, whose minus is a sign and not a hyphen.
  static func number(_ text: String) -> String { text.hasPrefix("-") ? "$-$\(text.dropFirst())" : escaped(text) }

  private static let characters: [Character: String] = [
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "_": "\\_", "%": "\\%",
    "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "<": "\\textless{}", ">": "\\textgreater{}",
    "|": "\\textbar{}", "\"": "''", "`": "\\`{}",
    // After a line's end, these would be read as an option.
    "[": "{[}", "]": "{]}", "*": "{*}",
    "–": "--", "—": "---", "−": "$-$", "×": "$\\times$", "÷": "$\\div$", "±": "$\\pm$", "µ": "$\\mu$", "μ": "$\\mu$",
    "≥": "$\\geq$", "≤": "$\\leq$", "²": "$^2$", "·": "$\\cdot$", "…": "\\dots{}", "‘": "`", "’": "'", "“": "``",
    "”": "''",
  ]
}
