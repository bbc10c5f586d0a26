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
  /// Of the thread, until it has ended.
  private var family: ProcessFamily
  private var first: ProcessFamily.Reading?
  private var last: ProcessFamily.Reading?
  private var thread: SystemCalls.Thread?

  /// - Parameters:
  ///   - processes: the serving processes, whose descendants count, too; empty if unknown.
  ///   - control: the server's end of the control channel; it is closed at the end.
  ///   - processors: the CPUs that it may use, if known.
  init(_ processes: Set<pid_t>, control: Int32, process: PeerProcess?, on processors: [Int]?) throws(Errno) {
    self.process = process
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

  /// Until the client has closed its end: answers each edge once the times are read, and then looks at the rest.
  private func follow(_ control: Int32) {
    var byte: UInt8 = 0
    while SystemCall.retrying({ read(control, &byte, 1) }) == 1 {
      guard byte == UInt8(ascii: "o") || byte == UInt8(ascii: "c") else { continue }
      var reading = family.readTimes()
      _ = write(control, "k", 1)
      if byte == UInt8(ascii: "c") { family.readNewMembers(into: &reading) }
      family.readDetails(into: &reading)
      if byte == UInt8(ascii: "o") { first = first ?? reading } else { last = reading }
      while byte != UInt8(ascii: "\n"), SystemCall.retrying({ read(control, &byte, 1) }) == 1 {}
    }
  }

  /// The usage, after the client has closed its end.
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
