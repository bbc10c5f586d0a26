/// Known-answer tests of the harness on this machine: it measures things whose answer is known beforehand. Each trial
/// runs in its own processes, as in a run; nothing is written.
public enum Check {
  public enum Part: String, CaseIterable, Sendable {
    /// Response times of an open loop whose server is stopped, compared with arithmetic.
    case stall
    /// Service times of operations that wait for a known time.
    case delays
    /// Comparisons of identical modes, and of modes that differ by a known amount.
    case comparisons
    /// Trials beside another process's load, which must report it.
    case foreign
    /// Trials with a process stopped, which must report it.
    case standstill
    /// Lanes that are never served.
    case starved
    /// Open loops whose offered rate exceeds what a mode can do.
    case saturation
    /// The harness's own costs, without a verdict.
    case costs
  }

  /// Runs the parts, one after another, and reports progress to `report`.
  ///
  /// - Throws: if a child cannot be started, or a signal asks to stop.
  public static func run(
    _ parts: [Part], on processors: Processors, report: @escaping (RunSession.Progress) -> Void
  ) throws(HarnessFailure) -> [CheckResult] {
    let bench = try CheckBench(processors: processors, report: report)
    var results: [CheckResult] = []
    for part in parts {
      switch part {
      case .stall: results += try StallCheck.carryOut(on: bench)
      case .delays: results += try DelayCheck.carryOut(on: bench)
      case .comparisons: results += try ComparisonCheck.carryOut(on: bench)
      case .foreign: results += try WitnessCheck.foreignLoad(on: bench)
      case .standstill: results += try WitnessCheck.standstills(on: bench)
      case .starved: results += try WitnessCheck.starvedLanes(on: bench)
      case .saturation: results += try WitnessCheck.saturation(on: bench)
      case .costs: results += try CostCheck.carryOut(on: bench)
      }
    }
    return results
  }

  /// Repeats both comparisons, each time with another seed, and counts the verdicts.
  ///
  /// - Throws: as ``run(_:on:report:)``.
  public static func repeatComparisons(
    _ times: Int, on processors: Processors, report: @escaping (RunSession.Progress) -> Void
  ) throws(HarnessFailure) -> [CheckResult] {
    try ComparisonCheck.repeated(times, on: try CheckBench(processors: processors, report: report))
  }
}
