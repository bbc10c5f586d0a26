import Glibc
import Measurement
import SystemCalls

/// Why an operation was not verified, as a number that a `Recorder` counts.
@frozen public struct OutcomeKind: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt16

  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable public static var verified: OutcomeKind { OutcomeKind(rawValue: 0) }
  /// It took longer than the operation's time limit.
  @inlinable public static var timeout: OutcomeKind { OutcomeKind(rawValue: 1) }
  /// The peer closed the connection before the answer was complete.
  @inlinable public static var prematureEnd: OutcomeKind { OutcomeKind(rawValue: 2) }
  /// The answer has the right form and the wrong content.
  @inlinable public static var wrongContent: OutcomeKind { OutcomeKind(rawValue: 3) }
  /// Bytes came after the answer was complete.
  @inlinable public static var unexpectedBytes: OutcomeKind { OutcomeKind(rawValue: 4) }
  /// A sleep that ended before its time.
  @inlinable public static var wokeEarly: OutcomeKind { OutcomeKind(rawValue: 5) }

  @inlinable public static func fault(_ fault: HTTPReader.Fault) -> OutcomeKind {
    OutcomeKind(rawValue: 64 + UInt16(fault.rawValue))
  }
  @inlinable public static func status(_ status: Int) -> OutcomeKind {
    OutcomeKind(rawValue: 1000 + UInt16(clamping: status))
  }
  @inlinable public static func errno(_ errno: Errno) -> OutcomeKind {
    OutcomeKind(rawValue: 512 + UInt16(clamping: errno.rawValue))
  }

  /// Whether the peer closed the connection, or it broke.
  @usableFromInline var isOfBrokenConnection: Bool {
    self == .prematureEnd || self == .errno(Errno(EPIPE)) || self == .errno(Errno(ECONNRESET))
      || self == .errno(Errno(ECONNABORTED))
  }

  /// The HTTP status, if the kind is one.
  @inlinable public var status: Int? { rawValue >= 1000 ? Int(rawValue) - 1000 : nil }

  /// A stable name: a word, a fault of the HTTP reader, or an errno's symbol.
  public var name: String {
    switch rawValue {
    case 0: "verified"
    case 1: "timeout"
    case 2: "premature-end"
    case 3: "wrong-content"
    case 4: "unexpected-bytes"
    case 5: "woke-early"
    case 64..<320: HTTPReader.Fault(rawValue: UInt8(rawValue - 64))?.name ?? "malformed"
    case 512..<1000: Errno(Int32(rawValue) - 512).symbol
    default: "http-\(rawValue - 1000)"
    }
  }
}
