import Measurement

/// The most that a client may ask of a server in one operation.
public struct RequestLimits: Codable, Sendable, Equatable {
  public var delay: Nanoseconds
  /// Of what is sent, and of what comes back.
  public var size: ByteCount

  public init(delay: Nanoseconds, size: ByteCount) {
    self.delay = delay
    self.size = size
  }

  /// As much as the protocols can say.
  public static let none = RequestLimits(delay: Delay.longest, size: ByteCount(Int.max))

  /// These, for good: connections of a server share theirs, by a pointer.
  public nonisolated(unsafe) static let noneShared: UnsafePointer<RequestLimits> = none.shared()

  /// A copy that is never freed, or by its owner.
  public func shared() -> UnsafePointer<RequestLimits> {
    let pointer = UnsafeMutablePointer<RequestLimits>.allocate(capacity: 1)
    pointer.initialize(to: self)
    return UnsafePointer(pointer)
  }
}
