import CLinux
import Glibc

/// An eventfd(2) that one thread waits on and any thread may signal.
public struct WakeUp: ~Copyable, Sendable {
  public let descriptor: Int32

  public init() throws(Errno) {
    let flags = Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)
    descriptor = try SystemCall.checked { eventfd(0, flags) }
  }

  deinit { _ = Glibc.close(descriptor) }

  public func signal() {
    var one: UInt64 = 1
    _ = SystemCall.retrying { write(descriptor, &one, 8) }
  }

  /// Waits for a signal: poll(2), rounded up to a full millisecond.
  /// - Returns: whether a signal came.
  public func wait(atMost nanoseconds: UInt64) -> Bool {
    var signalled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let milliseconds = Int32(clamping: (nanoseconds + 999_999) / 1_000_000)
    return SystemCall.retrying { poll(&signalled, 1, milliseconds) } > 0
  }
}
