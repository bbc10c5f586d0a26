import Measurement

extension OptionValue {
  fileprivate static func one(_ texts: [String], _ expected: String, _ parse: (String) -> Self?) throws(OptionMalformed)
    -> Self
  {
    let text = texts.last ?? ""
    guard let value = parse(text) else { throw OptionMalformed("'\(text)' is not \(expected)") }
    return value
  }
}

extension Nanoseconds: OptionValue {
  public static var form: OptionForm { OptionForm(placeholder: "TIME") }
  public static func reading(_ texts: [String], _ expected: String?) throws(OptionMalformed) -> Nanoseconds {
    try one(texts, expected ?? "a time such as 250ms") { Nanoseconds($0) }
  }
}

extension ByteCount: OptionValue {
  public static var form: OptionForm { OptionForm(placeholder: "BYTES") }
  public static func reading(_ texts: [String], _ expected: String?) throws(OptionMalformed) -> ByteCount {
    try one(texts, expected ?? "a size such as 64KiB") { ByteCount($0) }
  }
}

extension Delay: OptionValue {
  public static var form: OptionForm { OptionForm(placeholder: "TIME") }
  public static func reading(_ texts: [String], _ expected: String?) throws(OptionMalformed) -> Delay {
    try one(texts, expected ?? "a delay such as 2ms, exponential:2ms or lognormal:2ms:0.5") { Delay($0) }
  }
}

extension Int: OptionValue {
  public static var form: OptionForm { OptionForm(placeholder: "N") }
  public static func reading(_ texts: [String], _ expected: String?) throws(OptionMalformed) -> Int {
    try one(texts, expected ?? "a whole number") { Count($0).flatMap { Int(exactly: $0.count) } }
  }
}

extension Bool: OptionValue {
  public static var form: OptionForm { OptionForm() }
  /// A switch has no value: present means true.
  public static func reading(_ texts: [String], _ expected: String?) throws(OptionMalformed) -> Bool { true }
}

extension String: OptionValue {
  public static var form: OptionForm { OptionForm(placeholder: "TEXT") }
  public static func reading(_ texts: [String], _ expected: String?) throws(OptionMalformed) -> String {
    texts.last ?? ""
  }
}

/// An element of an option that takes several values.
public protocol OptionElement: Codable, Hashable, Sendable {
  static var placeholder: String { get }
  init(element text: String) throws(OptionMalformed)
}

extension String: OptionElement {
  public static var placeholder: String { "LINE" }
  public init(element text: String) { self = text }
}

extension HTTPTarget: OptionElement {
  public static var placeholder: String { "URL" }
  public init(element text: String) throws(OptionMalformed) {
    do throws(Malformed) {
      try self.init(parsing: text)
    } catch {
      throw OptionMalformed(error.description)
    }
  }
}

extension Array: OptionValue where Element: OptionElement {
  public static var form: OptionForm { OptionForm(placeholder: Element.placeholder, isRepeatable: true) }
  public static func reading(_ texts: [String], _ expected: String?) throws(OptionMalformed) -> [Element] {
    var elements: [Element] = []
    for text in texts { elements.append(try Element(element: text)) }
    return elements
  }
}

extension FaultMix: OptionValue {
  public static var form: OptionForm { OptionForm(placeholder: "LIST") }
  public static func reading(_ texts: [String], _ expected: String?) throws(OptionMalformed) -> FaultMix {
    do throws(Malformed) {
      return try FaultMix(parsing: texts.last ?? "")
    } catch {
      throw OptionMalformed(error.description)
    }
  }
}

/// A value that is one of a few names.
public protocol OptionChoice: OptionValue, RawRepresentable, CaseIterable where RawValue == String {}

extension OptionChoice {
  public static var form: OptionForm { OptionForm(placeholder: "KIND", choices: allCases.map(\.rawValue)) }

  public static func reading(_ texts: [String], _ expected: String?) throws(OptionMalformed) -> Self {
    let text = texts.last ?? ""
    guard let value = Self(rawValue: text) else { throw OptionMalformed(Spelling.isNone(text, of: form.choices)) }
    return value
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Self(rawValue: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: Spelling.isNone(text, of: Self.form.choices))
    }
    self = value
  }
}
