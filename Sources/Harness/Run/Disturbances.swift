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

  init() {}

  /// - Parameter workload: an operation's intended wait is not a disturbance. A device, a new connection and a fault
  ///   may take any time, so they have no limit.
  init(foreign: Double, doing workload: WorkloadSpec) {
    self.foreign = foreign
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
      edges(record), stalled(record, bounds), pacer(record), steal(record, bounds), throttled(record),
      foreign(record, bounds),
    ].compactMap { $0 }
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
    guard let steal = record.machine?.steal, let share = share(of: steal, record) else { return nil }
    // The kernel counts in ticks of 10 ms; a single tick means nothing in a short window.
    guard steal > 20_000_000, share > bounds.steal else { return nil }
    return "steal: the hypervisor took \(micros(steal)) of CPU time during the trial"
  }

  private static func throttled(_ record: TrialRecord) -> String? {
    guard let time = record.machine?.throttled, let share = share(of: time, record), share > toleratedSteal else {
      return nil
    }
    return "throttled: a CPU quota (cpu.max) stopped processes for \(micros(time)) in "
      + "\(record.machine?.throttledPeriods ?? 0) periods of the trial"
  }

  private static func foreign(_ record: TrialRecord, _ bounds: DisturbanceBounds) -> String? {
    guard let time = record.machine?.foreign, let span = span(record), Double(time) > bounds.foreign * span else {
      return nil
    }
    let share = Double(time) / span
    return
      "foreign-load: other processes used \(micros(time)) of the trial's CPUs, \(percent(share)) of one; at most "
      + "\(percent(bounds.foreign)) is tolerated"
  }

  /// A time as a share of all the trial's CPU time; nil if the trial's length is unknown.
  private static func share(of time: UInt64, _ record: TrialRecord) -> Double? {
    let cpus = Set((record.client?.cpus ?? []) + (record.server?.cpus ?? [])).count
    return span(record).map { Double(time) / $0 / Double(max(1, cpus)) }
  }

  /// How long the machine was watched, in nanoseconds: the whole trial, including connecting and closing.
  private static func span(_ record: TrialRecord) -> Double? {
    guard let wall = record.wall, wall > 0 else { return nil }
    return Double(record.machine?.watched ?? [wall, record.connectWall ?? 0, record.closeWall ?? 0].saturatingSum)
  }
}
