/// Known-answer tests of the harness on this machine: what it measures where the answer is known beforehand. Trials are
/// those of a run, in processes of their own; nothing is written.
public enum Check {
  public enum Part: String, CaseIterable, Sendable {
    /// Response times of an open loop whose server stands still, against arithmetic.
    case stall
    /// Service times of operations that wait for a known time.
    case delays
    /// Comparisons of what is the same, and of what is slower by a known part.
    case comparisons
    /// Trials beside another process's load, which have to say so.
    case foreign
    /// Trials of which a process is stopped, which have to say so.
    case standstill
    /// Lanes that are never served.
    case starved
    /// Open loops that offer more than a mode can do.
    case saturation
    /// What the harness costs, without a verdict.
    case costs
  }

  /// Carries out the parts, one after another, and tells `report` how far it has come.
  ///
  /// - Throws: where a child cannot be started, or a signal asks to stop.
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

  /// Carries out both comparisons again and again, each time by another seed, and counts the verdicts.
  ///
  /// - Throws: as ``run(_:on:report:)``.
  public static func repeatComparisons(
    _ times: Int, on processors: Processors, report: @escaping (RunSession.Progress) -> Void
  ) throws(HarnessFailure) -> [CheckResult] {
    try ComparisonCheck.repeated(times, on: try CheckBench(processors: processors, report: report))
  }
}
