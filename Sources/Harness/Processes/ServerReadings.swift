import Glibc
import Measurement
import Modes
import Records
import SystemCalls

/// The server's counters at the window's edges.
final class ServerReadings: @unchecked Sendable {
  private struct Reading {
    var at: Instant
    var totals: TargetServer.Totals
    var usage: ResourceUsage
    /// The usage of the reading thread, which does not belong to the mode.
    var own: ResourceUsage
  }

  private let server: TargetServer
  private let cpus: [Int]
  private var first: Reading
  private var last: Reading?
  private var hasOpened = false
  /// Read at the window's edges, because the connections are gone when the report is due.
  private var threadsPeak: Int?
  private var descriptorsPeak: Int?
  private var memory: UInt64?
  private var heart = Heartbeat(isPreferred: false)

  init(_ server: TargetServer, cpus: [Int]) {
    self.server = server
    self.cpus = cpus
    first = Self.read(server)
  }

  private static func read(_ server: TargetServer) -> Reading {
    Reading(at: MonotonicClock.now, totals: server.totals, usage: .current(), own: .ofThread())
  }

  /// Runs until the client has closed its end.
  func followWindow(from descriptor: Int32) {
    // With a thousand serving threads, the readings would otherwise be late.
    heart = Heartbeat(isPreferred: ProcessControl.prefer())
    var byte: UInt8 = 0
    while awaitWord(from: descriptor), Glibc.read(descriptor, &byte, 1) == 1 {
      // With several clients, the window is from the first opening to the last closing.
      if byte == UInt8(ascii: "o"), !hasOpened { open() }
      if byte == UInt8(ascii: "c") { close() }
      _ = Glibc.write(descriptor, "k", 1)
      while byte != UInt8(ascii: "\n"), Glibc.read(descriptor, &byte, 1) == 1 {}
    }
  }

  private func open() {
    hasOpened = true
    samplePeaks()
    first = Self.read(server)
  }

  private func close() {
    last = Self.read(server)
    samplePeaks()
    memory = ProcFile.memory
  }

  /// Reads the counters at the window's edges, where those are known beforehand, and beats between them.
  /// - Parameters:
  ///   - closes: nil if the window ends with the report.
  ///   - isOver: whether the report has been asked for.
  func follow(from opens: Instant, to closes: Instant?, isOver: () -> Bool) {
    heart = Heartbeat(isPreferred: ProcessControl.prefer())
    func wait(until instant: Instant?) {
      while !isOver(), instant.map({ MonotonicClock.now < $0 }) ?? true {
        if hasOpened { heart.beat(at: MonotonicClock.now) }
        sleepBlocking(until: min(instant ?? .distantFuture, MonotonicClock.now + .milliseconds(20)))
      }
    }
    wait(until: opens)
    open()
    wait(until: closes)
    close()
  }

  /// Waits until the client writes something. Meanwhile it records heartbeats if the window is open.
  private func awaitWord(from descriptor: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while true {
      let isOpen = hasOpened && last == nil
      if isOpen { heart.beat(at: MonotonicClock.now) }
      if poll(&entry, 1, isOpen ? 20 : -1) != 0 { return true }
    }
  }

  private func samplePeaks() {
    threadsPeak = [threadsPeak, ProcFile.threads].compactMap { $0 }.max()
    descriptorsPeak = [descriptorsPeak, ProcFile.openDescriptors].compactMap { $0 }.max()
  }

  var report: ServerReport {
    let last = last ?? Self.read(server)
    var usage = ProcessUsage(last.usage.since(first.usage).without(last.own.since(first.own)))
    usage.longestGap = heart.longestGap.count
    usage.threadsPeak = threadsPeak
    usage.descriptorsPeak = descriptorsPeak
    usage.memoryPeak = ProcFile.peakMemory
    usage.memory = memory
    usage.cpus = cpus
    usage.operationsDone = last.totals.done - first.totals.done
    usage.connections = last.totals.connections
    usage.failed = last.totals.failed - first.totals.failed
    usage.faults = last.totals.faults - first.totals.faults
    usage.bytesSent = last.totals.sentBytes - first.totals.sentBytes
    usage.bytesReceived = last.totals.receivedBytes - first.totals.receivedBytes
    let settled = settledTotals()
    return ServerReport(
      usage: usage, openRead: first.at.nanoseconds, closeRead: last.at.nanoseconds, totalDone: settled.done,
      faultsInAll: settled.faults)
  }

  /// The totals after the client has gone and the server has ended its last operations.
  private func settledTotals() -> TargetServer.Totals {
    let end = MonotonicClock.now + .seconds(2)
    while case let totals = server.totals, totals.ended < totals.connections, MonotonicClock.now < end {
      Interruption.pause(milliseconds: 1)
    }
    return server.totals
  }
}
