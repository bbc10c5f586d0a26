import Plan

/// The look of each mode on a page, as in figures.
enum Palette {
  static let colours = ModeDescription.builtIn.map(\.look.colour)
  private static let tones = Set(colours.map(ModeTone.onPaper))
  /// The colour of a mode without a description.
  static let other = "#666666"

  /// The class of a mode. A mode of another build has two: a common one, and its own.
  static func name(of mode: String) -> String {
    guard ModeTable.builtIn[mode] == nil else { return mode }
    let word = String(mode.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    return "other mode-\(word)"
  }

  /// A rule for each class. Black follows the text colour, which is light on a dark background.
  static func rules(of modes: ModeTable) -> String {
    let own = ModeTable.builtIn.names
    let others = modes.names.filter { !own.contains($0) }
    return
      ((own + ["other"]).map { (name: $0, mode: $0) }
      + others.map { (name: String(name(of: $0).dropFirst(6)), mode: $0) })
      .map { name, mode in
        let colour = modes[mode]?.look.colour ?? other
        return ".\(name) { --mode: \(colour == "#000000" ? "var(--ink)" : colour) }"
      }.joined(separator: "\n") + "\n" + words(of: modes)
  }

  /// The figures' colours of words and of heat shades, on a light background, on a dark one, and on paper.
  private static func words(of modes: ModeTable) -> String {
    var pairs: [(light: String, dark: String)] = []
    for colour in modes.names.compactMap({ modes[$0]?.look.colour }) + [other] where colour != "#000000" {
      let light = ModeTone.onPaper(colour)
      if !pairs.contains(where: { $0.light == light }) { pairs.append((light, ModeTone.onDark(colour))) }
    }
    pairs += zip(HeatShade.onPaper, HeatShade.onDark).map { ($0, $1) }
    func rule(_ colour: ((light: String, dark: String)) -> String) -> String {
      ":root { \(pairs.map { "--\(name(ofColour: $0.light)): \(colour($0))" }.joined(separator: "; ")) }"
    }
    return """
      \(rule(\.light))
      @media (prefers-color-scheme: dark) { \(rule(\.dark)) }
      @media print { \(rule(\.light)) }
      """
  }

  private static func name(ofColour colour: String) -> String { "c\(colour.dropFirst())" }

  /// A figure's colour as one that follows the page: greys become ink, axis, grid or paper, except for those of modes.
  /// The colour of a word, a shade or a mode that is not built in becomes a variable. It falls back on the colour itself, for which
  /// the page may have no other tone.
  static func following(red: UInt8, green: UInt8, blue: UInt8) -> String {
    let digits = [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
    let colour = "#\(digits.joined())"
    if HeatShade.onPaper.contains(colour) { return "var(--\(name(ofColour: colour)))" }
    if colour != "#000000" && tones.contains(colour) {
      return "var(--\(name(ofColour: colour)), \(colour))"
    }
    if colours.contains(colour), red != 0 || green != 0 || blue != 0 { return colour }
    // Of a mode of the run alone, which the page knows.
    guard red == green, green == blue else { return "var(--\(name(ofColour: colour)), \(colour))" }
    switch red {
    case 0..<32: return "var(--ink)"
    case 32..<80: return "var(--axis)"
    case 80..<192: return "var(--soft)"
    case 192..<240: return "var(--grid)"
    default: return "var(--paper)"
    }
  }
}
