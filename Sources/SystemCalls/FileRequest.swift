import CLinux
import Glibc

/// What can be asked of a regular file. The bytes stay put until it is done.
@frozen public enum FileRequest: BitwiseCopyable, @unchecked Sendable {
  case read(UnsafeMutableRawBufferPointer, at: Int64)
  case write(UnsafeRawBufferPointer, at: Int64)
  /// All that was written to the file, down to the device; `dataOnly` leaves out what reading it back does not need.
  case sync(dataOnly: Bool)

  /// pread(2), pwrite(2), fsync(2) or fdatasync(2), on the calling thread, which the call blocks.
  /// - Returns: bytes, fewer than asked for at the file's end or on a full device; a negative errno where it failed.
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
    /// Empty, and readable by nobody else; what was there is gone.
    case create
    /// Through the page cache.
    case cached
    /// Past it: O_DIRECT. EINVAL where the file system does not know that.
    case direct
  }

  /// open(2) to read and write, close-on-exec.
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
