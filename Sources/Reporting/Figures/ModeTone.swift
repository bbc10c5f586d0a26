import Foundation

/// The colour of a mode for text: the nearest one whose contrast to the background is 4.5, the minimum of WCAG 2.
enum ModeTone {
  static let leastContrast = 4.5

  /// - Parameter colour: `#RRGGBB`.
  static func onPaper(_ colour: String) -> String { toned(colour, towards: 0, on: "#FFFFFF") }

  /// On the background of a dark page.
  static func onDark(_ colour: String) -> String { toned(colour, towards: 255, on: "#15171A") }

  /// The contrast ratio of WCAG 2, from 1 to 21.
  static func contrast(_ first: String, _ second: String) -> Double {
    let (one, other) = (luminance(channels(first)), luminance(channels(second)))
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
  }

  /// Mixes a colour with black or white, in steps of a hundredth, until the contrast is enough.
  private static func toned(_ colour: String, towards end: Double, on ground: String) -> String {
    let original = channels(colour)
    for step in 0...100 {
      let part = Double(step) / 100
      let mixed = text(original.map { $0 * (1 - part) + end * part })
      if contrast(mixed, ground) >= leastContrast { return mixed }
    }
    return text([end, end, end])
  }

  private static func channels(_ colour: String) -> [Double] {
    let number = UInt32(colour.dropFirst(), radix: 16) ?? 0
    return [16, 8, 0].map { Double(UInt8(truncatingIfNeeded: number >> $0)) }
  }

  private static func text(_ channels: [Double]) -> String {
    "#" + channels.map { String(format: "%02X", Int($0.rounded())) }.joined()
  }

  private static func luminance(_ channels: [Double]) -> Double {
    let linear = channels.map { $0 / 255 }.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }
}

/// The shades of a heat map, from the smallest share to the largest. They differ in lightness, so that grey prints work.
enum HeatShade {
  static let onPaper = ["#D3E4F3", "#B0D2E7", "#82BBDB", "#539ECD", "#2B7BBA", "#0F579F", "#08306B"]
  static let onDark = ["#1C3350", "#1F4A78", "#2566A3", "#3A86C8", "#69A8DC", "#A3CBEB", "#E6F2FC"]
}
