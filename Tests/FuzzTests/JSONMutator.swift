import TestSupport

/// Changes JSON texts where readers of numbers, quantities and lists go wrong: at the ends of their ranges, at types, keys
/// and lengths. The form stays JSON, but for a few cuts and flips.
struct JSONMutator {
  /// At the ends of what readers can hold, and a step beyond.
  static let numbers = [
    "0", "-0", "1", "-1", "2", "0.5", "1e-320", "5e-324", "1e-9", "255", "256", "65535", "65536", "999999", "1000000",
    "2147483647", "2147483648", "4294967295", "4294967296", "9007199254740993", "1e15", "1e18", "3600000000000",
    "4398046511103", "4398046511104", "9223372036854775806", "9223372036854775807", "9223372036854775808",
    "-9223372036854775807", "-9223372036854775808", "-9223372036854775809", "18446744073709551614",
    "18446744073709551615", "18446744073709551616", "1e19", "1.8446744073709552e19", "-1e19", "1e300",
    "1.7976931348623157e308", "-1.7976931348623157e308", "1e309", "0.1", "0.99999999999999994", "1.0000000000000002",
  ]
  static let quantities = [
    "0", "0ns", "1ns", "999us", "1ms", "1s", "60s", "3600s", "43200min", "43201min", "9223372036854775807ns",
    "9223372036854775808ns", "9223372036854775806ns", "153722867min", "9223372036s", "0B", "1B", "16B", "1GiB",
    "8589934591GiB", "9223372036854775807B", "1024GiB", "exponential:3600s", "lognormal:3600s:5",
    "lognormal:1us:5e-324",
    "exponential:9223372036854775807ns", "p99<9223372036854775807ns", "p50<1ns", "-1s", "1e3s", "",
  ]
  static let texts = [
    "", "x", "-", "..", "/", "../../../x", "\\u0000", "\\u001b[31m", "\\ud83d\\ude00", "é", "a,b", "\\\"", "{i}",
    "null",
    "AgQ=", "HISTFAAAAAA=", "00ff00ff00ff00ff", "ffffffffffffffff", "fffffffffffffffff", "epoll", "closed", "constant",
  ]

  var random: SplitMix64
  /// The parts that mutations use.
  let donors: [JSONTree]

  init(seed: UInt64, donors: [JSONTree]) {
    random = SplitMix64(seed: seed)
    self.donors = donors
  }

  mutating func mutated(_ tree: JSONTree) -> JSONTree {
    var tree = tree
    for _ in 0..<pick(1...3) { tree = tree.replacing(pick(0...max(0, tree.count - 1))) { change($0) } }
    return tree
  }

  /// One text in sixteen is also damaged.
  mutating func mutatedText(_ tree: JSONTree) -> [UInt8] {
    var bytes = Array(mutated(tree).text.utf8)
    guard pick(0...15) == 0, !bytes.isEmpty else { return bytes }
    let place = pick(0...bytes.count - 1)
    switch pick(0...2) {
    case 0: bytes.removeSubrange(place...)
    case 1: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
    default: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
    }
    return bytes
  }

  private mutating func change(_ node: JSONTree) -> JSONTree {
    switch node {
    case .literal:
      switch pick(0...9) {
      case 0...6: return .literal(Self.numbers[pick(0...Self.numbers.count - 1)])
      case 7: return .literal(["true", "false", "null"][pick(0...2)])
      case 8: return .array([node, node])
      default: return .string(Self.texts[pick(0...Self.texts.count - 1)])
      }
    case .string(let text):
      // A quantity is most often replaced by another.
      let isQuantity = text.utf8.first.map { (0x30...0x39).contains($0) } ?? false
      switch pick(0...9) {
      case 0...3: return .string((isQuantity ? Self.quantities : Self.texts).randomElement(using: &random) ?? "")
      case 4...6: return .string(Self.quantities[pick(0...Self.quantities.count - 1)])
      case 7: return .string(String(repeating: text, count: pick(2...9)))
      case 8: return .string(damaged(text))
      default: return .literal(Self.numbers[pick(0...Self.numbers.count - 1)])
      }
    case .array(var elements):
      switch pick(0...4) {
      case 0: return .array([])
      case 1 where !elements.isEmpty: elements.remove(at: pick(0...elements.count - 1))
      case 2 where !elements.isEmpty: elements += elements
      case 3: elements.insert(donated(), at: pick(0...elements.count))
      default: elements.append(.literal(Self.numbers[pick(0...Self.numbers.count - 1)]))
      }
      return .array(elements)
    case .object(var members):
      guard !members.isEmpty else { return donated() }
      let place = pick(0...members.count - 1)
      switch pick(0...5) {
      case 0: members.remove(at: place)
      case 1: members.append(members[place])
      case 2: members[place].value = donated()
      case 3: members[place].key = members[pick(0...members.count - 1)].key
      case 4:
        if case .object(let others) = donor(), let other = others.randomElement(using: &random) {
          members.append(other)
        }
      default: members[place].value = .literal(Self.numbers[pick(0...Self.numbers.count - 1)])
      }
      return .object(members)
    }
  }

  private mutating func damaged(_ text: String) -> String {
    var characters = Array(text.unicodeScalars)
    guard !characters.isEmpty else { return "x" }
    characters[pick(0...characters.count - 1)] = Array("AQgz9/+=-_. 0".unicodeScalars)[pick(0...12)]
    return String(String.UnicodeScalarView(characters)).filter { $0 != "\"" && $0 != "\\" }
  }

  private mutating func donor() -> JSONTree { donors.randomElement(using: &random) ?? .literal("0") }

  private mutating func donated() -> JSONTree {
    let donor = donor()
    return donor.node(pick(0...donor.count - 1))
  }

  private mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
}
