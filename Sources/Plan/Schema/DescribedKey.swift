/// A key that the published JSON Schemas describe. A type whose coding keys are such has none without a description: the
/// switch over them would not compile. The rest of the schema is what the type itself reads.
public protocol DescribedKey: CodingKey {
  /// What an object with these keys is, in a sentence.
  static var object: String { get }
  /// The name under which a schema defines such objects once; nil where they stand in place.
  static var definitionName: String? { get }
  /// What stands under the key.
  var field: FieldDescription { get }
}

extension DescribedKey {
  public static var definitionName: String? { nil }
}

/// What a schema says of a value that its type does not say. Bounds are those of numbers, and in lists and tables those of
/// each element.
public struct FieldDescription: Sendable, ExpressibleByStringInterpolation {
  /// A sentence, which ends with the unit where there is one; nil for what is said of the object.
  public var text: String?
  /// Whole numbers are at least 0 unless another minimum is given.
  public var minimum: Double?
  public var exclusiveMinimum: Double?
  public var maximum: Double?
  /// A regular expression, as ECMA-262 has them.
  public var pattern: String?
  /// All texts that it may be, where its type does not tell.
  public var choices: [String]?
  /// The only number that it may be.
  public var constant: Int?
  /// How many elements a list has.
  public var leastCount: Int?
  public var mostCount: Int?
  /// All keys of a table, each with its description.
  public var keys: [(name: String, text: String)]?
  /// What it is, where its type is any JSON.
  public var type: (any (Decodable & Sendable).Type)?
  /// Whether it is always written, though it is read where it is absent, too.
  public var isAlwaysWritten: Bool
  /// Whether it is read alone, and no record has it.
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

  /// What the object says of itself.
  public static let ofItsType = FieldDescription()
}
