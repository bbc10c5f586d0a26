import Measurement

/// A kind of workload with its parameters. This is all that code which does not name a kind asks of it. A new kind is a
/// type that conforms, and a case of ``WorkloadSpec``.
public protocol WorkloadParameters: Hashable, Codable, Sendable {
  static var kind: String { get }
  /// One operation, described in one line.
  static var about: String { get }
  /// The kind's names elsewhere.
  static var otherNames: [String] { get }
  /// The options, in the order in which they are read.
  static var options: [WorkloadOption<Self>] { get }
  /// How schemas have it: by its options, unless it has those of others.
  static var forms: [ObjectForm] { get }

  init()
  /// The same workload as a case of ``WorkloadSpec``.
  var spec: WorkloadSpec { get }
  /// A few words for the operation; the options' words follow them.
  var headline: String { get }
  /// Adjusts values that depend on others.
  mutating func settle()
  /// What is wrong with the values, if anything.
  func complaint() -> (key: String, text: String)?

  /// The minimum mean duration of one operation.
  var leastDuration: Nanoseconds { get }
  /// The mean wait of one operation in seconds, without its work; nil if unknown.
  var wait: Double? { get }
  /// The built-in server's delay before it answers.
  var delay: Delay { get }
  /// The client's CPU time per operation, as asked for.
  var work: Nanoseconds { get }
  /// The number of workers that compute for the lanes, besides whatever carries the lanes.
  var workers: Int { get }
  /// The number of threads or processes to offload to; nil if nothing is offloaded.
  var poolWidth: Int? { get }
  /// The maximum pool size.
  static var largestPool: Int { get }
  /// The same workload with another pool size; only for a workload with a pool.
  func with(poolWidth: Int) -> Self
  /// Where the work runs, as the variant of a mode that can offload; nil if there is nothing to offload.
  var manner: String? { get }
  /// The same workload without its work and its offload.
  var withoutOffload: Self { get }
  var withoutWork: Self { get }
  /// Whether its operations block whatever carries the lanes, which bystanders feel.
  var holdsUpOthers: Bool { get }
  /// The time limit of one operation; zero for none.
  var timeout: Nanoseconds { get }
  /// The faults to ask the built-in server for; nil for none.
  var faults: FaultMix? { get }
  /// The descriptors of one lane in the client's process.
  var descriptorsPerLane: Int { get }
  /// Whether the workload needs the built-in server.
  var needsServer: Bool { get }
  /// Whether its connections use ports.
  var usesPorts: Bool { get }
  /// Whether it uses this machine's loopback.
  var usesLoopback: Bool { get }
  /// Whether each operation opens its own connection.
  var opensConnections: Bool { get }
  /// Whether its client accepts replies that deviate from RFC 9112.
  var isLenient: Bool { get }
  /// The abilities that it needs and some modes lack.
  var features: [ModeDescription.Feature] { get }
  /// The workload of its bystanders.
  var ofBystanders: WorkloadSpec { get }
  /// The client's workload: this one, or what the client asks of a mode that serves.
  var asked: WorkloadSpec { get }
}

extension WorkloadParameters {
  public static var otherNames: [String] { [] }
  public mutating func settle() {}
  public func complaint() -> (key: String, text: String)? { nil }

  public var leastDuration: Nanoseconds { .zero }
  public var wait: Double? { nil }
  public var work: Nanoseconds { .zero }
  public var workers: Int { 0 }
  public var poolWidth: Int? { nil }
  public static var largestPool: Int { 1024 }
  public func with(poolWidth: Int) -> Self { self }
  public var manner: String? { nil }
  public var withoutOffload: Self { self }
  public var withoutWork: Self { withoutOffload }
  public var delay: Delay { .none }
  public var holdsUpOthers: Bool { false }
  public var timeout: Nanoseconds { .zero }
  public var faults: FaultMix? { nil }
  public var descriptorsPerLane: Int { 0 }
  public var needsServer: Bool { false }
  public var usesPorts: Bool { false }
  public var usesLoopback: Bool { false }
  public var opensConnections: Bool { false }
  public var isLenient: Bool { false }
  public var features: [ModeDescription.Feature] { [] }
  public var ofBystanders: WorkloadSpec { spec }
  public var asked: WorkloadSpec { spec }

  /// The time that stalled operations take, averaged over all operations: a stall lasts until the timeout.
  var stalled: Nanoseconds { Nanoseconds(UInt64(saturating: (faults?.stall ?? 0) * Double(timeout.count))) }
}

// MARK: JSON

extension WorkloadParameters {
  public init(from decoder: any Decoder) throws { try self.init(from: decoder, besides: ["kind"]) }

  /// - Parameter besides: known members that are read elsewhere.
  init(from decoder: any Decoder, besides: [String]) throws {
    self.init()
    let fields = try OptionFields(decoder)
    try read(fields)
    // Which options apply may depend on other options.
    var known = besides
    for option in Self.options where option.applies(self) && !known.contains(option.key) { known.append(option.key) }
    try fields.check(known: known)
    settle()
    if let complaint = complaint() { throw fields.error(SpecComplaint(complaint.key, complaint.text)) }
  }

  /// Decodes a workload that any version recorded: unknown members are ignored, and nothing is checked.
  init(recorded decoder: any Decoder) throws {
    self.init()
    try read(OptionFields(decoder))
  }

  private mutating func read(_ fields: OptionFields) throws {
    for option in Self.options { try option.decode(&self, fields) }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: OptionFields.Key.self)
    for option in Self.options { try option.encode(self, &container) }
  }
}

// MARK: Command lines and reports

extension WorkloadParameters {
  /// The options of the command line, in their order.
  public static var help: [OptionHelp] { options.map(\.help).filter { $0.place != .suitesAlone } }

  /// Applies the command line's values, in the order of the options.
  /// - Parameter texts: the texts given for a flag; nil if it is absent.
  /// - Throws: the malformed flag, and the reason.
  public mutating func take(_ texts: (_ flag: String) -> [String]?) throws(FlagMalformed) {
    for option in Self.options where option.help.place != .suitesAlone {
      guard let given = texts(option.help.flag) else { continue }
      guard Self.options.contains(where: { $0.help.flag == option.help.flag && $0.applies(self) }) else {
        throw FlagMalformed(flag: option.help.flag, text: "does not go with the protocol that is served")
      }
      do throws(OptionMalformed) {
        try option.parse(&self, given)
      } catch {
        throw FlagMalformed(flag: option.help.flag, text: error.description)
      }
    }
  }

  /// A report's words for one part of the workload.
  public func words(_ part: WordsPart) -> [String] {
    let ofOptions = Self.options.filter { $0.part == part }.compactMap { $0.words(self) }
    return part == .operation ? [headline] + ofOptions : ofOptions
  }
}

/// A flag, without its dashes, with a malformed value.
public struct FlagMalformed: Error {
  public let flag: String
  /// What is wrong with it; follows the flag in a message.
  public let text: String
}
