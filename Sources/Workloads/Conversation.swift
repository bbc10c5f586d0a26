import Measurement
import SystemCalls

/// What a conversation needs next.
@frozen public enum Need {
  /// These bytes sent, all of them. They stay put until `sent` is called.
  case send(UnsafeRawBufferPointer)
  case receive
  /// The peer told that nothing more will be sent, while it may go on sending. Answered as a send.
  case finishSending
  /// The connection broken off: the peer's next transfer is to fail. It is over then.
  case abort
  /// This much time to pass.
  case sleep(Nanoseconds)
  /// The data file read, written or synced. The bytes stay put until `transferred` is called.
  case file(FileRequest)
  /// This done by a processor.
  case compute(Computation)
  /// The operation is over.
  case done(Outcome)
}

/// What became of an operation.
@frozen public struct Outcome {
  /// Of the verified answer: a pure function of the operation, so that its sum over a trial is equal in every mode.
  /// Nil where the answer is complete, but not what was asked for; `kind` then says why.
  public var checksum: UInt64?
  public var kind: OutcomeKind
  /// Whether the connection may carry another operation.
  public var keepsConnection: Bool
  /// Whether only lenient reading could take the answer.
  public var isLenient = false

  @inlinable public static func verified(checksum: UInt64, keepsConnection: Bool) -> Outcome {
    Outcome(checksum: checksum, kind: .verified, keepsConnection: keepsConnection)
  }

  /// A complete answer with an HTTP status other than 2xx: done, but not verified.
  @inlinable public static func refused(status: Int, keepsConnection: Bool) -> Outcome {
    Outcome(checksum: nil, kind: .status(status), keepsConnection: keepsConnection)
  }

  /// No (right) answer. The connection is given up.
  @inlinable public static func failed(_ kind: OutcomeKind) -> Outcome {
    Outcome(checksum: nil, kind: kind, keepsConnection: false)
  }

  /// Whether the answer was complete, be it what was asked for or not.
  @inlinable public var isComplete: Bool { checksum != nil || kind.status != nil }

  /// The end of a served connection, with nothing left to answer.
  @inlinable public static var closed: Outcome { verified(checksum: 0, keepsConnection: false) }

  @usableFromInline init(checksum: UInt64?, kind: OutcomeKind, keepsConnection: Bool) {
    self.checksum = checksum
    self.kind = kind
    self.keepsConnection = keepsConnection
  }
}

/// One lane's state machine of a workload: it says what it needs next, and touches no descriptor, thread or clock.
/// The client side is begun once per operation; the server side once per connection, and is never `done` but to close.
public protocol Conversation: ~Copyable, SendableMetatype {
  /// Whether its operations go over a connection at all.
  static var usesConnection: Bool { get }

  /// The endpoint, by number, that `operation` is to be carried to.
  func endpoint(of operation: UInt64) -> Int32

  /// Whether it may be asked for again where nobody knows whether the peer has done it: its method is idempotent (RFC
  /// 9110, section 9.2.2), and it asks for no fault.
  func mayRepeat(_ operation: UInt64) -> Bool

  /// Whether bytes that nobody asked for say that the peer is about to close an idle connection.
  func isFarewell(_ bytes: UnsafeRawBufferPointer) -> Bool

  mutating func begin(_ operation: UInt64) -> Need
  mutating func sent() -> Need
  /// Takes from the front of `bytes` what it wants; the rest is presented again when it next asks to receive. The bytes
  /// are gone when the call returns.
  mutating func received(_ bytes: inout UnsafeRawBufferPointer) -> Need
  /// The peer has finished sending.
  mutating func ended() -> Need
  /// - Parameters:
  ///   - operation: the one in hand; 0 on the server side.
  ///   - elapsed: since the operation began; on the server side, since the sleep was asked for.
  mutating func woke(_ operation: UInt64, after elapsed: Nanoseconds) -> Need
  /// The file request in hand has moved so many bytes; none where it was to sync.
  mutating func transferred(_ count: Int) -> Need
  /// Whether what a file request moves is sent, and not received.
  var isSending: Bool { get }
  /// Work has been done, with this result.
  mutating func computed(_ result: UInt64) -> Need
  /// The connection is gone: what was half said on it is forgotten.
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
