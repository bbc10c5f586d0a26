import Measurement

/// A value that is a single string in JSON.
public protocol PatternedText: Decodable {
  /// The regular expression (ECMA-262) that matches the whole string.
  static var pattern: String { get }
}

/// A value that can be written as one of several types.
public protocol WrittenInWays: Decodable {
  static var ways: [any Decodable.Type] { get }
}

/// An object whose keys depend on the values of some of them.
public protocol WrittenInForms: Decodable {
  /// What the object is, in a sentence.
  static var object: String { get }
  static var definitionName: String { get }
  static var forms: [ObjectForm] { get }
  /// The description of a key that distinguishes the forms.
  static func field(of key: String) -> FieldDescription
}

/// The keys of one form, besides those that distinguish it from the others.
public struct ObjectForm {
  public var type: any Decodable.Type
  /// The keys that distinguish the form, each with its only value.
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
  /// Matches the modes of any build.
  public static let pattern = "^[a-z0-9-]+$"
}
