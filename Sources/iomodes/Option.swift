import Measurement
import Plan

/// The possible values of an option or operand, as far as they are known beforehand.
enum Values: Sendable {
  /// Any value.
  case open
  case one(of: [String])
  /// Several of these, separated by commas.
  case list(of: [String])
  /// The name or the file of a suite.
  case suite
  /// The folder of a run, or its name under `results/`.
  case run
  case file
  case folder

  /// One value of an enumeration.
  static func choice<T: RawRepresentable & CaseIterable>(_: T.Type) -> Values where T.RawValue == String {
    .one(of: T.allCases.map(\.rawValue))
  }

  static var modes: Values { list(of: ModeID.known.map(\.rawValue)) }
}

/// An option of the command line. Help, parsing, completion and the manual all use the same table.
struct Option: Sendable {
  /// The name without its dashes.
  var name: String
  /// The placeholder for its value in help; nil if it takes no value.
  var value: String?
  var help: String
  var values = Values.open
  /// The default value; nil if there is none.
  var standard: String?
  /// Names of the same option in other programs.
  var otherNames: [String] = []
  var isRepeatable = false

  static func flag(_ name: String, _ help: String, elsewhere otherNames: String...) -> Option {
    Option(name: name, value: nil, help: help, otherNames: otherNames)
  }
  static func value(
    _ name: String, _ value: String, _ help: String, _ values: Values = .open, unlessGiven standard: String? = nil,
    elsewhere otherNames: String...
  ) -> Option {
    Option(name: name, value: value, help: help, values: values, standard: standard, otherNames: otherNames)
  }
  static func list(
    _ name: String, _ value: String, _ help: String, _ values: Values = .open, elsewhere otherNames: String...
  ) -> Option {
    Option(name: name, value: value, help: help, values: values, otherNames: otherNames, isRepeatable: true)
  }

  /// The help text with the default value.
  var explanation: String { help + (standard.map { " (default: \($0))" } ?? "") }
}

/// A command with its options.
struct Command: Sendable {
  var name: String
  /// Its operands, as help shows them.
  var operands: String
  var operandValues = Values.open
  var about: String
  var groups: [(title: String, options: [Option])]
  var examples: [(line: String, about: String)]
  var mostOperands: Int
  var run: @Sendable (Arguments) throws -> Int32

  var options: [Option] { groups.flatMap(\.options) }

  /// A hint at the option that `word`, given without dashes, probably means.
  func hint(at word: String) -> String {
    let pairs = options.flatMap { option in option.otherNames.map { ($0, option.name) } }
    return Spelling.hint(
      word, among: options.map(\.name), aliases: Dictionary(pairs) { first, _ in first }, as: { "--\($0)" })
  }
}

/// An error in the command line; one line, with a remedy.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A command line, parsed by a command's table.
struct Arguments: Sendable {
  /// The name of the command.
  private let command: String
  private(set) var operands: [String] = []
  private var values: [String: [String]] = [:]

  /// Parses `--name VALUE`, `--name=VALUE` and `--flag`; `--` ends the options.
  init(_ words: [String], for command: Command) throws {
    self.command = command.name
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        break
      }
      guard word.hasPrefix("-") && word != "-" else {
        operands.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0].drop { $0 == "-" })
      guard word.hasPrefix("--"), let option = command.options.first(where: { $0.name == name }) else {
        throw UsageError(
          "unknown option '\(parts[0])'\(command.hint(at: name)); see `iomodes help \(command.name)`")
      }
      guard option.value != nil else {
        guard parts.count == 1 else { throw UsageError("--\(name) takes no value") }
        values[name] = [""]
        continue
      }
      guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
        throw UsageError("--\(name) needs a value: \(option.value ?? "")")
      }
      if values[name] != nil && !option.isRepeatable { throw UsageError("--\(name) is given twice") }
      values[name, default: []].append(value)
    }
    if operands.count > command.mostOperands {
      throw UsageError(
        "'\(operands[command.mostOperands])' is one operand too many; see `iomodes help \(command.name)`")
    }
  }

  /// The first operand. Without one, throws an error that says what the command `needs`, such as "a run; name its folder".
  func first(_ needs: String) throws -> String { try operands(atLeast: 1, needs)[0] }

  /// All operands. If there are too few, throws as ``first(_:)`` does.
  func operands(atLeast least: Int, _ needs: String) throws -> [String] {
    guard operands.count >= least else { throw UsageError("\(command) needs \(needs)") }
    return operands
  }

  func has(_ name: String) -> Bool { values[name] != nil }
  func all(_ name: String) -> [String] { values[name] ?? [] }
  func text(_ name: String) -> String? { values[name]?.last }

  /// The option's value as `T`. Throws an error that says what is expected, such as "a number of rounds, from 1 on".
  func value<T>(_ name: String, _ expected: String, _ parse: (String) -> T?) throws -> T? {
    guard let text = text(name) else { return nil }
    guard let value = parse(text) else { throw UsageError("--\(name) '\(text)' is not \(expected)") }
    return value
  }

  func value<T: LosslessStringConvertible>(_ name: String, _ expected: String) throws -> T? {
    try value(name, expected) { T($0) }
  }

  /// A number in the notation of ``Count``, such as 10k.
  func count<T: FixedWidthInteger>(_ name: String, _ expected: String) throws -> T? {
    try value(name, expected) { Count($0).flatMap { T(exactly: $0.count) } }
  }

  /// The numbers of an option that may have several.
  func counts(_ name: String, _ expected: String, from least: Int = 0) throws -> [Int]? {
    try text(name)?.split(separator: ",", omittingEmptySubsequences: false).map { text in
      guard let number = Count(String(text)).flatMap({ Int(exactly: $0.count) }), number >= least else {
        throw UsageError("--\(name) '\(text)' is not \(expected)")
      }
      return number
    }
  }

  /// One value of an enumeration.
  /// - Parameter aliases: other names of values, and the value that each stands for.
  func choice<T: RawRepresentable & CaseIterable>(
    _ name: String, aliases: [String: String] = [:]
  ) throws -> T? where T.RawValue == String {
    guard let text = text(name) else { return nil }
    guard let value = T(rawValue: text) else {
      throw UsageError("--\(name) " + Spelling.isNone(text, of: T.allCases.map(\.rawValue), aliases: aliases))
    }
    return value
  }
}
