import Measurement

/// The fields of a JSON object that people write by hand. An unknown field is an error, and each error says where it is
/// and what to write instead.
public struct StrictFields<Key: CodingKey & CaseIterable & Hashable> {
  private let container: KeyedDecodingContainer<Key>

  private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// - Parameter besides: known fields that are read elsewhere.
  public init(_ decoder: any Decoder, of keys: Key.Type, besides: [String] = []) throws {
    let known = besides + Key.allCases.map(\.stringValue)
    for key in try decoder.container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath + [key],
          debugDescription: "is not a field\(Spelling.hint(key.stringValue, among: known)); there are "
            + known.joined(separator: ", ")))
    }
    container = try decoder.container(keyedBy: Key.self)
  }

  /// The field's value; nil if the field is absent.
  public func value<V: Decodable>(_ key: Key) throws -> V? { try container.decodeIfPresent(V.self, forKey: key) }

  /// The field's value; an absent field is an error.
  public func required<V: Decodable>(_ key: Key) throws -> V { try container.decode(V.self, forKey: key) }

  public func check(_ key: Key, _ condition: Bool, _ complaint: @autoclosure () -> String) throws {
    guard !condition else { return }
    throw DecodingError.dataCorrupted(
      .init(codingPath: container.codingPath + [key], debugDescription: complaint()))
  }
}
