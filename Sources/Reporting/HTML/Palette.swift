/// How each mode looks on a page: as in the figures, by `plots/style.gp`.
enum Palette {
  /// Of the modes of ``ModeOrder/known``, in their order: those of Okabe and Ito, of which the yellow is darker.
  static let colours = [
    "#000000", "#E69F00", "#0072B2", "#009E73", "#56B4E9", "#D55E00", "#7F7F7F", "#CC79A7", "#A89A00", "#909090",
  ]
  static let other = "#666666"

  /// The class of a mode; one of all those that this version does not know.
  static func name(of mode: String) -> String { ModeOrder.known.contains(mode) ? mode : "other" }

  /// A rule for each class. Black follows the ink, which is light on a dark ground.
  static let rules: String =
    zip(ModeOrder.known + ["other"], colours + [other]).map { mode, colour in
      ".\(mode) { --mode: \(colour == "#000000" ? "var(--ink)" : colour) }"
    }.joined(separator: "\n")

  /// A colour of a figure as one that follows the page: greys become ink, axis, grid or paper, but for those that stand
  /// for modes.
  static func following(red: UInt8, green: UInt8, blue: UInt8) -> String {
    let digits = [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
    let colour = "#\(digits.joined())"
    guard red == green, green == blue, red == 0 || !colours.contains(colour) else { return colour }
    switch red {
    case 0..<32: return "var(--ink)"
    case 32..<80: return "var(--axis)"
    case 80..<192: return "var(--soft)"
    case 192..<240: return "var(--grid)"
    default: return "var(--paper)"
    }
  }
}
