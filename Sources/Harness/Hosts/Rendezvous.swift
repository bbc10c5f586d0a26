import Measurement
import Records

/// Brings processes on several hosts to one start, each on its own clock, and knows what their instants are on this
/// machine's.
final class Rendezvous {
  let clients: [HostedProcess]
  let servers: [HostedProcess]
  /// That of all of them, which do not keep it.
  private let lease: Lease
  /// The length of the window and of what is before it, where a duration ends it.
  private let window: (warmup: Nanoseconds, duration: Nanoseconds?)
  private var all: [HostedProcess] { clients + servers }
  /// The estimates before the start and after the end, in the order of `all`.
  private(set) var before: [ClockOffset] = []
  private(set) var after: [ClockOffset] = []
  /// Half of the longest round trip, in nanoseconds.
  private var longest: UInt64 = 0
  private(set) var start = Instant(nanoseconds: 0)

  init(
    clients: [HostedProcess], servers: [HostedProcess], lease: Lease, warmup: Nanoseconds, duration: Nanoseconds?
  ) {
    self.clients = clients
    self.servers = servers
    self.lease = lease
    window = (warmup, duration)
  }

  /// Has every machine watched, and estimates all clocks. Returns why one did not answer; nil if all did.
  func prepare(idle: () -> Void) throws(HarnessFailure) -> String? {
    for process in all { process.child.send(HostOrder.watch.line) }
    for process in all where try process.hear(idle: idle) == nil { return process.verdict() }
    return try estimate(into: \.before, idle: idle)
  }

  /// Estimates all clocks again.
  func finish(idle: () -> Void) throws(HarnessFailure) -> String? { try estimate(into: \.after, idle: idle) }

  private func estimate(
    into place: ReferenceWritableKeyPath<Rendezvous, [ClockOffset]>, idle: () -> Void
  ) throws(HarnessFailure) -> String? {
    let all = all
    lease.renew()
    let answers = try ClockOffset.inTurns(all.count) { (index) throws(HarnessFailure) in
      try all[index].clock(idle: idle)
    }
    switch answers {
    case .known(let clocks, let longest):
      self[keyPath: place] = clocks
      self.longest = max(self.longest, longest)
      return nil
    case .silent(let index): return all[index].verdict()
    }
  }

  /// Tells every process when to start, on its own clock.
  /// - Parameter lead: what the orders need to reach processes of one machine; as long again as the longest round trips
  ///   is added.
  func begin(after lead: Nanoseconds) {
    start = MonotonicClock.now + lead + Nanoseconds(4 * longest)
    for (server, clock) in zip(servers, before.dropFirst(clients.count)) {
      let opens = start + window.warmup
      let order = HostOrder.window(
        opens: clock.there(opens), closes: window.duration.map { clock.there(opens + $0) })
      server.child.send(order.line)
    }
    for (client, clock) in zip(clients, before) { client.child.send("\(clock.there(start).nanoseconds)") }
  }

  /// A client's part with its instants on this machine's clock, where all hosts have the same start.
  func here(_ part: PartialRecord, of client: Int) -> PartialRecord {
    var part = part
    part.window = part.window.map { before[client].here($0) }
    return part
  }

  func here(_ report: ServerReport, of server: Int) -> ServerReport {
    let clock = before[clients.count + server]
    var report = report
    report.openRead = clock.here(report.openRead)
    report.closeRead = clock.here(report.closeRead)
    return report
  }

  /// The estimates of a process's clock, as they are recorded.
  func clock(of process: HostedProcess) -> TrialRecord.Host.Clock? {
    guard let index = all.firstIndex(where: { $0 === process }), before.indices.contains(index) else { return nil }
    let last = after.indices.contains(index) ? after[index] : nil
    return TrialRecord.Host.Clock(
      offset: Int(before[index].offset), bound: before[index].bound, offsetAfter: last.map { Int($0.offset) },
      boundAfter: last?.bound, drift: last.flatMap { ClockOffset.drift(from: before[index], to: $0) })
  }

  /// How far apart the clients began, and the most that it may have been, for all that is known of their clocks.
  /// - Parameter parts: as they came, in the order of the clients.
  func skew(_ parts: [PartialRecord]) -> TrialRecord.StartSkew? {
    let began = zip(parts, before).compactMap { part, clock in
      part.host.map { (at: clock.here($0.began), bound: clock.bound(at: start)) }
    }
    guard began.count == parts.count, let first = began.map(\.at).min(), let last = began.map(\.at).max(),
      let earliest = began.map({ $0.at - $0.bound }).min(), let latest = began.map({ $0.at + $0.bound }).max()
    else { return nil }
    return TrialRecord.StartSkew(found: last - first, most: began.count > 1 ? latest - earliest : 0)
  }
}

extension ClockOffset {
  fileprivate func here(_ window: PartialRecord.Window) -> PartialRecord.Window {
    PartialRecord.Window(
      opens: here(window.opens), closes: here(window.closes), openRead: here(window.openRead),
      closeRead: here(window.closeRead))
  }
}
