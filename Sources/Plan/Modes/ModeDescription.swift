/// What a mode is, as a value: what it is called, how it looks in figures, and what it can do. A run's `run.json` has those
/// of its modes, so that a report needs neither the mode nor its code.
public struct ModeDescription: Hashable, Sendable {
  public enum Kind: String, Codable, CaseIterable, Sendable {
    /// Compared unless others are asked for.
    case headline
    /// Answers one question that the headline modes raise.
    case reference
    /// Measures the harness itself.
    case control
    /// Another program, by the contract for peers.
    case peer
  }

  /// What carries the lanes.
  public enum Carrier: String, Codable, CaseIterable, Sendable {
    /// One thread, and so one lane, whatever the concurrency.
    case oneLane = "one-lane"
    /// The same few threads, none of which a lane holds while it waits.
    case shared
    /// For each lane a thread.
    case threads
    /// For each lane a thread, once there is one: at first one for each processor, then one more a second.
    case growingPool = "growing-pool"
    /// A thread for each processor, which a lane holds while it waits.
    case cooperativePool = "cooperative-pool"
    /// Another program's own affair.
    case unknown
  }

  /// What a mode may be unable to do.
  public enum Feature: String, Codable, CodingKeyRepresentable, Sendable {
    case file, serve, targets, faults
    /// Of `echo`: client and server in one process.
    case bothEnds = "both-ends"
  }

  /// How its curves are drawn.
  public struct Look: Codable, Hashable, Sendable {
    /// `#RRGGBB`.
    public var colour: String
    /// Gnuplot's dash types, from 1 to 5, and point types. A reference mode has the open marker of the headline mode that it
    /// is held against.
    public var dash: Int
    public var marker: Int
    /// The nearest of a terminal's 256 colours on a dark ground; nil for that of the text.
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
  /// What waits, in a line.
  public var about: String
  /// What it is called elsewhere.
  public var otherNames: [String]
  public var look: Look
  public var carrier: Carrier
  /// The most threads that lanes have one each of; nil where nothing of its own stops them.
  public var mostThreads: Int?
  /// Whether it has a loop on each of several processors.
  public var hasLoops: Bool
  /// Whether it sends several requests at once on a connection.
  public var pipelines: Bool
  /// The kinds of workload whose work it can leave to others.
  public var offloads: [String]
  /// What it cannot do, and why, in a sentence that begins with its name.
  public var refusals: [Feature: String]
  /// Of a peer: what it is, and what it can do.
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

  /// Whether all lanes of some hundreds are under way at once, from the start.
  public var isConcurrent: Bool { isAsynchronous || carrier == .threads }

  /// Whether its lanes run on as many processors as there are, without a loop on each.
  public var isParallel: Bool { carrier != .oneLane && !hasLoops }
}

extension ModeDescription: Codable {
  enum CodingKeys: String, CodingKey {
    case id, kind, about, look, carrier, pipelines, offloads, refusals, peer
    case otherNames = "other_names"
    case mostThreads = "most_threads"
    case hasLoops = "has_loops"
  }

  /// Of a mode that this build may not have.
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
  /// That of a mode of this build, or of a peer that was found; nil where there is none of that name.
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
