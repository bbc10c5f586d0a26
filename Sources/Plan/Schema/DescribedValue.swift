import Measurement

/// A value that is one text in JSON.
public protocol PatternedText: Decodable {
  /// What the whole text is like, as a regular expression of ECMA-262.
  static var pattern: String { get }
}

/// A value that may be written as one of several types.
public protocol WrittenInWays: Decodable {
  static var ways: [any Decodable.Type] { get }
}

/// An object whose keys depend on what some of them say.
public protocol WrittenInForms: Decodable {
  /// What the object is, in a sentence.
  static var object: String { get }
  static var definitionName: String { get }
  static var forms: [ObjectForm] { get }
  /// What stands under a key that tells the forms apart.
  static func field(of key: String) -> FieldDescription
}

/// The keys of one type beside those that tell it from the other forms.
public struct ObjectForm {
  public var type: any Decodable.Type
  /// The keys that tell it, each with its only text.
  public var constants: KeyValuePairs<String, String>

  public init(_ type: any Decodable.Type, _ constants: KeyValuePairs<String, String>) {
    self.type = type
    self.constants = constants
  }
}

extension Quantity {
  public static var pattern: String { "^[0-9]+(\\.[0-9]+)?(\(units.reversed().map(\.name).joined(separator: "|")))$" }
}

extension Nanoseconds: PatternedText {}
extension ByteCount: PatternedText {}

extension ModeID: PatternedText {
  /// Of this build, or of another.
  public static let pattern = "^[a-z0-9-]+$"
}
