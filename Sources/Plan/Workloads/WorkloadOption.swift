import Measurement

/// An option of a workload. Suites, records, the command line, help, completion, the manual and the words of reports are
/// all made from a workload's list of them.
public struct WorkloadOption<Spec>: Sendable {
  /// In suites and records.
  public let key: String
  /// What its values are, as suites and records write them.
  public let type: any OptionValue.Type
  /// What there is to say of it on a command line.
  public var help: OptionHelp
  /// Which part of a description its words belong to.
  let part: WordsPart
  /// What a report says of it; nil for nothing.
  let words: @Sendable (Spec) -> String?
  /// Whether a workload with these values has it.
  let applies: @Sendable (Spec) -> Bool
  let decode: @Sendable (inout Spec, OptionFields) throws -> Void
  let encode: @Sendable (Spec, inout KeyedEncodingContainer<OptionFields.Key>) throws -> Void
  let parse: @Sendable (inout Spec, [String]) throws(OptionMalformed) -> Void
}

/// The parts of a description, in their order.
public enum WordsPart: Sendable {
  /// What an operation is.
  case operation
  /// What of it is work for a processor.
  case work
  /// What goes wrong with it.
  case faults
}

/// What help, completion and the manual say of an option.
public struct OptionHelp: Hashable, Sendable {
  /// On the command line, without dashes.
  public var flag: String
  public var text: String
  public var form: OptionForm
  /// What it is unless given; nil where it is nothing then.
  public var standard: String?
  /// What other programs call it.
  public var otherNames: [String]
  /// Where it is told of: with the workload that it is of, with another that has it too, or not at all, where it is known to
  /// suites alone.
  public var place = Place.own

  public enum Place: Sendable { case own, inherited, suitesAlone }
}

/// How the values of an option are written.
public struct OptionForm: Hashable, Sendable {
  /// What help calls a value; nil where the option takes none.
  public var placeholder: String?
  /// All values that there are; empty where they cannot be listed.
  public var choices: [String] = []
  /// Whether it may be given again, for several values.
  public var isRepeatable = false
}

/// What a value of the command line is not, as a message goes on after the option's name.
public struct OptionMalformed: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// What an option may be.
public protocol OptionValue: Codable, Hashable, Sendable {
  static var form: OptionForm { get }
  /// Reads what stands on a command line: one text, or several where the option may be given again.
  /// - Parameter expected: what it should be, for messages.
  static func reading(_ texts: [String], _ expected: String?) throws(OptionMalformed) -> Self
}

extension WorkloadOption {
  /// An option that always has a value.
  /// - Parameters:
  ///   - flag: on the command line; the key, with hyphens, unless given.
  ///   - standard: what it is unless given, where that is not to be told as the value is written.
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

  /// An option that has no value unless it is given.
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

  /// The same option of a workload that has this one within it.
  /// - Parameters:
  ///   - inner: the workload within; nil of one that has another at the time.
  ///   - isOffered: whether a command line knows it.
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
