import Measurement
import Plan
import Records

/// The limits of disturbance beyond which a trial is invalid.
struct DisturbanceBounds: Sendable {
  /// The maximum CPU time of other processes on the trial's CPUs, as a share of one CPU.
  var foreign = RunRecord.usualForeignBound
  /// The maximum share of CPU time that a hypervisor may give to other guests. That is foreign load, too, so its limit
  /// scales with the foreign one.
  var steal: Double { Validity.toleratedSteal * foreign / RunRecord.usualForeignBound }
  /// How long no operation may end while some are in flight and no CPU is used; nil if that may have other reasons.
  var quiet: Nanoseconds?
  /// How far apart hosts may start.
  var skew = HostRoles.usualMaxSkew

  init() {}

  /// - Parameter workload: an operation's intended wait is not a disturbance. A device, a new connection and a fault
  ///   may take any time, so they have no limit.
  init(foreign: Double, maxSkew: Nanoseconds = HostRoles.usualMaxSkew, doing workload: WorkloadSpec) {
    self.foreign = foreign
    skew = maxSkew
    guard workload.asked.file == nil, workload.faults == nil, !workload.asked.opensConnections else { return }
    quiet = Validity.toleratedQuiet + workload.leastDuration * 10
  }
}

/// Disturbances by the machine, from independent evidence. Lateness that the mode itself causes is a result.
extension Validity {
  /// The maximum delay between a window's edge and the reading of counters, as a fraction of the window.
  static let toleratedEdgeLag = 0.02
  /// The default share of CPU time that a hypervisor or a control group's quota may take.
  static let toleratedSteal = 0.01
  /// How long a thread that beats at least every 20 ms may stop: several beats, but less than a tenth of usual windows.
  static let toleratedGap = Nanoseconds.milliseconds(50)
  /// How long no operation may end while some are in flight and no CPU is used: longer than TCP delays an
  /// acknowledgement (40 ms, tcp(7)).
  static let toleratedQuiet = Nanoseconds.milliseconds(80)
  /// The median lateness, in nanoseconds, that lanes and a witness may both have.
  static let toleratedLag: UInt64 = 1_000_000

  static func disturbances(of record: TrialRecord, _ bounds: DisturbanceBounds) -> [String] {
    [
      skew(record, bounds), edges(record), stalled(record, bounds), pacer(record), steal(record, bounds),
      throttled(record), foreign(record, bounds),
    ].compactMap { $0 }
  }

  /// Rates of hosts add up only while all of them load the server.
  private static func skew(_ record: TrialRecord, _ bounds: DisturbanceBounds) -> String? {
    guard let skew = record.startSkew, skew.most > bounds.skew.count else { return nil }
    return "start-skew: hosts may have started \(micros(skew.most)) apart; at most \(bounds.skew) is allowed"
  }

  private static func edges(_ record: TrialRecord) -> String? {
    guard let wall = record.wall, wall > 0, record.operations.asked == nil else { return nil }
    for (name, usage) in [("client", record.client), ("server", record.server)] {
      guard let lag = usage?.edgeLag else { continue }
      if Double(max(lag.open, lag.close)) > toleratedEdgeLag * Double(wall) {
        return "late-edge: the \(name)'s counters were read \(micros(max(lag.open, lag.close))) after the window's edge"
      }
    }
    return nil
  }

  private static func stalled(_ record: TrialRecord, _ bounds: DisturbanceBounds) -> String? {
    // Between two beats, the thread checks every lane.
    let tolerated = max(toleratedGap.count, UInt64(clamping: record.concurrency).multipliedSaturating(by: 10_000))
    for (name, usage) in [("client", record.client), ("server", record.server)] {
      if let gap = usage?.longestGap, gap > tolerated {
        return "stalled: the \(name) stood still for \(gap / 1_000_000) ms within the window"
      }
    }
    guard let quiet = record.longestQuiet, let most = bounds.quiet, quiet > most.count else { return nil }
    return "stalled: no operation ended for \(quiet / 1_000_000) ms within the window, while some were in flight and "
      + "neither client nor server used a CPU"
  }

  /// Lanes started late, and so did an independent thread with its own timer.
  private static func pacer(_ record: TrialRecord) -> String? {
    guard let lag = record.sendLag?.p50, lag > toleratedLag, let witness = record.pacerLag?.p50, witness > toleratedLag
    else { return nil }
    return
      "late-timers: operations started \(micros(lag)) late in the median, and the sleeps of an independent thread "
      + "ended \(micros(witness)) late"
  }

  /// Checks against the default limit.
  package static func steal(_ record: TrialRecord) -> String? { steal(record, DisturbanceBounds()) }

  private static func steal(_ record: TrialRecord, _ bounds: DisturbanceBounds) -> String? {
    machines(of: record).lazy.compactMap { machine in
      // The kernel counts in ticks of 10 ms; a single tick means nothing in a short window.
      guard let steal = machine.usage.steal, steal > 20_000_000, let share = machine.share(of: steal),
        share > bounds.steal
      else { return nil }
      return "steal: the hypervisor took \(micros(steal)) of CPU time during the trial\(machine.place)"
    }.first
  }

  private static func throttled(_ record: TrialRecord) -> String? {
    machines(of: record).lazy.compactMap { machine in
      guard let time = machine.usage.throttled, let share = machine.share(of: time), share > toleratedSteal else {
        return nil
      }
      return "throttled: a CPU quota (cpu.max) stopped processes for \(micros(time)) in "
        + "\(machine.usage.throttledPeriods ?? 0) periods of the trial\(machine.place)"
    }.first
  }

  private static func foreign(_ record: TrialRecord, _ bounds: DisturbanceBounds) -> String? {
    machines(of: record).lazy.compactMap { machine in
      guard let time = machine.usage.foreign, let span = machine.span, Double(time) > bounds.foreign * span else {
        return nil
      }
      return
        "foreign-load: other processes used \(micros(time)) of the trial's CPUs\(machine.place), "
        + "\(percent(Double(time) / span)) of one; at most \(percent(bounds.foreign)) is tolerated"
    }.first
  }

  /// A machine that was watched during a trial.
  private struct Machine {
    /// Empty if there is only one.
    var place = ""
    var usage: MachineUsage
    /// The number of the trial's CPUs.
    var cpus: Int
    /// How long it was watched, in nanoseconds; nil if unknown.
    var span: Double?

    /// A time as a share of all the trial's CPU time.
    func share(of time: UInt64) -> Double? { span.map { Double(time) / $0 / Double(max(1, cpus)) } }
  }

  private static func machines(of record: TrialRecord) -> [Machine] {
    guard let wall = record.wall, wall > 0 else { return [] }
    if let hosts = record.hosts {
      return hosts.compactMap { host in
        host.machine.map {
          Machine(
            place: " on host '\(host.name)'", usage: $0, cpus: host.usage?.cpus?.count ?? 1,
            span: $0.watched.map { Double($0) })
        }
      }
    }
    guard let machine = record.machine else { return [] }
    // The whole trial, including connecting and closing.
    let span = machine.watched ?? [wall, record.connectWall ?? 0, record.closeWall ?? 0].saturatingSum
    return [
      Machine(
        usage: machine, cpus: Set((record.client?.cpus ?? []) + (record.server?.cpus ?? [])).count,
        span: Double(span))
    ]
  }
}
