import Modes

/// What the value of an option can be, or an operand, as far as that is known beforehand.
enum Values: Sendable {
  /// Nothing is known of it.
  case open
  case one(of: [String])
  /// Some of these, with commas between them.
  case list(of: [String])
  /// The name of a suite, or its file.
  case suite
  /// The folder of a run, or its name under `results/`.
  case run
  case file
  case folder

  /// One of the values of an enumeration.
  static func choice<T: RawRepresentable & CaseIterable>(_: T.Type) -> Values where T.RawValue == String {
    .one(of: T.allCases.map(\.rawValue))
  }

  static let modes = list(of: ModeID.allCases.map(\.rawValue))
}

/// An option of the command line. Help, parsing, completion and the manual are made from the same table.
struct Option: Sendable {
  /// Without its dashes.
  var name: String
  /// What its value is called in help; nil where it takes none.
  var value: String?
  var help: String
  var values = Values.open
  var isRepeatable = false

  static func flag(_ name: String, _ help: String) -> Option { Option(name: name, value: nil, help: help) }
  static func value(_ name: String, _ value: String, _ help: String, _ values: Values = .open) -> Option {
    Option(name: name, value: value, help: help, values: values)
  }
  static func list(_ name: String, _ value: String, _ help: String) -> Option {
    Option(name: name, value: value, help: help, isRepeatable: true)
  }
}

/// A command with its options.
struct Command: Sendable {
  var name: String
  /// Its operands, as help writes them.
  var operands: String
  var operandValues = Values.open
  var about: String
  var groups: [(title: String, options: [Option])]
  var examples: [(line: String, about: String)]
  var mostOperands: Int
  var run: @Sendable (Arguments) throws -> Int32

  var options: [Option] { groups.flatMap(\.options) }
}

/// What is wrong with a command line; one line, with a remedy.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A command line that has been read by a command's table.
struct Arguments: Sendable {
  var operands: [String] = []
  private var values: [String: [String]] = [:]

  /// Reads `--name VALUE`, `--name=VALUE` and `--flag`; `--` ends the options.
  init(_ words: [String], for command: Command) throws {
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
        let near = Self.nearest(name, among: command.options.map(\.name))
        throw UsageError(
          "unknown option '\(parts[0])'\(near.map { "; did you mean --\($0)?" } ?? ""); see `iomodes help \(command.name)`"
        )
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

  func has(_ name: String) -> Bool { values[name] != nil }
  func all(_ name: String) -> [String] { values[name] ?? [] }
  func text(_ name: String) -> String? { values[name]?.last }

  /// The option's value as `T`, or a complaint that says what it should be, such as "a number of rounds, from 1 on".
  func value<T>(_ name: String, _ expected: String, _ parse: (String) -> T?) throws -> T? {
    guard let text = text(name) else { return nil }
    guard let value = parse(text) else { throw UsageError("--\(name) '\(text)' is not \(expected)") }
    return value
  }

  func value<T: LosslessStringConvertible>(_ name: String, _ expected: String) throws -> T? {
    try value(name, expected) { T($0) }
  }

  /// One of the values of an enumeration.
  func choice<T: RawRepresentable & CaseIterable>(_ name: String) throws -> T? where T.RawValue == String {
    try value(name, "one of \(T.allCases.map(\.rawValue).joined(separator: ", "))") { T(rawValue: $0) }
  }

  /// The candidate that a mistyped word is closest to, by Levenshtein's distance, if it is close.
  static func nearest(_ word: String, among candidates: [String]) -> String? {
    let scored = candidates.map { ($0, distance(Array(word), Array($0))) }
    guard let best = scored.min(by: { $0.1 < $1.1 }), best.1 <= max(1, word.count / 3) else { return nil }
    return best.0
  }

  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let next = min(row[j + 1] + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[b.count]
  }
}
