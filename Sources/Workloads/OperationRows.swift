import Measurement
import Synchronization

/// The outcome of an operation, numbered as in the rows of the contract for peers.
public enum RowOutcome: UInt16, Sendable {
  case verified = 0
  case errno = 1
  case timeout = 2
  case wrongContent = 3
  case prematureEnd = 4
  case status = 5
  case malformed = 6
  case unexpectedBytes = 7
  case unfinished = 255
}

/// The table in which lanes record each operation for the program that started this one as a peer. A row has 32 bytes:
/// `number, start, end, outcome, detail, lane`, as in the contract for peers. Rows are in the order in which operations
/// end.
public struct OperationRows: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  private let capacity: UInt64
  private let next: UnsafeMutablePointer<Atomic<UInt64>>
  /// The memory of the lanes. A row's lane follows from its address, so that no lane stores its number.
  private var lanes: (base: UInt, stride: UInt) = (0, 1)

  /// Bytes of a row.
  public static let rowSize = 32

  /// - base: must stay mapped as long as the process lives.
  ///   - capacity: the number of rows that fit.
  ///   - capacity: how many rows fit.
  public init(at base: UnsafeMutableRawPointer, capacity: Int) {
    self.base = base
    self.capacity = UInt64(capacity)
    next = .allocate(capacity: 1)
    next.initialize(to: Atomic(0))
  }

  /// - Parameter stride: the distance between two lanes, in bytes.
  package mutating func settle(lanesAt base: UnsafeRawPointer, stride: Int) {
    lanes = (UInt(bitPattern: base), UInt(stride))
  }

  /// Records an operation that has ended.
  /// - Parameter lane: the lane's address.
  func write(_ operation: UInt64, _ kind: OutcomeKind, from start: UInt64, to end: Instant, lane: UnsafeRawPointer) {
    let (outcome, detail) = kind.inContract
    write(
      operation, start, end.nanoseconds, outcome, detail,
      UInt32(truncatingIfNeeded: (UInt(bitPattern: lane) - lanes.base) / lanes.stride))
  }

  /// Records an operation that a lane has left.
  /// - Parameter start: nil if it had not started.
  package func writeUnfinished(_ operation: UInt64, since start: Instant?, lane: Int) {
    write(operation, start?.nanoseconds ?? 0, 0, .unfinished, 0, UInt32(clamping: lane))
  }

  private func write(
    _ operation: UInt64, _ start: UInt64, _ end: UInt64, _ outcome: RowOutcome, _ detail: UInt16, _ lane: UInt32
  ) {
    let place = next.pointee.wrappingAdd(1, ordering: .relaxed).oldValue
    guard place < capacity else { return }
    let row = base + Int(place) * Self.rowSize
    row.storeBytes(of: operation.littleEndian, as: UInt64.self)
    row.storeBytes(of: start.littleEndian, toByteOffset: 8, as: UInt64.self)
    row.storeBytes(of: end.littleEndian, toByteOffset: 16, as: UInt64.self)
    row.storeBytes(of: outcome.rawValue.littleEndian, toByteOffset: 24, as: UInt16.self)
    row.storeBytes(of: detail.littleEndian, toByteOffset: 26, as: UInt16.self)
    row.storeBytes(of: lane.littleEndian, toByteOffset: 28, as: UInt32.self)
  }
}

extension OutcomeKind {
  /// The outcome and its detail, as the contract for peers numbers them.
  fileprivate var inContract: (outcome: RowOutcome, detail: UInt16) {
    switch rawValue {
    case Self.timeout.rawValue: (.timeout, 0)
    case Self.wrongContent.rawValue: (.wrongContent, 0)
    case Self.prematureEnd.rawValue: (.prematureEnd, 0)
    case Self.unexpectedBytes.rawValue: (.unexpectedBytes, 0)
    case 64..<320: (.malformed, 0)
    case 512..<1000: (.errno, rawValue - 512)
    case 1000...: (.status, rawValue - 1000)
    // An early wake-up is visible in the row's times.
    default: (.verified, 0)
    }
  }
}
