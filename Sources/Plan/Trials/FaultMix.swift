import Measurement

/// A fault that the built-in server commits when an operation asks for it.
@frozen public enum FaultKind: String, CodingKey, CaseIterable, Sendable {
  /// It resets the connection instead of answering.
  case reset
  /// It sends a part of the answer, and closes the connection.
  case truncate
  /// It never answers, and keeps receiving until the client gives up.
  case stall
  /// It sends an invalid answer: bytes that are not HTTP, or wrong bytes for an echo.
  case garbage
  /// It sends the right answer in pieces, with pauses.
  case drip

  /// The code in messages and in the contract for peers; 0 means no fault.
  @inlinable public var code: UInt8 {
    switch self {
    case .reset: 1
    case .truncate: 2
    case .stall: 3
    case .garbage: 4
    case .drip: 5
    }
  }

  @inlinable public init?(code: UInt8) {
    switch code {
    case 1: self = .reset
    case 2: self = .truncate
    case 3: self = .stall
    case 4: self = .garbage
    case 5: self = .drip
    default: return nil
    }
  }

  /// The number of pieces of a dripping reply, and the pause between pieces.
  package static let drops = 10
  package static let pause = Nanoseconds.milliseconds(1)

  /// The names, as lists of faults show them.
  package static let names = allCases.map(\.rawValue)
}

/// The rate of each fault per operation; the sum is at most 1.
public struct FaultMix: Hashable, Sendable {
  public var reset = 0.0
  public var truncate = 0.0
  public var stall = 0.0
  public var garbage = 0.0
  public var drip = 0.0

  public init() {}

  public subscript(kind: FaultKind) -> Double {
    get {
      switch kind {
      case .reset: reset
      case .truncate: truncate
      case .stall: stall
      case .garbage: garbage
      case .drip: drip
      }
    }
    set {
      switch kind {
      case .reset: reset = newValue
      case .truncate: truncate = newValue
      case .stall: stall = newValue
      case .garbage: garbage = newValue
      case .drip: drip = newValue
      }
    }
  }

  /// Keeps these random numbers apart from those of delays.
  @inlinable static var stream: UInt64 { 0x6661_756c_7473 }

  /// The fault that `operation` meets; nil for a right answer.
  @inlinable
  public func drawn(seed: UInt64, operation: UInt64) -> FaultKind? {
    let draw = Randomness.uniform(seed ^ Self.stream, operation)
    var bound = reset
    if draw <= bound { return .reset }
    bound += truncate
    if draw <= bound { return .truncate }
    bound += stall
    if draw <= bound { return .stall }
    bound += garbage
    if draw <= bound { return .garbage }
    bound += drip
    return draw <= bound ? .drip : nil
  }

  /// The number of `operations` that meet each fault.
  public func counts(seed: UInt64, operations: Range<UInt64>) -> [FaultKind: UInt64] {
    // An array indexed by code is fast enough for millions of operations.
    var counts = [UInt64](repeating: 0, count: FaultKind.allCases.count + 1)
    for operation in operations { counts[Int(drawn(seed: seed, operation: operation)?.code ?? 0)] += 1 }
    let met = FaultKind.allCases.filter { counts[Int($0.code)] > 0 }
    return Dictionary(uniqueKeysWithValues: met.map { ($0, counts[Int($0.code)]) })
  }

  /// The mix; nil if it has no fault.
  var unlessEmpty: FaultMix? { self == FaultMix() ? nil : self }

  /// What is wrong with the mix at this timeout, if anything.
  func complaint(within timeout: Nanoseconds) -> String? {
    stall > 0 && timeout == .zero ? "have a stall, which only a timeout ends; give a timeout above 0" : nil
  }

  /// What is wrong with the rates, if anything. The tolerance allows for rounding in the sum.
  private var complaint: String? {
    let sum = FaultKind.allCases.reduce(0) { $0 + self[$1] }
    guard sum > 1 + 1e-9 else { return nil }
    return "adds up to \(sum); the sum must be at most 1, as an operation meets at most one fault"
  }

  private static func complaint(_ rate: Double) -> String? {
    (0...1).contains(rate) ? nil : "\(rate) is not a rate per operation, from 0 to 1"
  }
}

extension FaultMix: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, of: FaultKind.self)
    for kind in FaultKind.allCases {
      guard let rate: Double = try fields.value(kind) else { continue }
      if let complaint = Self.complaint(rate) { try fields.check(kind, false, complaint) }
      self[kind] = rate
    }
    if let complaint {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: complaint))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: FaultKind.self)
    for kind in FaultKind.allCases where self[kind] > 0 { try container.encode(self[kind], forKey: kind) }
  }

  public struct Malformed: Error, CustomStringConvertible {
    public let description: String
  }

  /// Reads `reset:0.01,stall:0.005`.
  public init(parsing text: String) throws(Malformed) {
    var given: Set<FaultKind> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: ":", omittingEmptySubsequences: false)
      guard words.count == 2, let rate = Double(words[1]) else {
        throw Malformed(description: "'\(part)' is not a fault and its rate, such as reset:0.01")
      }
      guard let kind = FaultKind(rawValue: String(words[0])) else {
        throw Malformed(description: Spelling.isNot(String(words[0]), "a fault", among: FaultKind.names))
      }
      guard given.insert(kind).inserted else { throw Malformed(description: "'\(text)' names \(kind.rawValue) twice") }
      if let complaint = Self.complaint(rate) { throw Malformed(description: "'\(part)': \(complaint)") }
      self[kind] = rate
    }
    if let complaint { throw Malformed(description: "'\(text)' \(complaint)") }
  }
}

extension FaultMix {
  static let help = "faults of the built-in server, as rates per operation, such as reset:0.01,stall:0.005"

  /// `faults: reset 1 %, stall 0.5 %`; nil without faults.
  var words: String? {
    let asked = FaultKind.allCases.filter { self[$0] > 0 }.sorted { $0.rawValue < $1.rawValue }
    let list = asked.map { kind in
      let percent = (self[kind] * 1e8).rounded() / 1e6
      return "\(kind.rawValue) \(Int64(exactly: percent).map(String.init) ?? "\(percent)") %"
    }
    return list.isEmpty ? nil : "faults: \(list.joined(separator: ", "))"
  }
}
