import Foundation
import Measurement
import Plan
import Records
import SystemCalls

/// Carries out experiments on limits, each in a process of its own, with which its lowered limits, threads and
/// connections end.
public enum Limits {
  /// How long an experiment may take.
  private static let patience = Nanoseconds.seconds(60)

  /// Carries out the experiments, one after another, and tells `report` how far it has come.
  ///
  /// - Throws: where a child cannot be started or breaks, or a signal asks to stop.
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

  static func expectedSeconds(of limits: [Limit]) -> Double { limits.reduce(0) { $0 + $1.expectedSeconds } }

  /// - Parameters:
  ///   - program: this one, unless a test carries it out.
  ///   - idle: called again and again meanwhile.
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

/// What the process of an experiment reads from its standard input.
struct LimitPlan: Codable {
  var limit: Limit
  var brief: Bool
}

extension Children {
  /// Carries out the experiment that its standard input names.
  static func runLimit() -> Never {
    let plan: LimitPlan = readPlan()
    prepare(cpus: [])
    // While there is one thread: a process of several cannot enter a user namespace.
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
