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

extension JSONValue {
  /// As text, the same for the same value.
  package func text(pretty: Bool = false) -> String {
    let encoder = JSONEncoder.stable(pretty: pretty)
    // With this, there is no JSONValue that cannot be encoded.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
  }
}
