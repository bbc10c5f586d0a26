import Glibc

/// Descriptors 0 to 2 of this process.
public enum StandardStreams {
  /// Opens /dev/null on those that are closed: else the next file that is opened would become one of them, and take what
  /// is printed. The first thing in a process.
  public static func openClosed() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      // The lowest number that is free is this one. Without a /dev, what cannot be written to is in the way all the same.
      if open("/dev/null", O_RDWR) == -1 { _ = open("/", O_RDONLY) }
    }
  }

  /// Writes all of a text to standard output; throws what keeps it from that.
  public static func print(_ text: String) throws(Errno) {
    if let error = SystemCall.writeAll(Array(text.utf8), to: STDOUT_FILENO) { throw error }
  }

  /// Writes a text to standard error. It is dropped where that is full, has no reader, or is a terminal that is gone: what
  /// the process does is worth more.
  public static func complain(_ text: String) { SystemCall.writeAll(Array(text.utf8), to: STDERR_FILENO) }
}
