import Plan
import Records
import Statistics

/// What the processes of one side did per operation.
struct SideCounts {
  let sends: Double
  let receives: Double
  /// Calls of epoll_wait(2) without a timeout, and with one.
  let epollWaits: Double
  let timedEpollWaits: Double
  /// Calls in which a thread waits until a point in time.
  let sleeps: Double
  /// Timers set for a runtime.
  let timerSettings: Double
  /// Connections opened, accepted, and closed.
  let connects: Double
  let accepts: Double
  let closes: Double
  /// Additions of sockets to an epoll instance.
  let epollAdds: Double
  let futex: Double
  let uring: Double
  /// Reads of files at a place.
  let fileReads: Double
  let switches: Double?
  let allocations: Double?
  /// All other system calls, without those that modes make only before and after the operations.
  let others: Double?

  /// What modes do before and after the operations: they read their plan, make threads, and connect their lanes.
  private static let settingUp = ["read", "mmap", "munmap", "mprotect", "madvise"]
  private static let connecting = ["socket", "connect", "poll", "accept4", "setsockopt", "close"]

  /// Calls that are parts of others where operations open connections.
  private static let opening = ["socket", "setsockopt"]

  /// - Parameters:
  ///   - switches: per operation, if the timed trials counted them; an audit slows its processes down, and so changes how
  ///     often they wait.
  ///   - connects: whether operations open connections.
  init(_ counts: TrialRecord.Counts, _ operations: UInt64, switches: Double?, connects isOpening: Bool) {
    func each(_ count: UInt64) -> Double { Double(count) / Double(operations) }
    func calls(_ names: String...) -> Double { each(names.compactMap { counts.byName?[$0] }.reduce(0, +)) }
    sends = calls("sendto", "sendmsg")
    receives = calls("recvfrom", "recvmsg")
    epollWaits = calls("epoll_wait", "epoll_pwait")
    timedEpollWaits = calls("epoll_pwait2")
    sleeps = calls("clock_nanosleep", "ppoll")
    timerSettings = calls("timerfd_settime")
    connects = isOpening ? calls("connect") : 0
    accepts = isOpening ? calls("accept4") : 0
    // A ring accepts by requests, but all close by calls.
    closes = isOpening ? min(calls("close"), max(1, connects + accepts)) : 0
    epollAdds = isOpening ? calls("epoll_ctl") : 0
    futex = calls("futex")
    uring = calls("io_uring_enter")
    fileReads = calls("pread64")
    self.switches = switches ?? counts.switches.map(each)
    allocations = counts.allocations.map(each)
    let known =
      sends + receives + epollWaits + timedEpollWaits + sleeps + connects + accepts + closes + futex + uring + fileReads
      + epollAdds
      + (Self.settingUp + (isOpening ? Self.opening : Self.connecting)).map { calls($0) }.reduce(0, +)
    others = counts.byName == nil ? nil : counts.syscalls.map { max(0, each($0) - known) }
  }

  /// Whether messages go through io_uring(7), whose requests are no calls.
  var sendsByRing: Bool { uring > 0 && sends < 0.5 }

  var allEpollWaits: Double { epollWaits + timedEpollWaits }

  /// The switches of the thread of a loop, at most one for each call that may wait.
  var loopWaits: Double? { switches.map { min($0, uring > 0 ? uring : allEpollWaits) } }

  /// Those that messages end, at most; where timers end waits, too, only those in calls without a timeout.
  var loopWaitsForMessages: Double? {
    loopWaits.map { $0 * (timedEpollWaits > 0 ? epollWaits / allEpollWaits : 1) }
  }

  /// The switches of threads that wait in recv(2), at most.
  var receiveWaits: Double? { switches.map { min($0, receives) } }
}

/// What the timed trials of a point tell about its waits: medians.
struct PointTiming {
  /// Lanes that had operations.
  let lanes: Int
  /// For how long the processors of the side idle per operation, in nanoseconds.
  let idle: Double?
  /// Switches per operation: of the side under test, and of the other side.
  let switches: Double?
  let switchesOfOther: Double?

  init(_ trials: [TrialRecord], of audit: TrialRecord, on cpus: [Int]?) {
    let timed = trials.filter { $0.isTimed && $0.valid && $0.skipped == nil }
    func middle(_ value: (TrialRecord) -> Double?) -> Double? { median(timed.compactMap(value)) }
    func each(_ trial: TrialRecord, _ total: Double?) -> Double? {
      guard let total, let done = trial.operations.done, done > 0 else { return nil }
      return total / Double(done)
    }
    func switches(_ trial: TrialRecord, _ usage: ProcessUsage?) -> Double? {
      guard let wanted = usage?.voluntarySwitches, let forced = usage?.involuntarySwitches else { return nil }
      return each(trial, Double(wanted) + Double(forced))
    }
    let served = timed.compactMap(\.lanesServed).max()
    let isOneLane = ModeDescription.named(audit.mode)?.carrier == .oneLane
    lanes = max(1, min(audit.concurrency, served ?? (isOneLane ? 1 : audit.concurrency)))
    let count = cpus.map { Double(Set($0).count) }
    idle = middle { trial in
      guard let count, let wall = trial.wall, let cpu = trial.tested?.totalCPU else { return nil }
      return each(trial, max(0, Double(wall) * count - Double(cpu)))
    }
    self.switches = middle { switches($0, $0.tested) }
    switchesOfOther = middle { switches($0, $0.isServing ? $0.client : $0.server) }
  }

  /// For how long the processors idle while each lane does one operation.
  var idleTurn: Double? { idle.map { $0 * Double(lanes) } }
}
