import Measurement

/// Signs that the machine, not the mode, disturbed a window, as seen by the monitor's thread. It did not run, its
/// timers were late, or no operation ended although some were in flight and no process worked.
struct Standstill {
  /// The longest gap between two beats of the thread.
  var longestGap: Nanoseconds { heart.longestGap }
  /// The longest time in which operations were in flight, none ended, and this process and the servers used less than a
  /// tenth of it as CPU time. Nil if the servers are unknown.
  private(set) var longestQuiet: Nanoseconds?
  /// How late the thread's sleeps ended; empty if it has no priority over the mode's threads.
  private(set) var lateness: [Nanoseconds] = []
  /// Whether the window is open.
  var watches = false

  private let servers: [Int32]
  /// The shortest time between two readings of the processes' CPU time.
  private let interval: Nanoseconds
  private var nextLook = Instant(nanoseconds: 0)
  private var heart = Heartbeat(isPreferred: false)
  private var isPreferred = false
  /// The end of the last operation at the latest reading, when that end was first seen, and the CPU time used by then.
  private var quiet: (since: Instant?, seen: Instant, used: UInt64)?
  private var wasInHand = false
  /// Enough samples for the median lateness.
  private static let mostSamples = 4096

  /// - Parameter processes: the number of processes that each read the servers' CPU time. All their readings together
  ///   are to stay below 1 % of a processor.
  init(servers: [Int32], processes: Int) {
    self.servers = servers
    interval = .microseconds(UInt64((servers.count + 1) * processes) * 300)
  }

  mutating func begin(isPreferred: Bool) {
    self.isPreferred = isPreferred
    heart = Heartbeat(isPreferred: isPreferred)
    lateness.reserveCapacity(512)
  }

  /// Records that a sleep due to end at `due` has ended.
  mutating func woke(at now: Instant, due: Instant) {
    guard watches else { return }
    heart.beat(at: now)
    if isPreferred, lateness.count < Self.mostSamples { lateness.append(now.since(due)) }
  }

  /// - Parameters:
  ///   - lastEnd: the end of the window's last operation so far; nil before the first.
  ///   - inHand: the number of operations in flight.
  mutating func note(lastEnd: Instant?, inHand: Int, at now: Instant) {
    guard !servers.isEmpty, now >= nextLook else { return }
    nextLook = now + interval
    let used = processorTime
    if let quiet, quiet.since == lastEnd, inHand > 0, wasInHand {
      let span = now.since(quiet.seen)
      let isIdle = used - min(used, quiet.used) < span.count / 10
      longestQuiet = max(longestQuiet ?? .zero, isIdle ? span : .zero)
    } else {
      quiet = (lastEnd, now, used)
    }
    wasInHand = inHand > 0
  }

  /// Closes the window; a quiet time that lasts until then counts, too.
  mutating func close(lastEnd: Instant?, at now: Instant) {
    note(lastEnd: lastEnd, inHand: wasInHand ? 1 : 0, at: now)
    watches = false
  }

  /// CPU time of this process and the servers so far, in nanoseconds.
  private var processorTime: UInt64 {
    servers.reduce(ResourceUsage.processorTime(of: 0)?.count ?? 0) {
      $0 + (ResourceUsage.processorTime(of: $1)?.count ?? 0)
    }
  }
}
