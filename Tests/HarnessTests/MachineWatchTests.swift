import Glibc
import Measurement
import SystemCalls
import Testing

@testable import Harness

@Suite struct MachineWatchTests {
  private static let tick = 1e9 / Double(sysconf(Int32(_SC_CLK_TCK)))

  private func foreign(used: Double, own: Double, _ processors: ProcessorTimes) -> Double {
    let load = ForeignLoad(
      used: UInt64(used * Self.tick), own: UInt64(own * Self.tick), processors: processors)
    return Double(load.time) / Self.tick
  }

  @Test func othersCountAsTheyAreWhenTheProcessorsHadTheTimeForThem() {
    let processors = ProcessorTimes(busy: 120, idle: 80, stolen: 0)
    #expect(foreign(used: 60, own: 60, processors) == 60 && foreign(used: 0, own: 119, processors) == 0)
  }

  /// On a machine of many processors others may have used those that are not the trial's.
  @Test func othersDoNotCountWhenTheProcessorsWereNotBusyWithThem() {
    let idle = ProcessorTimes(busy: 0, idle: 200, stolen: 0)
    #expect(foreign(used: 1000, own: 0, idle) == 2)
    let full = ProcessorTimes(busy: 200, idle: 0, stolen: 0)
    #expect(foreign(used: 1000, own: 190, full) == 12)
  }

  /// A process in another namespace has no entry under /proc, but uses CPUs all the same.
  @Test func othersThatCannotBeSeenCountWhenTheProcessorsWereBusyWithThem() {
    let full = ProcessorTimes(busy: 200, idle: 0, stolen: 0)
    #expect(foreign(used: 0, own: 100, full) == 98)
    // The kernel's own work cannot be told from that of other processes.
    let interrupted = ProcessorTimes(busy: 200, interrupts: 90, idle: 0, stolen: 0)
    #expect(foreign(used: 0, own: 100, interrupted) == 8)
  }

  @Test func processIsReadWhateverItIsCalled() throws {
    let fields = "S 7 1 1 0 -1 4194560 0 0 0 0 11 22 33 44 20 0 1 0 5 0"
    let status = try #require(ProcessStatus("12 (a) b (c)) \(fields)"))
    #expect(status.parent == 7 && !status.isKernelThread && status.ticks == 33 && status.ticksOfChildren == 77)
    let thread = "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 5 0 0 20 0 1 0 5 0"
    #expect(ProcessStatus(thread)?.isKernelThread == true)
    #expect(ProcessStatus("") == nil && ProcessStatus("1 (x) S 1") == nil)
  }

  @Test func childIsOfTheFamilyBeforeAndAfterItsEnd() throws {
    let before = ProcessTable()
    let child = try ChildProcess("/bin/sh", ["-c", "while :; do :; done"])
    var alive: UInt64 = 0
    while alive < 20_000_000 { alive = ProcessTable().since(before).family }
    child.kill()
    _ = child.wait()
    let ended = ProcessTable().since(before)
    #expect(ended.family >= alive)
  }

  @Test func listenersOfAPortAreFound() throws {
    let table = """
        sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
         0: 0100007F:4830 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
         1: 0100007F:4830 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0
         2: 0100007F:4831 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0
      """
    #expect(ListeningProcesses.inodes(listeningOn: [0x4830], in: table) == [4711])
    let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0), count: 1, blocking: true)[0]
    defer { listener.close() }
    let port = try listener.localAddress().port
    #expect(ListeningProcesses.holding(ports: [port]).contains(getpid()))
    #expect(ListeningProcesses.holding(ports: []).isEmpty)
  }

  /// A server that is asked is part of the trial, and so are its workers.
  @Test func targetIsNoOtherLoad() throws {
    let before = ProcessTable(with: [1])
    // Everything descends from the first process, or from that of another namespace, as this one does.
    #expect(before.others <= ProcessTable().others)
  }

  @Test func quotaIsReadFromBothVersionsOfControlGroups() {
    let unified = "usage_usec 9\nnr_periods 424\nnr_throttled 140\nthrottled_usec 7000\n"
    #expect(QuotaUsage(unified) == QuotaUsage(periods: 140, throttled: 7_000_000))
    let legacy = "nr_periods 5\nnr_throttled 2\nthrottled_time 7000\n"
    #expect(QuotaUsage(legacy) == QuotaUsage(periods: 2, throttled: 7000))
    #expect(QuotaUsage("usage_usec 9\n") == nil)
    let group = ControlGroup("0::/a/b\n", controller: "cpu")
    let files = ["/sys/fs/cgroup/a/b/cpu.stat": unified, "/sys/fs/cgroup/a/cpu.stat": unified]
    #expect(group.quotaUsage { files[$0] } == QuotaUsage(periods: 280, throttled: 14_000_000))
    #expect(group.quotaUsage { _ in nil } == nil)
  }

  @Test func watchTellsHowLongItWas() {
    let watch = MachineWatch([0])
    usleep(30_000)
    let usage = watch.finish()
    #expect((usage.watched ?? 0) >= 30_000_000 && usage.foreign != nil)
  }
}
