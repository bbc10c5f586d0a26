import Foundation

/// What keeps the program from doing what it was asked for: a line with a remedy, and the exit code.
struct Failure: Error {
  let description: String
  let code: Int32

  init(_ description: String, code: Int32 = 1) {
    self.description = description
    self.code = code
  }
}

/// The command line.
struct Options {
  static let usage = """
    usage: harness-benchmarks [--rounds N] [--output DIR] [--peer-histogram LIBRARY]

      --rounds N                how often each benchmark is measured, from 1 on; 8 unless given
      --output DIR              the folder of the run; results/TIME-harness unless given
      --peer-histogram LIBRARY  measure the record of another histogram too: see Benchmarks/peers/histogram
    """

  var rounds = 8
  var output = "results/\(Self.time)-harness"
  var peerHistogram: String?
  /// In the child that carries out one round: its number.
  var childRound: Int?
  var asksForHelp = false

  init(_ words: [String]) throws(Failure) {
    var rest = words[...]
    while let word = rest.popFirst() {
      switch word {
      case "--help", "-h": asksForHelp = true
      case "--rounds": rounds = try Self.number(of: word, &rest)
      case "--child-round": childRound = try Self.number(of: word, &rest)
      case "--output":
        output = try Self.value(of: word, &rest)
        while output.count > 1 && output.hasSuffix("/") { output.removeLast() }
      case "--peer-histogram": peerHistogram = try Self.value(of: word, &rest)
      default: throw Self.misuse("unknown option '\(word)'")
      }
    }
  }

  private static func value(of option: String, _ rest: inout ArraySlice<String>) throws(Failure) -> String {
    guard let value = rest.popFirst(), !value.isEmpty else { throw misuse("\(option) needs a value") }
    return value
  }

  private static func number(of option: String, _ rest: inout ArraySlice<String>) throws(Failure) -> Int {
    let text = try value(of: option, &rest)
    guard let number = Int(text), (1...100_000).contains(number) else {
      throw misuse("\(option) '\(text)' is not a number of rounds, from 1 on")
    }
    return number
  }

  private static func misuse(_ text: String) -> Failure { Failure("\(text); see harness-benchmarks --help", code: 2) }

  private static var time: String {
    let formatter = DateFormatter()
    formatter.locale = Foundation.Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    return formatter.string(from: Date())
  }
}
