import Glibc

/// Descriptors 0 to 2 of this process.
public enum StandardStreams {
  /// Opens /dev/null on closed standard descriptors. Otherwise the next file opened would take such a number, and
  /// printed text would be written into it. Must be called first in a process.
  public static func openClosed() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      // open(2) takes the lowest free number, which is this one. Without /dev, any descriptor that is not writable will
      // do.
      if open("/dev/null", O_RDWR) == -1 { _ = open("/", O_RDONLY) }
    }
  }

  /// Writes all of a text to standard output; throws the error that prevents it.
  public static func print(_ text: String) throws(Errno) {
    if let error = SystemCall.writeAll(Array(text.utf8), to: STDOUT_FILENO) { throw error }
  }

  /// Writes a text to standard error. Errors are ignored, such as a full disk, no reader, or a terminal that is gone:
  /// the process's own work matters more.
  public static func complain(_ text: String) { SystemCall.writeAll(Array(text.utf8), to: STDERR_FILENO) }
}
