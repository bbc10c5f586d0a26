/// The members of a workload's JSON object.
struct OptionFields {
  struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }

  private let container: KeyedDecodingContainer<Key>

  init(_ decoder: any Decoder) throws { container = try decoder.container(keyedBy: Key.self) }

  /// Throws if a member is unknown.
  func check(known: [String]) throws {
    for key in container.allKeys where !known.contains(key.stringValue) {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: container.codingPath + [key],
          debugDescription: "is not a field\(Spelling.hint(key.stringValue, among: known)); there are "
            + known.joined(separator: ", ")))
    }
  }

  func value<Value: Decodable>(_ key: String) throws -> Value? {
    try container.decodeIfPresent(Value.self, forKey: Key(key))
  }

  /// An error that names the wrong member and the reason.
  func error(_ complaint: SpecComplaint) -> DecodingError {
    .dataCorrupted(
      .init(codingPath: container.codingPath + complaint.path.map(Key.init), debugDescription: complaint.text))
  }
}

/// What is wrong with a value, and where.
package struct SpecComplaint: Error {
  /// The keys that lead to the value.
  package var path: [String]
  package let text: String

  package init(_ key: String, _ text: String) {
    path = [key]
    self.text = text
  }

  /// The same complaint about a value inside another.
  func within(_ key: String) -> SpecComplaint {
    var complaint = self
    complaint.path.insert(key, at: 0)
    return complaint
  }
}
