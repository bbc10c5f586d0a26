import Foundation
import Measurement
import Plan
import Records
import SystemCalls

/// Runs experiments on limits, each in its own process. Its lowered limits, threads and connections end with it.
public enum Limits {
  /// The time limit for an experiment.
  private static let patience = Nanoseconds.seconds(60)

  /// Runs the experiments, one after another, and reports progress to `report`.
  ///
  /// - Throws: if a child cannot be started or fails, or a signal asks to stop.
  public static func run(
    _ limits: [Limit], report: (RunSession.Progress) -> Void
  ) throws(HarnessFailure) -> [LimitResult] {
    ProcessControl.ignoreBrokenPipes()
    let all = expectedSeconds(of: limits)
    let start = MonotonicClock.now
    var results: [LimitResult] = []
    for limit in limits {
      results.append(
        try carryOut(limit, brief: false) {
          report(
            RunSession.Progress(
              done: results.count, total: limits.count, label: limit.rawValue,
              remaining: max(0, all - MonotonicClock.now.since(start).seconds)))
        })
    }
    return results
  }

  /// The approximate duration of some experiments on limits, in seconds.
  public static func expectedSeconds(of limits: [Limit]) -> Double { limits.reduce(0) { $0 + $1.expectedSeconds } }

  /// - Parameters:
  ///   - program: the executable of the child; tests name another one.
  ///   - idle: called repeatedly while the experiment runs.
  static func carryOut(
    _ limit: Limit, brief: Bool, program: String = TrialRunner.program, idle: () -> Void = {}
  ) throws(HarnessFailure) -> LimitResult {
    let child: ChildProcess
    do throws(Errno) {
      child = try ChildProcess(program, [Children.limitCommand])
    } catch {
      throw HarnessFailure("cannot start a child process: \(error)")
    }
    child.send(TrialRunner.json(LimitPlan(limit: limit, brief: brief)))
    guard let line = try TrialRunner.await(child, patience: patience, idle: idle) else {
      throw HarnessFailure("\(limit.rawValue): \(TrialRunner.verdict(child, after: patience))")
    }
    if let failure: ChildFailure = TrialRunner.decode(line) {
      throw HarnessFailure("\(limit.rawValue): \(failure.error)")
    }
    guard let result: LimitResult = TrialRunner.decode(line) else {
      throw HarnessFailure("\(limit.rawValue): its result could not be read")
    }
    return result
  }
}

/// The plan that an experiment's process reads from its standard input.
struct LimitPlan: Codable {
  var limit: Limit
  var brief: Bool
}

extension Children {
  /// Runs the experiment that standard input names.
  static func runLimit() -> Never {
    let plan: LimitPlan = readPlan()
    prepare(cpus: [])
    // Before other threads start, because only a single-threaded process can enter a user namespace.
    var hasOwnNetwork = false
    if plan.limit.opensConnections { hasOwnNetwork = (try? NetworkNamespace.enter()) != nil }
    followParent()
    do {
      answer(try plan.limit.carryOut(brief: plan.brief, hasOwnNetwork: hasOwnNetwork))
    } catch let obstacle as LimitObstacle {
      answer(LimitResult(plan.limit, [], obstacle.reason))
    } catch {
      answer(ChildFailure(error: "\(error)"))
    }
    _exit(0)
  }
}
