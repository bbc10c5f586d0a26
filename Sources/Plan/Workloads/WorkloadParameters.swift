import Measurement

/// A kind of workload with its parameters: all that the parts of the program which know no kind by name ask of it. A new
/// kind has a type of its own that conforms, and is a case of ``WorkloadSpec``.
public protocol WorkloadParameters: Hashable, Codable, Sendable {
  static var kind: String { get }
  /// What one operation is, in a line.
  static var about: String { get }
  /// What the kind is called elsewhere.
  static var otherNames: [String] { get }
  /// In the order in which they are read.
  static var options: [WorkloadOption<Self>] { get }
  /// How schemas have it: by its options, unless it has those of others.
  static var forms: [ObjectForm] { get }

  init()
  /// The same as a case of all kinds.
  var spec: WorkloadSpec { get }
  /// What an operation is, in a few words, before those of the options.
  var headline: String { get }
  /// Makes what follows from the values that were given.
  mutating func settle()
  /// What is wrong with the values, if anything.
  func complaint() -> (key: String, text: String)?

  /// How long one operation takes at least, on average.
  var leastDuration: Nanoseconds { get }
  /// Seconds that one operation waits on average, where it has no work; nil where nothing says so.
  var wait: Double? { get }
  /// How long the own server waits before it answers.
  var delay: Delay { get }
  /// How long one operation keeps a processor of the client busy, by what is asked for.
  var work: Nanoseconds { get }
  /// How many compute for the lanes, beside whoever carries them.
  var workers: Int { get }
  /// How many threads or processes work is left to; nil where it is left to none.
  var poolWidth: Int? { get }
  /// The widest pool that it may have.
  static var largestPool: Int { get }
  /// The same with another pool; only where it has one.
  func with(poolWidth: Int) -> Self
  /// Who does the work, as the variant of a mode that can leave it to others; nil where there is nothing to leave.
  var manner: String? { get }
  /// The same without who does the work, and without its work.
  var withoutOffload: Self { get }
  var withoutWork: Self { get }
  /// Whether its operations keep whoever carries the lanes from others, which bystanders feel.
  var holdsUpOthers: Bool { get }
  /// How long one operation may take; zero for no limit.
  var timeout: Nanoseconds { get }
  /// What the own server is to do wrong; nil where it is asked for nothing.
  var faults: FaultMix? { get }
  /// Descriptors that one lane takes in the process of the client.
  var descriptorsPerLane: Int { get }
  /// Whether the harness has to start a server for it.
  var needsServer: Bool { get }
  /// Whether its connections take ports.
  var usesPorts: Bool { get }
  /// Whether it goes over this machine's loopback.
  var usesLoopback: Bool { get }
  /// Whether operations bring their own connections.
  var opensConnections: Bool { get }
  /// Whether its client takes replies that are not quite as RFC 9112 has them.
  var isLenient: Bool { get }
  /// What it takes of a mode that not every mode can do.
  var features: [ModeDescription.Feature] { get }
  /// What lanes beside it do.
  var ofBystanders: WorkloadSpec { get }
  /// What the client does: the workload itself, or what it asks of a mode that serves.
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

  /// How long the operations take that the server stalls, on average over all: those take all of their time.
  var stalled: Nanoseconds { Nanoseconds(UInt64(saturating: (faults?.stall ?? 0) * Double(timeout.count))) }
}

// MARK: JSON

extension WorkloadParameters {
  public init(from decoder: any Decoder) throws { try self.init(from: decoder, besides: ["kind"]) }

  /// - Parameter besides: members that are known, but read elsewhere.
  init(from decoder: any Decoder, besides: [String]) throws {
    self.init()
    let fields = try OptionFields(decoder)
    try read(fields)
    // Some options say which others there are.
    var known = besides
    for option in Self.options where option.applies(self) && !known.contains(option.key) { known.append(option.key) }
    try fields.check(known: known)
    settle()
    if let complaint = complaint() { throw fields.error(SpecComplaint(complaint.key, complaint.text)) }
  }

  /// As it was recorded, by any version: members that are not known here are left out, and nothing is checked.
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
  /// What a command line knows of its options, in their order.
  public static var help: [OptionHelp] { options.map(\.help).filter { $0.place != .suitesAlone } }

  /// Takes in what a command line says, in the order of the options.
  /// - Parameter texts: what is given for an option, by its flag; nil where it is not given.
  /// - Throws: of which flag it is malformed, and how.
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

  /// What reports say of it, of one part.
  public func words(_ part: WordsPart) -> [String] {
    let ofOptions = Self.options.filter { $0.part == part }.compactMap { $0.words(self) }
    return part == .operation ? [headline] + ofOptions : ofOptions
  }
}

/// A flag of a command line with a value that it cannot have.
public struct FlagMalformed: Error, CustomStringConvertible {
  public let flag: String
  public let text: String

  public var description: String { "--\(flag) \(text)" }
}
