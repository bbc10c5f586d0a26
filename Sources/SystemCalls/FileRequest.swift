import CLinux
import Glibc

/// A request to a regular file. Its bytes must stay in place until it is done.
@frozen public enum FileRequest: BitwiseCopyable, @unchecked Sendable {
  case read(UnsafeMutableRawBufferPointer, at: Int64)
  case write(UnsafeRawBufferPointer, at: Int64)
  /// Flushes all data written to the file to the device. With `dataOnly`, metadata that reading does not need may be
  /// left.
  case sync(dataOnly: Bool)

  /// Performs the request on the calling thread, and blocks it: pread(2), pwrite(2), fsync(2) or fdatasync(2).
  /// - Returns: bytes transferred, fewer than requested at the end of the file or on a full device; a negative errno on
  ///   failure.
  @inlinable
  public func perform(on file: Int32) -> Int {
    let result =
      switch self {
      case .read(let buffer, let offset):
        SystemCall.retrying { cl_pread(file, buffer.baseAddress, buffer.count, offset) }
      case .write(let bytes, let offset):
        SystemCall.retrying { cl_pwrite(file, bytes.baseAddress, bytes.count, offset) }
      case .sync(let dataOnly):
        Int(SystemCall.retrying { dataOnly ? fdatasync(file) : fsync(file) })
      }
    return result < 0 ? -Int(errno) : result
  }
}

extension FileRequest {
  public enum Opening: Sendable {
    /// Creates or truncates the file. A new file is readable only by its owner.
    case create
    /// Uses the page cache.
    case cached
    /// Bypasses the page cache: O_DIRECT. Throws EINVAL if the file system does not support it.
    case direct
  }

  /// Opens a file to read and write, close-on-exec: open(2).
  public static func open(_ path: String, _ opening: Opening) throws(Errno) -> Int32 {
    let flags = O_RDWR | O_CLOEXEC
    return try SystemCall.checked {
      switch opening {
      case .create: Glibc.open(path, flags | O_CREAT | O_TRUNC, 0o600)
      case .cached: Glibc.open(path, flags)
      case .direct: cl_open_direct(path, flags)
      }
    }
  }
}
