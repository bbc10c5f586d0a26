import Foundation

extension JSONEncoder {
  /// An encoder with the same bytes for the same value: sorted keys, unescaped slashes.
  /// - Parameter pretty: whether to write several lines for people, or one line.
  public static func stable(pretty: Bool = false) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return encoder
  }
}
