/// What the client of a trial prints, as one line of JSON, when it is through. A program in any language that reads a
/// plan from its standard input and prints this is a mode.
public struct PartialRecord: Codable, Equatable, Sendable {
  public var schemaVersion = SchemaVersion.current
  public var operations: TrialRecord.Operations
  public var checksum: String
  /// Absent where the client does not tell.
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
  /// Connections that all lanes have had, from before the trial to its end; absent where its operations need none.
  public var connectionsOpened: UInt64?
  /// Of those of the lanes that are measured: how many took the place of one that was closed while it was idle.
  public var reconnected: UInt64?
  /// In open loop: how many operations were to start within the window.
  public var scheduled: UInt64?
  /// Of the operations that may have counted.
  public var numbers: Numbers?
  public var coldStart: TrialRecord.ColdStart?
  /// By class, where there is more than one.
  public var lanes: [String: TrialRecord.LaneClass]?
  /// Of a data file that was written: sectors that do not hold what was written there.
  public var damagedSectors: UInt64?
  public var inFlight: TrialRecord.InFlight?
  public var series: [SeriesPoint]
  public var usage: ProcessUsage
  /// Whether the deadline ended it before all operations were done.
  public var ranOutOfTime: Bool
  /// Of a peer: what in its rows cannot be, as reasons why a trial is not valid. Absent of clients of this program.
  public var breaches: [String]?

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

  /// A checksum as records have it: 16 hexadecimal digits.
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
    case breaches
  }

  /// From the first to before the last, as operations are numbered.
  public struct Numbers: Codable, Equatable, Sendable {
    public var from: UInt64
    public var to: UInt64

    public init(from: UInt64, to: UInt64) {
      self.from = from
      self.to = to
    }
  }

  /// Points on CLOCK_MONOTONIC, in nanoseconds.
  public struct Window: Codable, Equatable, Sendable {
    public var opens: UInt64
    public var closes: UInt64
    /// When the client's counters were read for each edge.
    public var openRead: UInt64
    public var closeRead: UInt64

    public init(opens: UInt64, closes: UInt64, openRead: UInt64, closeRead: UInt64) {
      self.opens = opens
      self.closes = closes
      self.openRead = openRead
      self.closeRead = closeRead
    }

    /// How long after the window's edges counters were read.
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
