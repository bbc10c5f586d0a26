import CLinux
import Glibc

/// What a transfer on a descriptor came to.
@frozen public enum Transfer: Sendable {
  /// This many bytes; 0 from a receive means that the peer has finished sending.
  case bytes(Int)
  /// EAGAIN: nothing can be moved now (non-blocking descriptors, or a blocking one whose time is up).
  case wouldBlock
  case failed(Errno)
}

/// The one place where system calls are counted and interrupted ones repeated.
public enum SystemCall {
  /// All calls that this process has made through this module, ended threads included. Calls of the C library, the
  /// Swift runtime and Dispatch are not among them.
  public static var count: UInt64 { cl_calls_of_process() }

  /// Those of the calling thread.
  public static var countOfThread: UInt64 { cl_counter_of_thread().pointee.calls }

  /// Counts and makes a call that answers -1 on error; repeats it while a signal interrupts it (EINTR).
  @inlinable @inline(__always)
  package static func retrying<R: BinaryInteger>(_ call: () -> R) -> R {
    while true {
      cl_count_call()
      let result = call()
      if result == -1 && errno == EINTR { continue }
      return result
    }
  }

  @inlinable @inline(__always)
  static func transfer(_ call: () -> Int) -> Transfer {
    let count = retrying(call)
    if count >= 0 { return .bytes(count) }
    let error = errno
    return error == EAGAIN ? .wouldBlock : .failed(Errno(error))
  }

  /// Counts and makes a call, and throws what errno says where it answers -1.
  @inlinable @inline(__always) @discardableResult
  package static func checked<R: BinaryInteger>(_ call: () -> R) throws(Errno) -> R {
    let result = retrying(call)
    if result == -1 { throw .current }
    return result
  }
}

extension SystemCall {
  /// clock_nanosleep(2) on CLOCK_MONOTONIC, to a point in time; goes on after a signal.
  public static func sleep(until time: inout timespec) {
    repeat { cl_count_call() } while clock_nanosleep(CLOCK_MONOTONIC, Int32(TIMER_ABSTIME), &time, nil) == EINTR
  }

  /// write(2) until all is written: what keeps it from that, as when nobody reads any more; nil where nothing does. A
  /// descriptor that does not block, as another process may have made of a shared one, is waited for.
  @discardableResult
  public static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Errno? {
    bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
  }

  /// The same, of bytes that lie somewhere.
  @discardableResult
  public static func writeAll(_ buffer: UnsafeRawBufferPointer, to descriptor: Int32) -> Errno? {
    var done = 0
    while done < buffer.count {
      let count = retrying { write(descriptor, buffer.baseAddress! + done, buffer.count - done) }
      if count > 0 {
        done += count
      } else if count < 0 && errno == EAGAIN {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = retrying { poll(&entry, 1, -1) }
      } else {
        return count == 0 ? Errno(EIO) : .current
      }
    }
    return nil
  }
}
