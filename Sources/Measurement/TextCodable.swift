/// A value whose JSON form is one text, the same as its description.
public protocol TextCodable: Codable, CustomStringConvertible {
  /// Explains in one line why a text cannot be parsed.
  associatedtype Malformed: Error, CustomStringConvertible

  init(parsing text: String) throws(Malformed)
}

extension TextCodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    do throws(Malformed) {
      try self.init(parsing: text)
    } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
