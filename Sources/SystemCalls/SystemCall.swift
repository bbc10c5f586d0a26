import CLinux
import Glibc

/// The result of a transfer on a descriptor.
@frozen public enum Transfer: Sendable {
  /// The number of bytes; 0 from a receive means that the peer has finished sending.
  case bytes(Int)
  /// EAGAIN: nothing can be transferred now. A blocking descriptor returns it when its timeout expires.
  case wouldBlock
  case failed(Errno)
}

/// The one place that counts system calls and repeats interrupted ones.
public enum SystemCall {
  /// Calls that this process has made through this module, including by threads that have ended. Calls made by the C
  /// library, the Swift runtime or Dispatch are not counted.
  public static var count: UInt64 { cl_calls_of_process() }

  /// Calls of the calling thread.
  public static var countOfThread: UInt64 { cl_counter_of_thread().pointee.calls }

  /// Counts and makes a call that returns -1 on error; repeats it while a signal interrupts it (EINTR).
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

  /// Counts and makes a call; throws errno if it returns -1.
  @inlinable @inline(__always) @discardableResult
  package static func checked<R: BinaryInteger>(_ call: () -> R) throws(Errno) -> R {
    let result = retrying(call)
    if result == -1 { throw .current }
    return result
  }
}

extension SystemCall {
  /// Sleeps until a point in time of CLOCK_MONOTONIC, and continues after a signal: clock_nanosleep(2).
  public static func sleep(until time: inout timespec) {
    repeat { cl_count_call() } while clock_nanosleep(CLOCK_MONOTONIC, Int32(TIMER_ABSTIME), &time, nil) == EINTR
  }

  /// Lets other threads that are ready on this processor run first: sched_yield(2).
  public static func giveWay() {
    cl_count_call()
    sched_yield()
  }

  /// Writes all bytes: write(2). Returns the error that prevents it, such as EPIPE; nil if there is none. It waits for
  /// a non-blocking descriptor, because another process may have made a shared one non-blocking.
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
