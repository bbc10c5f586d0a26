import Measurement
import SystemCalls

/// What a conversation needs next.
@frozen public enum Need {
  /// Send all of these bytes. They stay in place until `sent` is called.
  case send(UnsafeRawBufferPointer)
  case receive
  /// Tell the peer that no more will be sent; the peer may keep sending. Answered like a send.
  case finishSending
  /// Reset the connection, so that the peer's next transfer fails. The conversation is over.
  case abort
  /// Wait for this time.
  case sleep(Nanoseconds)
  /// Read, write or sync the data file. The bytes stay in place until `transferred` is called.
  case file(FileRequest)
  /// Do this CPU work.
  case compute(Computation)
  /// The operation is over.
  case done(Outcome)
}

/// The outcome of an operation.
@frozen public struct Outcome {
  /// The checksum of the verified answer: a pure function of the operation, so that its sum over a trial is equal in
  /// every mode. Nil if the answer is complete but not the expected one; `kind` says why.
  public var checksum: UInt64?
  public var kind: OutcomeKind
  /// Whether the connection may carry another operation.
  public var keepsConnection: Bool
  /// Whether only lenient reading accepted the answer.
  public var isLenient = false

  @inlinable public static func verified(checksum: UInt64, keepsConnection: Bool) -> Outcome {
    Outcome(checksum: checksum, kind: .verified, keepsConnection: keepsConnection)
  }

  /// A complete answer with an HTTP status other than 2xx: done, but not verified.
  @inlinable public static func refused(status: Int, keepsConnection: Bool) -> Outcome {
    Outcome(checksum: nil, kind: .status(status), keepsConnection: keepsConnection)
  }

  /// No answer, or a wrong one. The connection is given up.
  @inlinable public static func failed(_ kind: OutcomeKind) -> Outcome {
    Outcome(checksum: nil, kind: kind, keepsConnection: false)
  }

  /// Whether the answer was complete, expected or not.
  @inlinable public var isComplete: Bool { checksum != nil || kind.status != nil }

  /// The end of a served connection, with nothing left to answer.
  @inlinable public static var closed: Outcome { verified(checksum: 0, keepsConnection: false) }

  @usableFromInline init(checksum: UInt64?, kind: OutcomeKind, keepsConnection: Bool) {
    self.checksum = checksum
    self.kind = kind
    self.keepsConnection = keepsConnection
  }
}

/// One lane's state machine of a workload. It says what it needs next, and touches no descriptor, thread or clock. The
/// client side begins once per operation. The server side begins once per connection, and is `done` only to close it.
public protocol Conversation: ~Copyable, SendableMetatype {
  /// Whether operations use a connection.
  static var usesConnection: Bool { get }

  /// The index of the endpoint that `operation` uses.
  func endpoint(of operation: UInt64) -> Int32

  /// Whether `operation` may be repeated when it is unknown whether the peer did it. Its method must be idempotent (RFC
  /// 9110, section 9.2.2), and it must not ask for a fault.
  func mayRepeat(_ operation: UInt64) -> Bool

  /// Whether unexpected bytes announce that the peer is about to close an idle connection.
  func isFarewell(_ bytes: UnsafeRawBufferPointer) -> Bool

  mutating func begin(_ operation: UInt64) -> Need
  mutating func sent() -> Need
  /// Takes what it wants from the front of `bytes`; the rest is presented again at the next receive. The bytes are
  /// invalid after the call.
  mutating func received(_ bytes: inout UnsafeRawBufferPointer) -> Need
  /// The peer has finished sending.
  mutating func ended() -> Need
  /// - Parameters:
  ///   - operation: the operation in hand; 0 on the server side.
  ///   - elapsed: the time since the operation began; on the server side, since the sleep was asked for.
  mutating func woke(_ operation: UInt64, after elapsed: Nanoseconds) -> Need
  /// The file request in hand has moved `count` bytes; 0 for a sync.
  mutating func transferred(_ count: Int) -> Need
  /// Whether a file request's bytes count as sent rather than received.
  var isSending: Bool { get }
  /// The CPU work is done, with this result.
  mutating func computed(_ result: UInt64) -> Need
  /// The connection is gone; drop any partial message.
  mutating func disconnected()
}

extension Conversation where Self: ~Copyable {
  @inlinable public func endpoint(of operation: UInt64) -> Int32 { 0 }
  @inlinable public func mayRepeat(_ operation: UInt64) -> Bool { true }
  @inlinable public func isFarewell(_ bytes: UnsafeRawBufferPointer) -> Bool { false }
  @inlinable public mutating func transferred(_ count: Int) -> Need { .done(.failed(.unexpectedBytes)) }
  @inlinable public var isSending: Bool { false }

  @inlinable public mutating func computed(_ result: UInt64) -> Need { .done(.failed(.wrongContent)) }
}
