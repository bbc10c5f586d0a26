import CLinux
import Glibc

/// An epoll instance, epoll(7), and the array that receives its events.
@frozen public struct Epoll: ~Copyable {
  public let descriptor: Int32
  @usableFromInline let events: UnsafeMutablePointer<epoll_event>
  @usableFromInline static let capacity = 512

  /// Readiness as a set of EPOLL* bits.
  @frozen public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    @inlinable public static var readable: Readiness { Readiness(rawValue: EPOLLIN.rawValue) }
    @inlinable public static var writable: Readiness { Readiness(rawValue: EPOLLOUT.rawValue) }
    @inlinable public static var edgeTriggered: Readiness { Readiness(rawValue: EPOLLET.rawValue) }
    @inlinable public static var peerFinished: Readiness { Readiness(rawValue: EPOLLRDHUP.rawValue) }
    /// The peer has finished, hung up, or the descriptor failed. The next transfer tells which.
    @inlinable public static var ended: Readiness {
      Readiness(rawValue: EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue)
    }
  }

  public init() throws(Errno) {
    descriptor = try SystemCall.checked { epoll_create1(Int32(EPOLL_CLOEXEC)) }
    events = .allocate(capacity: Self.capacity)
  }

  deinit {
    _ = Glibc.close(descriptor)
    events.deallocate()
  }

  /// Registers a descriptor: EPOLL_CTL_ADD of epoll_ctl(2). Every event returns `data`.
  public func add(_ target: Int32, _ interest: Readiness, data: UInt64) throws(Errno) {
    try control(EPOLL_CTL_ADD, target, interest, data)
  }

  /// Changes a registration: EPOLL_CTL_MOD of epoll_ctl(2). A condition that holds already is reported again.
  public func modify(_ target: Int32, _ interest: Readiness, data: UInt64) throws(Errno) {
    try control(EPOLL_CTL_MOD, target, interest, data)
  }

  private func control(_ what: Int32, _ target: Int32, _ interest: Readiness, _ data: UInt64) throws(Errno) {
    var event = epoll_event(events: interest.rawValue, data: epoll_data_t(u64: data))
    try SystemCall.checked { epoll_ctl(descriptor, what, target, &event) }
  }

  /// Waits for events and returns their number; an interrupted wait returns 0.
  /// - Parameter timeout: nanoseconds; 0 polls, a negative value waits without limit. Positive timeouts use
  ///   epoll_pwait2(2), which does not round to milliseconds; the others use epoll_wait(2).
  @inlinable
  public func wait(timeout: Int64) -> Int {
    cl_count_call()
    let count =
      timeout <= 0
      ? epoll_wait(descriptor, events, Int32(Self.capacity), timeout < 0 ? -1 : 0)
      : cl_epoll_pwait2(descriptor, events, Int32(Self.capacity), timeout)
    return max(0, Int(count))
  }

  /// Event `index` of the last `wait`.
  @inlinable @inline(__always)
  public subscript(index: Int) -> (readiness: Readiness, data: UInt64) {
    (Readiness(rawValue: events[index].events), events[index].data.u64)
  }
}
