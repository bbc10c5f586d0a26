import Plan

/// A decoder that finds out what a type reads. It notes each requested key, and answers with the simplest value.
/// Optional values are absent, so that recursive types terminate.
struct SchemaProbe: Decoder {
  /// A requested key, with its type.
  struct Field {
    var key: any CodingKey
    var type: any Decodable.Type
    var isRequired: Bool
  }

  final class Notes {
    fileprivate(set) var fields: [Field] = []
    /// Keys that exist but were not requested.
    fileprivate(set) var known: [any CodingKey] = []
  }

  private let notes = Notes()
  /// The texts that some keys must have.
  private var texts: [String: String] = [:]
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  /// All fields that a type reads, in its order.
  /// - Throws: if the type fails before it has read all its keys, or is not an object.
  static func fields(of type: any Decodable.Type) throws -> [Field] {
    let probe = SchemaProbe()
    do {
      _ = try type.init(from: probe)
    } catch {
      // It has read all keys; its objection concerns only the values.
      let asked = Set(probe.notes.fields.map(\.key.stringValue))
      guard !probe.notes.known.isEmpty, probe.notes.known.allSatisfy({ asked.contains($0.stringValue) }) else {
        throw SchemaFailure("\(type) does not tell what it reads: \(error)")
      }
    }
    return probe.notes.fields
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    if let keys = type as? any CaseIterable.Type {
      notes.known += Self.cases(of: keys).compactMap { $0 as? any CodingKey }
    }
    return KeyedDecodingContainer(Keyed<Key>(notes: notes, texts: texts))
  }

  private static func cases(of type: (some CaseIterable).Type) -> [Any] { Array(type.allCases) }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    throw SchemaFailure("a list is only understood as an Array")
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { Single() }

  /// The simplest value of a type.
  fileprivate static func value<T: Decodable>(of type: T.Type) throws -> T {
    let value: Any? =
      switch type {
      case is String.Type: "x"
      case is Bool.Type: true
      case is Int.Type: 1
      case is UInt64.Type: 1 as UInt64
      case is Double.Type: 1.0
      case let list as any ListOfElements.Type: list.init()
      case let table as any TableOfValues.Type: table.init()
      case let choice as any CaseIterable.Type: cases(of: choice).first
      default: nil
      }
    if let value = value as? T { return value }
    var probe = SchemaProbe()
    if let object = type as? any WrittenInForms.Type {
      for (key, text) in object.forms[0].constants { probe.texts[key] = text }
    }
    return try T(from: probe)
  }

  private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let notes: Notes
    let texts: [String: String]
    let codingPath: [any CodingKey] = []
    let allKeys: [Key] = []

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) throws -> Bool {
      throw SchemaFailure("'\(key.stringValue)' is of no type that is understood")
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
      notes.fields.append(Field(key: key, type: type, isRequired: true))
      let text = texts[key.stringValue] ?? (key as? any DescribedKey)?.field.choices?.first
      return try text as? T ?? SchemaProbe.value(of: type)
    }

    // These types have their own defaults, which check whether the key exists.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) -> Bool? { note(key, type) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) -> String? { note(key, type) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) -> Double? { note(key, type) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) -> Int? { note(key, type) }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) -> UInt64? { note(key, type) }
    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) -> T? { note(key, type) }

    private func note<T: Decodable>(_ key: Key, _ type: T.Type) -> T? {
      notes.fields.append(Field(key: key, type: type, isRequired: false))
      return nil
    }

    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw SchemaFailure("\(key) has no type of its own") }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      throw SchemaFailure("\(key) has no type of its own")
    }

    func superDecoder() throws -> any Decoder { throw SchemaFailure("classes are not understood") }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw SchemaFailure("classes are not understood") }
  }

  private struct Single: SingleValueDecodingContainer {
    let codingPath: [any CodingKey] = []

    func decodeNil() -> Bool { false }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try SchemaProbe.value(of: type) }
  }
}

/// Why a type has no schema.
struct SchemaFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

protocol ListOfElements {
  init()
  static var element: any Decodable.Type { get }
}

extension Array: ListOfElements where Element: Decodable {
  static var element: any Decodable.Type { Element.self }
}

protocol TableOfValues {
  init()
  static var value: any Decodable.Type { get }
}

extension Dictionary: TableOfValues where Key: Decodable, Value: Decodable {
  static var value: any Decodable.Type { Value.self }
}
