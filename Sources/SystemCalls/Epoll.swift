import CLinux
import Glibc

/// An epoll instance, epoll(7), with the array that its events are delivered in.
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
    /// The peer has finished, hung up, or the descriptor failed: the next transfer says which.
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

  /// epoll_ctl(EPOLL_CTL_ADD). `data` comes back with every event.
  public func add(_ target: Int32, _ interest: Readiness, data: UInt64) throws(Errno) {
    try control(EPOLL_CTL_ADD, target, interest, data)
  }

  /// epoll_ctl(EPOLL_CTL_MOD). An edge that has already come is delivered again.
  public func modify(_ target: Int32, _ interest: Readiness, data: UInt64) throws(Errno) {
    try control(EPOLL_CTL_MOD, target, interest, data)
  }

  private func control(_ what: Int32, _ target: Int32, _ interest: Readiness, _ data: UInt64) throws(Errno) {
    var event = epoll_event(events: interest.rawValue, data: epoll_data_t(u64: data))
    try SystemCall.checked { epoll_ctl(descriptor, what, target, &event) }
  }

  /// Waits until something is ready or the time is over; answers how many events there are.
  /// - Parameter timeout: nanoseconds; 0 only looks, negative waits without limit (epoll_wait(2), otherwise
  ///   epoll_pwait2(2), which does not round to milliseconds). An interrupted wait answers 0.
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
