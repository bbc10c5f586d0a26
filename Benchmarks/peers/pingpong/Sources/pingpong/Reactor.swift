import CEpoll
import Glibc
import Synchronization

/// A thread in epoll_wait that resumes tasks. Sockets are registered once, edge-triggered; each has one atomic word:
/// idle, ready, or the bits of the continuation that waits.
final class Reactor: @unchecked Sendable {
  private static let idle: UInt = 0
  private static let ready: UInt = 1

  private let epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
  private let words: UnsafeMutablePointer<Atomic<UInt>>
  let waits = Atomic<Int>(0)

  init(sockets: [Int32]) {
    words = .allocate(capacity: sockets.count)
    for (index, socket) in sockets.enumerated() {
      (words + index).initialize(to: Atomic(Self.idle))
      let interest = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
      var event = epoll_event(events: interest, data: epoll_data_t(u64: UInt64(index)))
      precondition(epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) == 0)
    }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    pthread_create(
      &thread, nil,
      { context in
        Unmanaged<Reactor>.fromOpaque(context!).takeUnretainedValue().run()
        return nil
      }, context)
  }

  /// Until the process ends.
  private func run() {
    let capacity = 512
    let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
    while true {
      waits.store(waits.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
      for event in 0..<max(0, Int(epoll_wait(epoll, events, Int32(capacity), -1))) {
        let word = words + Int(events[event].data.u64)
        let old = word.pointee.exchange(Self.ready, ordering: .acquiringAndReleasing)
        guard old > Self.ready else { continue }
        word.pointee.store(Self.idle, ordering: .releasing)
        unsafeBitCast(old, to: UnsafeContinuation<Void, Never>.self).resume()
      }
    }
  }

  /// Returns once there has been news of the socket since the last time.
  @inline(__always)
  func readable(_ index: Int) async {
    let word = words + index
    if word.pointee.load(ordering: .acquiring) == Self.ready {
      word.pointee.store(Self.idle, ordering: .releasing)
      return
    }
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      let bits = unsafeBitCast(continuation, to: UInt.self)
      let isWaiting = word.pointee.compareExchange(
        expected: Self.idle, desired: bits, ordering: .acquiringAndReleasing
      ).exchanged
      if !isWaiting {
        word.pointee.store(Self.idle, ordering: .releasing)
        continuation.resume()
      }
    }
  }
}
