import Foundation

extension JSONEncoder {
  /// An encoder that gives the same bytes for the same value: keys sorted, slashes as they are.
  /// - Parameter pretty: over several lines, for people; else in one.
  public static func stable(pretty: Bool = false) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return encoder
  }
}
