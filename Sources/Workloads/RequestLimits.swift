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
}
