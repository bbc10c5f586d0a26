/// The line of JSON that a trial's client prints at its end.
public struct PartialRecord: Codable, Equatable, Sendable {
  public var schemaVersion = SchemaVersion.current
  public var operations: TrialRecord.Operations
  public var checksum: String
  /// Absent if the client does not report it.
  public var bytes: TrialRecord.Bytes?
  public var wall: UInt64
  public var window: Window?
  public var latency: TrialRecord.Latency
  public var sendLag: LatencySummary?
  public var pacerLag: TrialRecord.PacerLag?
  public var longestQuiet: UInt64?
  public var lenientReads: UInt64?
  /// As ``TrialRecord/content``.
  public var content: String?
  /// Lanes that were measured and had at least one operation done within the window.
  public var lanesServed: Int?
  /// All connections of all lanes, from before the trial to its end; absent if the operations use none.
  public var connectionsOpened: UInt64?
  /// The number of connections of measured lanes that replaced one that was closed while idle.
  public var reconnected: UInt64?
  /// In an open loop: the number of operations due within the window.
  public var scheduled: UInt64?
  /// The numbers of the operations that may have counted.
  public var numbers: Numbers?
  public var coldStart: TrialRecord.ColdStart?
  /// By class, if there are several.
  public var lanes: [String: TrialRecord.LaneClass]?
  /// For a written data file: the number of sectors with wrong content.
  public var damagedSectors: UInt64?
  public var inFlight: TrialRecord.InFlight?
  public var series: [SeriesPoint]
  public var usage: ProcessUsage
  /// Whether the deadline ended the trial before all operations were done.
  public var ranOutOfTime: Bool
  /// For a peer: contradictions in its rows, as reasons why the trial is invalid. Absent for the harness's own clients.
  public var breaches: [String]?
  /// For a process on another host.
  public var host: OnHost?

  public init(
    operations: TrialRecord.Operations, checksum: String, bytes: TrialRecord.Bytes?, wall: UInt64,
    latency: TrialRecord.Latency, inFlight: TrialRecord.InFlight?, series: [SeriesPoint], usage: ProcessUsage,
    ranOutOfTime: Bool
  ) {
    self.operations = operations
    self.checksum = checksum
    self.bytes = bytes
    self.wall = wall
    self.latency = latency
    self.inFlight = inFlight
    self.series = series
    self.usage = usage
    self.ranOutOfTime = ranOutOfTime
  }

  /// A checksum as records write it: 16 hexadecimal digits.
  public static func text(ofChecksum checksum: UInt64) -> String {
    let digits = String(checksum, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case operations, checksum, bytes
    case wall = "wall_ns"
    case window
    case latency = "latency_ns"
    case sendLag = "send_lag_ns"
    case pacerLag = "pacer_lag_ns"
    case longestQuiet = "longest_quiet_ns"
    case lenientReads = "lenient_reads"
    case content
    case lanesServed = "lanes_served"
    case connectionsOpened = "connections_opened"
    case reconnected
    case scheduled, numbers
    case coldStart = "cold_start"
    case lanes
    case damagedSectors = "damaged_sectors"
    case inFlight = "in_flight"
    case series, usage
    case ranOutOfTime = "ran_out_of_time"
    case breaches, host
  }

  /// What a process on another host tells besides.
  public struct OnHost: Codable, Equatable, Sendable {
    /// When it began, on its own clock; in nanoseconds.
    public var began: UInt64
    /// How others disturbed its machine.
    public var machine: MachineUsage?

    public init(began: UInt64, machine: MachineUsage?) {
      self.began = began
      self.machine = machine
    }

    enum CodingKeys: String, CodingKey {
      case began = "began_ns"
      case machine
    }
  }

  /// The half-open range of operation numbers.
  public struct Numbers: Codable, Equatable, Sendable {
    public var from: UInt64
    public var to: UInt64

    public init(from: UInt64, to: UInt64) {
      self.from = from
      self.to = to
    }
  }

  /// Instants on CLOCK_MONOTONIC, in nanoseconds.
  public struct Window: Codable, Equatable, Sendable {
    public var opens: UInt64
    public var closes: UInt64
    /// When the client read its counters for each edge.
    public var openRead: UInt64
    public var closeRead: UInt64

    public init(opens: UInt64, closes: UInt64, openRead: UInt64, closeRead: UInt64) {
      self.opens = opens
      self.closes = closes
      self.openRead = openRead
      self.closeRead = closeRead
    }

    /// The time from each of the window's edges to the reading of the counters.
    public func lag(openRead: UInt64, closeRead: UInt64) -> ProcessUsage.EdgeLag {
      ProcessUsage.EdgeLag(
        open: openRead - Swift.min(openRead, opens), close: closeRead - Swift.min(closeRead, closes))
    }

    enum CodingKeys: String, CodingKey {
      case opens = "opens_ns"
      case closes = "closes_ns"
      case openRead = "open_read_ns"
      case closeRead = "close_read_ns"
    }
  }
}
