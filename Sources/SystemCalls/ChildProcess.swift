import CLinux
import Glibc

/// A child process with pipes to its standard input and output. When the last reference goes, a child that still runs
/// is killed, and the child is reaped.
public final class ChildProcess {
  public let identifier: pid_t
  private var input: Int32
  private let output: Int32
  private var pending: [UInt8] = []
  private let longestLine: Int
  private var status: Int32?
  /// Whether this process killed the child. The exit status cannot tell who sent a signal.
  public private(set) var isKilled = false

  /// How a child ended.
  public enum End: Equatable, Sendable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)

    public var description: String {
      switch self {
      case .exited(let code): "exit code \(code)"
      case .signalled(let number): "signal \(number) (\(String(cString: strsignal(number))))"
      }
    }
  }

  /// Starts the child: posix_spawn(3). Every other descriptor of this process must be close-on-exec.
  /// - Parameters:
  ///   - control: becomes descriptor 3 of the child.
  ///   - takesErrors: whether its standard error goes to the same pipe as its standard output.
  ///   - errors: becomes its standard error.
  ///   - folder: its working directory; nil for that of this process.
  ///   - environment: variables to add to those of this process, or to replace.
  ///   - longestLine: a longer line is cut here, as if it had ended.
  public init(
    _ path: String, _ arguments: [String], control: Int32? = nil, takesErrors: Bool = false, errors: Int32? = nil,
    in folder: String? = nil, environment: [String: String] = [:], longestLine: Int = .max
  ) throws(Errno) {
    self.longestLine = longestLine
    let toChild = try Self.pipe()
    let fromChild: (read: Int32, write: Int32)
    do throws(Errno) {
      fromChild = try Self.pipe()
    } catch {
      for end in [toChild.read, toChild.write] { Glibc.close(end) }
      throw error
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, toChild.read, 0)
    posix_spawn_file_actions_adddup2(&actions, fromChild.write, 1)
    if takesErrors { posix_spawn_file_actions_adddup2(&actions, fromChild.write, 2) }
    if let errors { posix_spawn_file_actions_adddup2(&actions, errors, 2) }
    if let control { posix_spawn_file_actions_adddup2(&actions, control, 3) }
    if let folder { cl_spawn_in_folder(&actions, folder) }

    // A pool's threads block signals, and a child inherits the mask.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // Ignored signals stay ignored, except SIGPIPE: this process ignores it for its own sake alone.
    var usual = sigset_t()
    sigemptyset(&usual)
    sigaddset(&usual, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    // The child gets its own process group: signals from the terminal, such as Ctrl-C, are for this process to handle.
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    let own = environment.map { strdup("\($0)=\($1)") }
    defer { for variable in own { free(variable) } }
    var identifier = pid_t()
    let code = posix_spawn(
      &identifier, path, &actions, &attributes, words, own + Self.variables(without: environment) + [nil])
    Glibc.close(toChild.read)
    Glibc.close(fromChild.write)
    guard code == 0 else {
      Glibc.close(toChild.write)
      Glibc.close(fromChild.read)
      throw Errno(code)
    }
    self.identifier = identifier
    input = toChild.write
    output = fromChild.read
  }

  deinit {
    closeInput()
    Glibc.close(output)
    if status == nil {
      kill()
      _ = wait()
    }
  }

  /// The environment of this process without the variables named.
  private static func variables(without names: [String: String]) -> [UnsafeMutablePointer<CChar>?] {
    var variables: [UnsafeMutablePointer<CChar>?] = []
    var next = environ
    while let variable = next.pointee {
      if names[String(String(cString: variable).prefix { $0 != "=" })] == nil { variables.append(variable) }
      next += 1
    }
    return variables
  }

  /// pipe2(2), close-on-exec.
  public static func pipe() throws(Errno) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    try SystemCall.checked { cl_pipe2(&ends, O_CLOEXEC) }
    return (ends[0], ends[1])
  }

  /// Writes a line to the child's standard input. Errors are ignored: reading shows that a child is gone.
  public func send(_ line: String) {
    SystemCall.writeAll(Array((line + "\n").utf8), to: input)
  }

  /// Writes as many bytes to the child's standard input as it takes without waiting: poll(2), write(2).
  /// - Returns: how many, which may be 0; nil if it will take no more.
  public func sendPart(of bytes: [UInt8], from start: Int) -> Int? {
    var sent = start
    while sent < bytes.count {
      var entry = pollfd(fd: input, events: Int16(POLLOUT), revents: 0)
      guard poll(&entry, 1, 0) > 0 else { break }
      // A pipe that can be written takes PIPE_BUF bytes at once: pipe(7).
      let count = bytes.withUnsafeBytes { write(input, $0.baseAddress! + sent, min($0.count - sent, 4096)) }
      guard count > 0 else { return errno == EINTR || errno == EAGAIN ? sent - start : nil }
      sent += count
    }
    return sent - start
  }

  public func closeInput() {
    if input >= 0 { Glibc.close(input) }
    input = -1
  }

  /// The result of reading a line.
  public enum Line: Equatable, Sendable {
    case text(String)
    case ended
    /// No line yet: the timeout expired or a signal came.
    case nothing
  }

  /// Reads the next line of the child's standard output.
  /// - Parameter timeout: milliseconds.
  public func readLine(timeout: Int32) -> Line {
    while true {
      if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        defer { pending.removeFirst(end + 1) }
        return .text(String(decoding: pending[..<end], as: UTF8.self))
      }
      if pending.count > longestLine {
        defer { pending = [] }
        return .text(String(decoding: pending[..<longestLine], as: UTF8.self))
      }
      var entry = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, timeout) > 0 else { return .nothing }
      var chunk = [UInt8](repeating: 0, count: 64 << 10)
      let count = read(output, &chunk, chunk.count)
      if count < 0 && errno == EINTR { return .nothing }
      if count <= 0 { return .ended }
      pending += chunk[..<count]
    }
  }

  /// Closes the child's standard input, then reads its output until it exits.
  public func finish() -> (output: String, end: End) {
    closeInput()
    var output = pending
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while case let count = SystemCall.retrying({ read(self.output, &chunk, chunk.count) }), count > 0 {
      output += chunk[..<count]
    }
    pending = []
    return (String(decoding: output, as: UTF8.self), wait())
  }

  /// Sends SIGINT, which asks the child to stop.
  public func interrupt() { if status == nil { _ = Glibc.kill(identifier, SIGINT) } }

  public func kill() {
    guard status == nil else { return }
    isKilled = true
    _ = Glibc.kill(identifier, SIGKILL)
  }

  /// SIGKILL to all of its process group. Only before it has been waited for: later the number may be another's.
  public func killGroup() {
    if status == nil { _ = Glibc.kill(-identifier, SIGKILL) }
  }

  /// Whether it has ended: waitid(2), which leaves it to be waited for.
  public var hasEnded: Bool {
    if status != nil { return true }
    var information = siginfo_t()
    return waitid(P_PID, id_t(identifier), &information, WEXITED | WNOHANG | WNOWAIT) == 0
      && information.si_signo == SIGCHLD
  }

  /// Waits for the child to exit: waitpid(2).
  public func wait() -> End {
    while status == nil {
      var value: Int32 = 0
      let result = waitpid(identifier, &value, 0)
      if result == identifier || errno != EINTR { status = value }
    }
    let value = status!
    return value & 0x7f == 0 ? .exited((value >> 8) & 0xff) : .signalled(value & 0x7f)
  }
}
