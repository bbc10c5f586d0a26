import CLinux
import Glibc

/// An error number of the C library: errno(3).
@frozen public struct Errno: Error, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: Int32

  @inlinable public init(_ rawValue: Int32) { self.rawValue = rawValue }

  /// The calling thread's errno.
  @inlinable public static var current: Errno { Errno(errno) }

  public static let timedOut = Errno(ETIMEDOUT)
  public static let connectionReset = Errno(ECONNRESET)
  public static let brokenPipe = Errno(EPIPE)

  /// Its symbolic name, such as `ECONNRESET`.
  public var symbol: String { cl_errno_symbol(rawValue).map { String(cString: $0) } ?? "errno-\(rawValue)" }

  public var description: String { String(cString: strerror(rawValue)) }
}
