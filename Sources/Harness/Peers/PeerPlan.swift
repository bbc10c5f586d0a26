import Glibc
import Measurement
import Modes
import Workloads

/// The line that tells a peer's client what to do: the contract, version 1. Times are in nanoseconds, sizes in bytes, and
/// paths are those of files in the host's byte order, which is little-endian.
struct PeerPlan: Codable, Equatable, Sendable {
  var contract = PeerManifest.contract
  /// `sleep`, `echo` or `http`.
  var workload: String
  var lanes: Int
  /// An address with its port, or `unix:` and a path; nil where there is nobody to ask.
  var endpoint: String?
  /// How many operations to do; nil where `duration` says when the window ends.
  var count: UInt64?
  var duration: UInt64?
  var warmup: UInt64
  /// How many rows fit the file.
  var capacity: Int
  /// For one operation; 0 for none.
  var timeout: UInt64
  var limit: Int?
  /// In open loop, for each operation: when it is to start, in nanoseconds after the start; of 8 bytes each.
  var starts: String?
  var sleep: UInt64?
  var size: Int?
  /// In microseconds, of all operations.
  var delay: UInt64?
  /// For each operation, in microseconds; of 4 bytes each.
  var delays: String?
  /// For each operation the code of the fault that is to be asked for, of 1 byte each.
  var faults: String?
  /// `keep-alive` or `new`.
  var connection: String?
  /// What a reply without a size has to be.
  var greeting: String?
  /// The pool of content, twice.
  var content: String?
  var rows: String
  /// Whether rows are written.
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

/// What a peer's server is told.
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

/// One operation as a peer has written it down.
struct PeerRow {
  /// Of the operation; with ``warmUp`` where it was taken before the window opened.
  var number: UInt64
  /// On CLOCK_MONOTONIC, in nanoseconds; 0 where it had not begun.
  var start: UInt64
  /// 0 where it had not ended.
  var end: UInt64
  var outcome: UInt16
  /// The errno, or the status.
  var detail: UInt16
  var lane: UInt32

  static let size = OperationRows.rowSize
  static let warmUp: UInt64 = 1 << 63

  var operation: UInt64 { number & ~Self.warmUp }
  var isOfWarmUp: Bool { number & Self.warmUp != 0 }
  var isEmpty: Bool { number | start | end == 0 && outcome | detail == 0 && lane == 0 }
}
