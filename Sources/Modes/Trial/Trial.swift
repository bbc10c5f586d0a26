import Plan
import Workloads

/// Explains in one line why a trial could not begin.
public struct TrialFailure: Error, CustomStringConvertible {
  public let description: String
}

/// What a client by the contract for peers shares with its harness.
public struct SharedWithHarness {
  /// Where it writes its operations down; nil for nowhere.
  public var rows: OperationRows?
  /// When operations are to start, in nanoseconds after the start; nil in a closed loop.
  public var starts: [UInt64]?

  public init(rows: OperationRows? = nil, starts: [UInt64]? = nil) {
    self.rows = rows
    self.starts = starts
  }
}

/// Runs the client of a trial in this process.
public enum Trial {
  /// - Parameters:
  ///   - edges: called when the window opens and closes.
  ///   - peer: of a client that keeps the contract for peers.
  public static func run(
    _ spec: TrialSpec, edges: WindowEdges? = nil, asPeer peer: SharedWithHarness? = nil
  ) throws(TrialFailure) -> TrialOutcome {
    if let objection = spec.mode.objection(
      to: spec.workload, pipeline: spec.pipeline, beside: spec.bystanders)
    {
      throw TrialFailure(description: objection)
    }
    guard let mode = ModeCatalogue.named(spec.mode) else {
      throw TrialFailure(description: "\(spec.mode.rawValue) is not a mode of this build")
    }
    return try mode.run(TrialExecution(spec, edges, peer))
  }
}
