import Glibc
import Measurement

/// What threads have used so far, or between two moments, as the kernel counts it.
struct Spending {
  /// User and system time in nanoseconds.
  var cpu: Double
  /// Elapsed time in nanoseconds.
  var wall: Double
  /// Switches to other threads, voluntary or not.
  var switches: Double
  /// Switches that a message to another thread has ended.
  var wakes = 0.0
  /// Calls of epoll_wait(2).
  var loopWaits = 0.0

  /// All threads of the process.
  static var ofProcess: Spending { Spending(CLOCK_PROCESS_CPUTIME_ID, RUSAGE_SELF.rawValue) }
  /// RUSAGE_THREAD is not in the Glibc module.
  static var ofCallingThread: Spending { Spending(CLOCK_THREAD_CPUTIME_ID, 1) }

  private init(_ clock: clockid_t, _ who: Int32) {
    var time = timespec()
    clock_gettime(clock, &time)
    cpu = Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    wall = Double(MonotonicClock.now.nanoseconds)
    var usage = rusage()
    getrusage(who, &usage)
    switches = Double(usage.ru_nvcsw + usage.ru_nivcsw)
  }

  /// What so many turns spend that follow others: those are carried out alone, too, and what they then spend is
  /// subtracted, so that the costs of starting and ending do not count. Lanes that start together need many turns until
  /// they have spread as those of a trial.
  static func of(
    turns: Int, after warmUp: Int, _ carryOut: (_ turns: Int) throws -> Void,
    reading: () -> Spending = { .ofProcess }
  ) throws -> Spending {
    func spent(_ turns: Int) throws -> Spending {
      let before = reading()
      try carryOut(turns)
      return reading() - before
    }
    let first = try spent(warmUp)
    return try spent(warmUp + turns) - first
  }

  static func - (a: Spending, b: Spending) -> Spending {
    var difference = a
    difference.cpu -= b.cpu
    difference.wall -= b.wall
    difference.switches -= b.switches
    difference.wakes -= b.wakes
    difference.loopWaits -= b.loopWaits
    return difference
  }
}
