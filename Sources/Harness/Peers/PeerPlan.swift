import Glibc
import Measurement
import Modes
import Workloads

/// The plan of a peer's client, one line of JSON: version 1 of the contract. Times are in nanoseconds, sizes in bytes.
/// Paths name files of little-endian numbers.
struct PeerPlan: Codable, Equatable, Sendable {
  var contract = PeerManifest.contract
  /// `sleep`, `echo` or `http`.
  var workload: String
  var lanes: Int
  /// An address with its port, or `unix:` and a path; nil if the workload has no server.
  var endpoint: String?
  /// The number of operations; nil if `duration` ends the window.
  var count: UInt64?
  var duration: UInt64?
  var warmup: UInt64
  /// The number of rows that fit the file.
  var capacity: Int
  /// The time limit of one operation; 0 for none.
  var timeout: UInt64
  var limit: Int?
  /// For an open loop, a file of 8 bytes per operation: its intended start in nanoseconds after the trial's start.
  var starts: String?
  var sleep: UInt64?
  var size: Int?
  /// The delay of all operations, in microseconds.
  var delay: UInt64?
  /// A file of 4 bytes per operation: its delay in microseconds.
  var delays: String?
  /// A file of 1 byte per operation: the code of the fault to ask for.
  var faults: String?
  /// `keep-alive` or `new`.
  var connection: String?
  /// The expected content of a reply without a size.
  var greeting: String?
  /// A file with the pool of content, twice.
  var content: String?
  var rows: String
  /// Whether to write rows.
  var record: Bool

  enum CodingKeys: String, CodingKey {
    case contract, workload, lanes, endpoint, count
    case duration = "duration_ns"
    case warmup = "warmup_ns"
    case capacity
    case timeout = "timeout_ns"
    case limit, starts
    case sleep = "sleep_ns"
    case size
    case delay = "delay_us"
    case delays, faults, connection, greeting, content, rows, record
  }
}

/// The plan of a peer's server.
struct PeerServerPlan: Codable, Equatable, Sendable {
  var contract = PeerManifest.contract
  var scheme: String
  var address: String
  var content: String
  var processors: Int

  enum CodingKeys: String, CodingKey {
    case contract
    case scheme = "protocol"
    case address, content, processors
  }
}

/// One operation, as a peer recorded it.
struct PeerRow {
  /// The operation's number, with ``warmUp`` if it was taken before the window opened.
  var number: UInt64
  /// On CLOCK_MONOTONIC, in nanoseconds; 0 if it had not started.
  var start: UInt64
  /// On CLOCK_MONOTONIC, in nanoseconds; 0 if it had not ended.
  var end: UInt64
  var outcome: UInt16
  /// The errno or the HTTP status.
  var detail: UInt16
  var lane: UInt32

  static let size = OperationRows.rowSize
  static let warmUp: UInt64 = 1 << 63

  var operation: UInt64 { number & ~Self.warmUp }
  var isOfWarmUp: Bool { number & Self.warmUp != 0 }
  var isEmpty: Bool { number | start | end == 0 && outcome | detail == 0 && lane == 0 }
}
