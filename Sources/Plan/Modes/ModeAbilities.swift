import Measurement

extension ModeID {
  /// How many lanes a trial of this concurrency has.
  public func lanes(for concurrency: Int) -> Int { traits.carrier == .oneLane ? 1 : concurrency }

  /// How many threads it holds at most in blocking calls, of which a lane is to have one each.
  public func threads(for lanes: Int) -> Int {
    switch traits.carrier {
    case .threads, .growingPool: min(lanes, traits.mostThreads ?? .max)
    case .oneLane, .shared, .cooperativePool: 0
    }
  }

  /// Whether work for a processor may be left to others.
  public var supportsOffload: Bool { traits.offloads.contains("compute") }

  /// What the workload's parameters make of the mode, as records name it; nil where it has one manner only. In blocking
  /// calls there is nothing to offload, and of a file neither in a ring of the kernel's.
  public func variant(doing workload: WorkloadSpec) -> String? {
    traits.offloads.contains(workload.kind) ? workload.manner : nil
  }

  /// Why the mode cannot do a workload, or serve it; nil where it can.
  /// - Parameters:
  ///   - pipeline: how many requests a connection is to carry at once.
  ///   - bystanders: lanes beside those that are measured, if there are any.
  public func objection(
    to workload: WorkloadSpec, pipeline: Int = 1, beside bystanders: BystanderSpec? = nil
  ) -> String? {
    if pipeline > 1, !workload.isServe, !traits.pipelines {
      let able = ModeDescription.names(joinedBy: " and ", where: \.pipelines)
      return "\(rawValue) sends one request at a time; pipelining is built in \(able) only"
    }
    if bystanders != nil && lanes(for: .max) == 1 { return "\(rawValue) has one lane, and no room for bystanders" }
    if let objection = bystanders?.objection(to: workload) { return objection }
    if case .compute(let spec) = workload, spec.offload != .inline, !supportsOffload {
      let able = ModeDescription.names(joinedBy: ", ") { $0.id.supportsOffload }
      return "\(rawValue) computes in place, on the thread that carries the lane; offload goes with \(able)"
    }
    return workload.features.lazy.compactMap { traits.refusals[$0] }.first
  }
}
