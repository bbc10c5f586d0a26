import Foundation
import Glibc
import Measurement
import Modes
import Plan
import Records
import SystemCalls

/// Does a trial's record report what disturbed it? Trials are disturbed on purpose and must report it: beside a process
/// that keeps the client's processor busy, and with a client or a server stopped. Trials of a mode that serves only one
/// lane, or whose offered rate is too high, must be valid and report that.
enum WitnessCheck {
  // MARK: Other load

  private static let loaded = Experiment(
    name: "foreign", workload: .http(delay: .milliseconds(2)), modes: [.blocking, .taskgroup, .epoll],
    concurrency: [16], duration: .milliseconds(300), rounds: 1)

  /// Runs trials beside another process's busy loop, on the client's processor. Whatever else the machine does on the
  /// trial's processors is foreign, too.
  static func foreignLoad(on bench: CheckBench) throws(HarnessFailure) -> [CheckResult] {
    let plans = loaded.plansByMode
    bench.announce(trials: plans.count, seconds: plans.reduce(0) { $0 + $1.expectedTime.seconds })
    let processors = bench.runner.processors
    let load = try BusyLoop(on: processors.client)
    defer { load.stop() }
    var results: [CheckResult] = []
    for plan in plans {
      let record = try bench.recordOnce(plan)
      var result = CheckResult(
        .foreign, "\(plan.mode.rawValue) beside a busy loop: others' share of a processor", .ratio,
        expected: RunRecord.usualForeignBound...Double(Set(processors.client + processors.server).count),
        measured: record.machine?.foreignShare ?? .nan)
      if !record.reasons.contains(where: { $0.hasPrefix("foreign-load:") }) {
        result.verdict = .failed
        result.remark = "the trial does not say foreign-load: \(record.reasons.joined(separator: "; "))"
      }
      results.append(result)
    }
    return results
  }

  // MARK: Standstills

  private static let stopped = Experiment(
    name: "stopped", workload: .http(delay: .milliseconds(2)), modes: [.epoll], concurrency: [16],
    duration: .milliseconds(1200), rounds: 1)

  /// Stops first the client and then the server, for 200 ms within the window.
  static func standstills(on bench: CheckBench) throws(HarnessFailure) -> [CheckResult] {
    var results: [CheckResult] = []
    let plans = stopped.plansByMode
    bench.announce(trials: 2 * plans.count, seconds: 2 * plans.reduce(0) { $0 + $1.expectedTime.seconds })
    for side in [ProcessStop.Side.client, .server] {
      for plan in plans {
        let stop = ProcessStop(side, after: .milliseconds(500), for: .milliseconds(200))
        let record = try bench.recordOnce(plan, stop: stop)
        let usage = side == .client ? record.client : record.server
        let gap = usage?.longestGap.map { Double($0) } ?? .nan
        var result = CheckResult(
          .standstill, "\(plan.mode.rawValue), \(side.rawValue) stopped for 200 ms: it stood still", .nanoseconds,
          expected: 190e6...500e6, measured: gap)
        if !record.reasons.contains(where: { $0.hasPrefix("stalled:") }) {
          result.verdict = .failed
          result.remark = "the trial does not say stalled: \(record.reasons.joined(separator: "; "))"
        }
        results.append(result)
      }
    }
    return results
  }

  // MARK: Starved lanes

  private static let starved = Experiment(
    name: "starved", workload: .http(delay: .milliseconds(2)), modes: [.blocking, .epoll], concurrency: [64],
    duration: .milliseconds(300), rounds: 1)

  /// `blocking` must serve one connection of 64, and `epoll` all of them.
  static func starvedLanes(on bench: CheckBench) throws(HarnessFailure) -> [CheckResult] {
    try results(of: starved, on: bench) { plan, record in
      let expected = plan.mode == .blocking ? 1.0 : Double(plan.concurrency)
      return CheckResult(
        .starved, "\(plan.mode.rawValue), \(plan.concurrency) lanes: served", .operations,
        expected: expected...expected, measured: record.lanesServed.map { Double($0) } ?? .nan)
    }
  }

  // MARK: Saturation

  /// An offered rate beyond what a mode with one lane can do, and a low one. With 5 ms per operation, a lane does 200
  /// per second.
  private static let pressed = Experiment(
    name: "saturated", workload: .http(delay: .milliseconds(5)), modes: [.blocking, .taskgroup], concurrency: [8],
    arrivals: "constant", rates: [20, 4000], duration: .milliseconds(600), rounds: 1)

  /// A trial with too high an offered rate must be valid, and report the share of the schedule that was done.
  static func saturation(on bench: CheckBench) throws(HarnessFailure) -> [CheckResult] {
    try results(of: pressed, on: bench) { plan, record in
      let rate = plan.arrivals.rate ?? 0
      let (isTooMuch, lanes) = (rate > 1000, Double(plan.mode.lanes(for: plan.concurrency)))
      let share = Double(record.operations.done ?? 0) / Double(max(1, record.arrivals.scheduled ?? 0))
      // Timers of the kernel and the mode can only add to the 5 ms.
      let expected = isTooMuch ? 0.5 * lanes * 200 / rate...1.02 * lanes * 200 / rate : 0.9...1
      var result = CheckResult(
        .saturation, "\(plan.mode.rawValue) at \(Int(rate))/s: share of the schedule done", .ratio, expected: expected,
        measured: share)
      if record.isSaturated != isTooMuch {
        result.verdict = .failed
        result.remark = "the trial does not say \(isTooMuch ? "that it is" : "that it is not") saturated"
      }
      return result
    }
  }

  private static func results(
    of experiment: Experiment, on bench: CheckBench, _ judge: (TrialPlan, TrialRecord) -> CheckResult
  ) throws(HarnessFailure) -> [CheckResult] {
    let plans = experiment.plans(seed: 1).sorted { ($0.arrivals.rate ?? 0) < ($1.arrivals.rate ?? 0) }
    bench.announce(trials: plans.count, seconds: plans.reduce(0) { $0 + $1.expectedTime.seconds })
    var results: [CheckResult] = []
    for plan in plans {
      let record = try bench.record(plan)
      var result = judge(plan, record)
      if !record.valid { result = result.invalid(record) }
      results.append(result)
    }
    return results
  }
}

/// A process that keeps processors busy. It is nobody's child, so that the harness sees it as foreign.
private final class BusyLoop {
  private let starter: ChildProcess

  init(on processors: [Int]) throws(HarnessFailure) {
    starter = try TrialRunner.spawn(Children.starterCommand, on: processors, control: nil)
    // The starter exits at once and leaves the loop to the system. The loop inherits its standard input, and ends with
    // it.
    guard case .text = starter.readLine(timeout: 5000) else { throw HarnessFailure("cannot start a busy loop") }
  }

  func stop() { starter.closeInput() }
}
