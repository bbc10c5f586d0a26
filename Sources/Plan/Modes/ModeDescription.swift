/// A mode as a value: its names, its look in figures, and its abilities. A run's `run.json` records those of its modes,
/// so that a report needs neither the mode nor its code.
public struct ModeDescription: Hashable, Sendable {
  public enum Kind: String, Codable, CaseIterable, Sendable {
    /// Compared by default.
    case headline
    /// Answers one question that the headline modes raise.
    case reference
    /// Measures the harness itself.
    case control
    /// Another program that keeps the contract for peers.
    case peer
  }

  /// What carries the lanes.
  public enum Carrier: String, Codable, CaseIterable, Sendable {
    /// One thread and one lane, at any concurrency.
    case oneLane = "one-lane"
    /// A few threads for all lanes; no lane holds one while it waits.
    case shared
    /// One thread per lane.
    case threads
    /// One thread per lane, but the pool grows: at first one thread per CPU, then one more per second.
    case growingPool = "growing-pool"
    /// One thread per CPU; a lane holds it while it waits.
    case cooperativePool = "cooperative-pool"
    /// Unknown: another program decides.
    case unknown
  }

  /// An ability that a mode may lack.
  public enum Feature: String, Codable, CodingKeyRepresentable, Sendable {
    case file, serve, targets, faults
    /// Client and server of `echo` in one process.
    case bothEnds = "both-ends"
  }

  /// How figures draw the mode.
  public struct Look: Codable, Hashable, Sendable {
    /// `#RRGGBB`.
    public var colour: String
    /// Gnuplot's dash types, from 1 to 5, and point types. A reference mode has the open marker of the headline mode
    /// that it is compared with.
    public var dash: Int
    public var marker: Int
    /// The nearest of a terminal's 256 colours on a dark background; nil for the text's colour.
    public var ink: Int?

    public init(_ colour: String, dash: Int, marker: Int, ink: Int? = nil) {
      self.colour = colour
      self.dash = dash
      self.marker = marker
      self.ink = ink
    }

    enum CodingKeys: String, CodingKey { case colour, dash, marker, ink }
  }

  public var id: ModeID
  public var kind: Kind
  /// How an operation waits, in one line.
  public var about: String
  /// The mode's names elsewhere.
  public var otherNames: [String]
  public var look: Look
  public var carrier: Carrier
  /// The maximum number of threads, one per lane; nil without a limit.
  public var mostThreads: Int?
  /// Whether the mode can run one loop on each of several CPUs.
  public var hasLoops: Bool
  /// Whether the mode can have several requests in flight per connection.
  public var pipelines: Bool
  /// The kinds of workload whose work the mode can offload.
  public var offloads: [String]
  /// The features that the mode lacks, each with the reason: a sentence that begins with the mode's name.
  public var refusals: [Feature: String]
  /// What a peer is and can do; nil for built-in modes.
  public var peer: PeerDescription?

  public init(
    _ id: ModeID, _ kind: Kind, _ about: String, otherNames: [String] = [], _ look: Look, _ carrier: Carrier,
    mostThreads: Int? = nil, hasLoops: Bool = false, pipelines: Bool = false, offloads: [String] = [],
    refusals: [Feature: String] = [:], peer: PeerDescription? = nil
  ) {
    self.id = id
    self.kind = kind
    self.about = about
    self.otherNames = otherNames
    self.look = look
    self.carrier = carrier
    self.mostThreads = mostThreads
    self.hasLoops = hasLoops
    self.pipelines = pipelines
    self.offloads = offloads
    self.refusals = refusals
    self.peer = peer
  }

  /// What figures call it.
  public var label: String { peer?.label ?? id.rawValue }

  /// Whether its lanes wait without a thread each: async/await, or a loop over events.
  public var isAsynchronous: Bool { carrier == .shared }

  /// Whether hundreds of lanes all have an operation in flight from the start.
  public var isConcurrent: Bool { isAsynchronous || carrier == .threads }

  /// Whether the lanes use all CPUs without one loop per CPU.
  public var isParallel: Bool { carrier != .oneLane && !hasLoops }
}

extension ModeDescription: Codable {
  enum CodingKeys: String, CodingKey {
    case id, kind, about, look, carrier, pipelines, offloads, refusals, peer
    case otherNames = "other_names"
    case mostThreads = "most_threads"
    case hasLoops = "has_loops"
  }

  /// Decodes a mode that this build may not have.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    id = ModeID(try fields.decode(String.self, forKey: .id))
    kind = try fields.decode(Kind.self, forKey: .kind)
    about = try fields.decode(String.self, forKey: .about)
    look = try fields.decode(Look.self, forKey: .look)
    carrier = try fields.decode(Carrier.self, forKey: .carrier)
    otherNames = try fields.decodeIfPresent([String].self, forKey: .otherNames) ?? []
    mostThreads = try fields.decodeIfPresent(Int.self, forKey: .mostThreads)
    hasLoops = try fields.decodeIfPresent(Bool.self, forKey: .hasLoops) ?? false
    pipelines = try fields.decodeIfPresent(Bool.self, forKey: .pipelines) ?? false
    offloads = try fields.decodeIfPresent([String].self, forKey: .offloads) ?? []
    refusals = try fields.decodeIfPresent([Feature: String].self, forKey: .refusals) ?? [:]
    peer = try fields.decodeIfPresent(PeerDescription.self, forKey: .peer)
  }
}

extension ModeDescription {
  /// The built-in mode or found peer of this name; nil if there is none.
  public static func named(_ name: String) -> ModeDescription? {
    builtIn.first { $0.id.rawValue == name } ?? ForeignModes.named(name)
  }

  /// For each name that modes have elsewhere, the one they have here.
  public static let otherNames = Dictionary(
    uniqueKeysWithValues: builtIn.flatMap { mode in mode.otherNames.map { ($0, mode.id.rawValue) } })

  /// Those of this build that can do something, as a sentence names them.
  public static func names(joinedBy separator: String, where isMeant: (ModeDescription) -> Bool) -> String {
    builtIn.filter(isMeant).map(\.id.rawValue).joined(separator: separator)
  }

  /// What is wrong with the list, if anything: modes that could not be told apart. For the program's start.
  public static func complaint(about modes: [ModeDescription]) -> String? {
    func twice(_ values: [String]) -> String? {
      var seen: Set<String> = []
      return values.first { !seen.insert($0).inserted }
    }
    if let name = twice(modes.flatMap { [$0.id.rawValue] + $0.otherNames }) { return "two modes are called \(name)" }
    if let colour = twice(modes.map(\.look.colour)) { return "two modes have the colour \(colour)" }
    if let marker = twice(modes.map { String($0.look.marker) }) { return "two modes have the marker \(marker)" }
    return nil
  }

  /// Whether a mode stands before another, by the order of this build; those of other builds come last, by name.
  public static func precedes(_ first: String, _ second: String) -> Bool {
    let (firstRank, secondRank) = (rank(first), rank(second))
    return firstRank == secondRank ? first < second : firstRank < secondRank
  }

  private static func rank(_ mode: String) -> Int {
    builtIn.firstIndex { $0.id.rawValue == mode } ?? builtIn.count
  }
}
