import Measurement

/// The most that one operation may ask of a server.
public struct RequestLimits: Codable, Sendable, Equatable {
  public var delay: Nanoseconds
  /// The maximum size of a request's content, and of a reply's.
  public var size: ByteCount

  public init(delay: Nanoseconds, size: ByteCount) {
    self.delay = delay
    self.size = size
  }

  /// The largest values that the protocols can express.
  public static let none = RequestLimits(delay: Delay.longest, size: ByteCount(Int.max))

  /// A copy that lives as long as the process: a server's connections share it through a pointer.
  public nonisolated(unsafe) static let noneShared: UnsafePointer<RequestLimits> = none.shared()

  /// A heap copy that only its owner may free.
  public func shared() -> UnsafePointer<RequestLimits> {
    let pointer = UnsafeMutablePointer<RequestLimits>.allocate(capacity: 1)
    pointer.initialize(to: self)
    return UnsafePointer(pointer)
  }
}
