import CLinux
import Glibc

/// An echo server in its own process that waits in select(2). It ends with the last reference, or with this process.
public final class SelectServer {
  /// FD_SETSIZE: select(2) can watch only lower descriptors.
  public static let descriptorCapacity = Int(cl_select_capacity)
  /// Standard input, output and error, the listener, and the pipe that tells the server to stop.
  public static let ownDescriptors = 5
  /// The byte that the server sends to a connection that it cannot watch, before it closes it.
  public static let refusal = UInt8(cl_select_refusal)

  private let identifier: pid_t
  private let stop: Int32

  /// Starts the server: fork(2).
  /// - Parameters:
  ///   - byCallback: whether a ready descriptor is handled by a callback registered for it, or in place.
  ///   - descriptorLimit: the server's RLIMIT_NOFILE, at most this process's hard limit.
  public init(_ listener: Socket, byCallback: Bool, descriptorLimit: Int) throws(Errno) {
    var ends: [Int32] = [-1, -1]
    try SystemCall.checked { cl_pipe2(&ends, O_CLOEXEC) }
    let child = cl_start_select_server(listener.descriptor, ends[0], byCallback ? 1 : 0, descriptorLimit)
    let error = Errno.current
    close(ends[0])
    guard child > 0 else {
      close(ends[1])
      throw error
    }
    (identifier, stop) = (child, ends[1])
  }

  deinit {
    close(stop)
    while waitpid(identifier, nil, 0) < 0 && errno == EINTR {}
  }

  /// Calls FD_SET in a child process as in a program built with `_FORTIFY_SOURCE`. Returns the signal that ended the
  /// child, or 0.
  public static func signalOfFortifiedSet(of descriptor: Int32) throws(Errno) -> Int32 {
    let signal = cl_signal_of_fortified_set(descriptor)
    if signal < 0 { throw .current }
    return signal
  }
}
