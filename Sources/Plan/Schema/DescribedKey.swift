/// A key that the published JSON Schemas describe. The switch over a type's keys is exhaustive, so no key lacks a
/// description. The rest of the schema follows from the type.
public protocol DescribedKey: CodingKey {
  /// A sentence that says what an object with these keys is.
  static var object: String { get }
  /// The name of the schema's definition for such objects; nil if they are described in place.
  static var definitionName: String? { get }
  /// The description of the key's value.
  var field: FieldDescription { get }
}

extension DescribedKey {
  public static var definitionName: String? { nil }
}

/// What a schema says about a value beyond its type. Bounds apply to numbers; in lists and tables, to each element.
public struct FieldDescription: Sendable, ExpressibleByStringInterpolation {
  /// A sentence that ends with the unit, if any; nil to use the object's description.
  public var text: String?
  /// Whole numbers are at least 0 unless another minimum is given.
  public var minimum: Double?
  public var exclusiveMinimum: Double?
  public var maximum: Double?
  /// A regular expression, as ECMA-262 has them.
  public var pattern: String?
  /// All texts that are allowed, if the type does not list them.
  public var choices: [String]?
  /// The only number that is allowed.
  public var constant: Int?
  /// The minimum number of elements of a list.
  public var leastCount: Int?
  public var mostCount: Int?
  /// All keys of a table, each with its description.
  public var keys: [(name: String, text: String)]?
  /// The type of the value, if the Swift type allows any JSON.
  public var type: (any (Decodable & Sendable).Type)?
  /// Whether the key is always written, although it may be absent when read.
  public var isAlwaysWritten: Bool
  /// Whether the key is only read, and never written.
  public var isNeverWritten: Bool

  public init(
    _ text: String? = nil, minimum: Double? = nil, above exclusiveMinimum: Double? = nil, maximum: Double? = nil,
    pattern: String? = nil, oneOf choices: [String]? = nil, constant: Int? = nil, leastCount: Int? = nil,
    mostCount: Int? = nil, keys: [(name: String, text: String)]? = nil,
    as type: (any (Decodable & Sendable).Type)? = nil,
    isAlwaysWritten: Bool = false, isNeverWritten: Bool = false
  ) {
    self.text = text
    self.minimum = minimum
    self.exclusiveMinimum = exclusiveMinimum
    self.maximum = maximum
    self.pattern = pattern
    self.choices = choices
    self.constant = constant
    self.leastCount = leastCount
    self.mostCount = mostCount
    self.keys = keys
    self.type = type
    self.isAlwaysWritten = isAlwaysWritten
    self.isNeverWritten = isNeverWritten
  }

  public init(stringLiteral text: String) { self.init(text) }

  /// Uses the description of the object.
  public static let ofItsType = FieldDescription()
}
