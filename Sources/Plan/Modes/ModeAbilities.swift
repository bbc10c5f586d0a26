import Measurement

extension ModeID {
  /// The number of lanes of a trial with this concurrency.
  public func lanes(for concurrency: Int) -> Int { traits.carrier == .oneLane ? 1 : concurrency }

  /// The highest number of threads that the mode blocks at once, if each lane needs its own; 0 for other modes.
  public func threads(for lanes: Int) -> Int {
    switch traits.carrier {
    case .threads, .growingPool: min(lanes, traits.mostThreads ?? .max)
    case .oneLane, .shared, .cooperativePool, .unknown: 0
    }
  }

  /// Whether CPU work may be offloaded.
  public var supportsOffload: Bool { traits.offloads.contains("compute") }

  /// The variant of the mode that the workload's parameters choose, as records name it; nil if there is only one.
  /// Blocking modes offload nothing, and `uring` does not offload file requests.
  public func variant(doing workload: WorkloadSpec) -> String? {
    traits.offloads.contains(workload.kind) ? workload.manner : nil
  }

  /// Why the mode cannot run or serve a workload; nil if it can.
  /// - Parameters:
  ///   - pipeline: the number of requests in flight per connection.
  ///   - bystanders: the lanes besides the measured ones, if there are any.
  public func objection(
    to workload: WorkloadSpec, pipeline: Int = 1, beside bystanders: BystanderSpec? = nil
  ) -> String? {
    if let peer = traits.peer { return objection(of: peer, to: workload, pipeline: pipeline, beside: bystanders) }
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
