import Measurement

/// What the monitor's thread, which owes nothing to the mode, sees of a window's course that is the machine's doing, and no
/// mode's: that it was itself kept from running, that its timers were late, and that nothing ended though there was work
/// in hand, and nobody worked.
struct Standstill {
  /// Of the thread's own beat.
  var longestGap: Nanoseconds { heart.longestGap }
  /// The longest span in which operations were in hand and none ended, while neither this process nor those that answer
  /// used a tenth of it; nil where nobody knows who answers.
  private(set) var longestQuiet: Nanoseconds?
  /// How late sleeps of the thread ended; empty where it has no priority over the mode's threads.
  private(set) var lateness: [Nanoseconds] = []
  /// Whether the window is open.
  var watches = false

  private let servers: [Int32]
  /// From one look at the processes to the next.
  private let interval: Nanoseconds
  private var nextLook = Instant(nanoseconds: 0)
  private var heart = Heartbeat(isPreferred: false)
  private var isPreferred = false
  /// When the last operation had ended as of the latest look, and what had been used when that was first seen.
  private var quiet: (since: Instant?, seen: Instant, used: UInt64)?
  private var wasInHand = false
  /// Enough to say how late half of them were.
  private static let mostSamples = 4096

  /// - Parameter processes: how many look at the servers, each of its own accord: all of their looks together are to stay
  ///   below a hundredth of a processor.
  init(servers: [Int32], processes: Int) {
    self.servers = servers
    interval = .microseconds(UInt64((servers.count + 1) * processes) * 300)
  }

  mutating func begin(isPreferred: Bool) {
    self.isPreferred = isPreferred
    heart = Heartbeat(isPreferred: isPreferred)
    lateness.reserveCapacity(512)
  }

  /// A sleep has ended that was to end at `due`.
  mutating func woke(at now: Instant, due: Instant) {
    guard watches else { return }
    heart.beat(at: now)
    if isPreferred, lateness.count < Self.mostSamples { lateness.append(now.since(due)) }
  }

  /// - Parameters:
  ///   - lastEnd: when the last operation of the window ended; nil before the first.
  ///   - inHand: how many operations lanes hold.
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

  /// The window's end: what has not ended by then counts as well.
  mutating func close(lastEnd: Instant?, at now: Instant) {
    note(lastEnd: lastEnd, inHand: wasInHand ? 1 : 0, at: now)
    watches = false
  }

  /// What this process and those that answer have used so far.
  private var processorTime: UInt64 {
    servers.reduce(ResourceUsage.processorTime(of: 0)?.count ?? 0) {
      $0 + (ResourceUsage.processorTime(of: $1)?.count ?? 0)
    }
  }
}
