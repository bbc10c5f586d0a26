import Measurement

/// An option of a workload. Each workload has one list of options; suites, records, the command line, help, completion,
/// the manual and the words of reports all derive from it.
public struct WorkloadOption<Spec>: Sendable {
  /// The name in suites and records.
  public let key: String
  /// The type of its values in suites and records.
  public let type: any OptionValue.Type
  /// The option's help on the command line.
  public var help: OptionHelp
  /// The part of a workload's description that its words belong to.
  let part: WordsPart
  /// Its words in a report; nil for none.
  let words: @Sendable (Spec) -> String?
  /// Whether the option applies to a workload with these values.
  let applies: @Sendable (Spec) -> Bool
  let decode: @Sendable (inout Spec, OptionFields) throws -> Void
  let encode: @Sendable (Spec, inout KeyedEncodingContainer<OptionFields.Key>) throws -> Void
  let parse: @Sendable (inout Spec, [String]) throws(OptionMalformed) -> Void
}

/// The parts of a workload's description, in their order.
public enum WordsPart: Sendable {
  /// The operation itself.
  case operation
  /// Its CPU work.
  case work
  /// Its faults.
  case faults
}

/// An option's text in help, completion and manual.
public struct OptionHelp: Hashable, Sendable {
  /// The flag on the command line, without dashes.
  public var flag: String
  public var text: String
  public var form: OptionForm
  /// The default, as help shows it; nil if there is none.
  public var standard: String?
  /// The names of this option in other programs.
  public var otherNames: [String]
  /// Where help shows the option: with its own workload, with another that has it too, or not at all, if only suites
  /// have it.
  public var place = Place.own

  public enum Place: Sendable { case own, inherited, suitesAlone }
}

/// How an option's values are written.
public struct OptionForm: Hashable, Sendable {
  /// The name of a value in help; nil if the option takes no value.
  public var placeholder: String?
  /// All allowed values; empty if they cannot be listed.
  public var choices: [String] = []
  /// Whether the option may be repeated for several values.
  public var isRepeatable = false
}

/// Why a command-line value is malformed; the text follows the option's name in a message.
public struct OptionMalformed: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// A type that an option's value can have.
public protocol OptionValue: Codable, Hashable, Sendable {
  static var form: OptionForm { get }
  /// Reads command-line text: one text, or several for a repeated option.
  /// - Parameter expected: the expected form, for messages.
  static func reading(_ texts: [String], _ expected: String?) throws(OptionMalformed) -> Self
}

extension WorkloadOption {
  /// An option that always has a value.
  /// - Parameters:
  ///   - flag: the flag on the command line; by default the key, with hyphens.
  ///   - standard: the default as help shows it, if it differs from how the value is written.
  public init<Value: OptionValue>(
    _ key: String, _ path: WritableKeyPath<Spec, Value> & Sendable, _ help: String, flag: String? = nil,
    placeholder: String? = nil, expected: String? = nil, unlessGiven standard: String? = nil,
    elsewhere otherNames: [String] = [], part: WordsPart = .operation,
    words: @escaping @Sendable (Spec) -> String? = { _ in nil }
  ) {
    self.init(
      key, Value.self, help, flag, placeholder, standard, otherNames, part, words,
      decode: { spec, fields in spec[keyPath: path] = try fields.value(key) ?? spec[keyPath: path] },
      encode: { spec, container in try container.encode(spec[keyPath: path], forKey: OptionFields.Key(key)) },
      parse: { (spec, texts) throws(OptionMalformed) in spec[keyPath: path] = try Value.reading(texts, expected) })
  }

  /// An option that has a value only if it is given.
  public init<Value: OptionValue>(
    _ key: String, _ path: WritableKeyPath<Spec, Value?> & Sendable, _ help: String, flag: String? = nil,
    placeholder: String? = nil, expected: String? = nil, unlessGiven standard: String? = nil,
    elsewhere otherNames: [String] = [], part: WordsPart = .operation,
    words: @escaping @Sendable (Spec) -> String? = { _ in nil }
  ) {
    self.init(
      key, Value.self, help, flag, placeholder, standard, otherNames, part, words,
      decode: { spec, fields in spec[keyPath: path] = try fields.value(key) },
      encode: { spec, container in
        try container.encodeIfPresent(spec[keyPath: path], forKey: OptionFields.Key(key))
      },
      parse: { (spec, texts) throws(OptionMalformed) in spec[keyPath: path] = try Value.reading(texts, expected) })
  }

  private init(
    _ key: String, _ type: any OptionValue.Type, _ help: String, _ flag: String?, _ placeholder: String?,
    _ standard: String?,
    _ otherNames: [String], _ part: WordsPart, _ words: @escaping @Sendable (Spec) -> String?,
    decode: @escaping @Sendable (inout Spec, OptionFields) throws -> Void,
    encode: @escaping @Sendable (Spec, inout KeyedEncodingContainer<OptionFields.Key>) throws -> Void,
    parse: @escaping @Sendable (inout Spec, [String]) throws(OptionMalformed) -> Void
  ) {
    var form = type.form
    if let placeholder { form.placeholder = placeholder }
    self.init(
      key: key, type: type,
      help: OptionHelp(
        flag: flag ?? key.replacing("_", with: "-"), text: help, form: form, standard: standard,
        otherNames: otherNames),
      part: part, words: words, applies: { _ in true }, decode: decode, encode: encode, parse: parse)
  }

  /// The same option in a workload that contains this one.
  /// - Parameters:
  ///   - inner: the contained workload; nil if another one is in its place.
  ///   - isOffered: whether the command line has the option.
  func within<Outer>(
    isOffered: Bool = true, _ inner: @escaping @Sendable (Outer) -> Spec?,
    _ change: @escaping @Sendable (inout Outer, Spec) -> Void
  ) -> WorkloadOption<Outer> {
    var help = help
    help.place = isOffered ? .inherited : .suitesAlone
    let (decode, encode, parse, words, applies) = (decode, encode, parse, words, applies)
    return WorkloadOption<Outer>(
      key: key, type: type, help: help, part: part,
      words: { outer in inner(outer).flatMap(words) }, applies: { outer in inner(outer).map(applies) ?? false },
      decode: { outer, fields in
        guard var spec = inner(outer) else { return }
        try decode(&spec, fields)
        change(&outer, spec)
      },
      encode: { outer, container in if let spec = inner(outer) { try encode(spec, &container) } },
      parse: { (outer, texts) throws(OptionMalformed) in
        guard var spec = inner(outer) else { return }
        try parse(&spec, texts)
        change(&outer, spec)
      })
  }
}
