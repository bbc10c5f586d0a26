import Glibc
import Measurement
import Records
import SystemCalls

/// A server of another program. Its processes' resource usage is read from outside, at the window's edges, which the
/// client signals over the control channel. The number of its answers is unknown.
final class OutsideServer: @unchecked Sendable {
  /// The server, if it is a child of this process; it ends when nothing refers to it.
  private let process: PeerProcess?
  private let processors: [Int]?
  private let heads: Set<pid_t>
  /// Each of which tells both edges of its window.
  private let clients: Int
  /// Of the thread, until it has ended.
  private var family: ProcessFamily
  private var first: ProcessFamily.Reading?
  private var last: ProcessFamily.Reading?
  private var thread: SystemCalls.Thread?

  /// - Parameters:
  ///   - processes: the serving processes, whose descendants count, too; empty if unknown.
  ///   - control: the server's end of the control channel; it is closed at the end.
  ///   - clients: the number of processes that hold the other end of the channel.
  ///   - processors: the CPUs that it may use, if known.
  init(
    _ processes: Set<pid_t>, control: Int32, clients: Int, process: PeerProcess?, on processors: [Int]?
  ) throws(Errno) {
    self.process = process
    self.clients = clients
    self.processors = processors
    heads = processes
    family = ProcessFamily(of: processes)
    thread = try Thread(name: "control") { [self] in
      ProcessControl.prefer()
      follow(control)
      close(control)
    }
  }

  /// Those that serve now.
  var processes: [pid_t] { ProcessFamily(of: heads).members }

  /// Until the clients have closed their ends: answers each edge once the times are read. The rest takes milliseconds, so
  /// it is read once all clients have told that edge; another's would be late otherwise.
  private func follow(_ control: Int32) {
    var (opening, closing) = (clients, clients)
    var byte: UInt8 = 0
    while SystemCall.retrying({ read(control, &byte, 1) }) == 1 {
      guard byte == UInt8(ascii: "o") || byte == UInt8(ascii: "c") else { continue }
      var reading = family.readTimes()
      _ = write(control, "k", 1)
      // With several clients, the window is from the first opening to the last closing.
      if byte == UInt8(ascii: "o") {
        reading = first ?? reading
        opening -= 1
        if opening == 0 { family.readDetails(into: &reading) }
        first = reading
      } else {
        closing -= 1
        if closing == 0 {
          family.readNewMembers(into: &reading)
          family.readDetails(into: &reading)
        }
        last = reading
      }
      while byte != UInt8(ascii: "\n"), SystemCall.retrying({ read(control, &byte, 1) }) == 1 {}
    }
  }

  /// The usage, after the clients have closed their ends.
  func report() -> ServerReport {
    thread?.join()
    thread = nil
    var usage = ProcessUsage()
    if let first, let last, family.isKnown { usage = last.since(first) }
    usage.cpus = processors
    return ServerReport(
      usage: usage, openRead: first?.at.nanoseconds ?? 0, closeRead: last?.at.nanoseconds ?? 0, totalDone: 0,
      faultsInAll: 0)
  }
}
