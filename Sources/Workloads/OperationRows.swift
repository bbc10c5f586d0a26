import Measurement
import Synchronization

/// What became of an operation, as rows of the contract for peers number it.
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

/// Where lanes write down each of their operations, for whoever started this program as a peer: 32 bytes of
/// `number, start, end, outcome, detail, lane`, as the contract for peers has them. The order is that in which they end.
public struct OperationRows: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  private let capacity: UInt64
  private let next: UnsafeMutablePointer<Atomic<UInt64>>
  /// Where the lanes lie: which one a row is of is told by its address, so that no lane has to know its number.
  private var lanes: (base: UInt, stride: UInt) = (0, 1)

  /// Bytes of a row.
  public static let rowSize = 32

  /// - Parameters:
  ///   - base: mapped for as long as the process lives.
  ///   - capacity: how many rows fit.
  public init(at base: UnsafeMutableRawPointer, capacity: Int) {
    self.base = base
    self.capacity = UInt64(capacity)
    next = .allocate(capacity: 1)
    next.initialize(to: Atomic(0))
  }

  /// - Parameter stride: from one lane to the next, in bytes.
  package mutating func settle(lanesAt base: UnsafeRawPointer, stride: Int) {
    lanes = (UInt(bitPattern: base), UInt(stride))
  }

  /// An operation has ended.
  /// - Parameter lane: where it lies.
  func write(_ operation: UInt64, _ kind: OutcomeKind, from start: UInt64, to end: Instant, lane: UnsafeRawPointer) {
    let (outcome, detail) = kind.inContract
    write(
      operation, start, end.nanoseconds, outcome, detail,
      UInt32(truncatingIfNeeded: (UInt(bitPattern: lane) - lanes.base) / lanes.stride))
  }

  /// A lane has left an operation.
  /// - Parameter start: nil where it had not begun.
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
  /// As the contract for peers numbers outcomes, with their detail.
  fileprivate var inContract: (outcome: RowOutcome, detail: UInt16) {
    switch rawValue {
    case Self.timeout.rawValue: (.timeout, 0)
    case Self.wrongContent.rawValue: (.wrongContent, 0)
    case Self.prematureEnd.rawValue: (.prematureEnd, 0)
    case Self.unexpectedBytes.rawValue: (.unexpectedBytes, 0)
    case 64..<320: (.malformed, 0)
    case 512..<1000: (.errno, rawValue - 512)
    case 1000...: (.status, rawValue - 1000)
    // What woke early has times that say so.
    default: (.verified, 0)
    }
  }
}
