import Plan

/// Explains in one line why a trial could not begin.
public struct TrialFailure: Error, CustomStringConvertible {
  public let description: String
}

/// Runs the client of a trial in this process.
public enum Trial {
  /// - Parameter edges: called when the window opens and closes.
  public static func run(_ spec: TrialSpec, edges: WindowEdges? = nil) throws(TrialFailure) -> TrialOutcome {
    if let objection = spec.mode.objection(
      to: spec.workload, pipeline: spec.pipeline, beside: spec.bystanders)
    {
      throw TrialFailure(description: objection)
    }
    guard let mode = ModeCatalogue.named(spec.mode) else {
      throw TrialFailure(description: "\(spec.mode.rawValue) is not a mode of this build")
    }
    return try mode.run(TrialExecution(spec, edges))
  }
}
