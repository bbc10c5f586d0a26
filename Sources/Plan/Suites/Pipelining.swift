extension Experiment {
  /// Why the experiment cannot pipeline requests; nil if it can.
  var pipelining: String? {
    guard let pipeline, pipeline != 1 else { return nil }
    if pipeline < 1 { return "\(pipeline) is not a number of requests; it must be at least 1" }
    guard case .http(let http) = workload.asked else {
      return "goes with the workload http, and serve with its protocol"
    }
    if arrivals != "closed" || objective != nil { return "goes with arrivals closed, not with a rate or slo" }
    if workload.faults != nil { return "cannot be combined with faults, which end all requests in flight" }
    if limits != nil { return "cannot be combined with limit" }
    if http.connection != .keepAlive { return "needs connection keep-alive" }
    if http.targets.count > 1 { return "needs a single target; with several, operations take turns" }
    if !http.isIdempotent {
      return "needs a method that may be repeated after a lost connection "
        + "(\(HTTPSpec.idempotentMethods.joined(separator: ", "))), not with \(http.method)"
    }
    let most = http.deepestPipeline
    if pipeline > most {
      return "\(pipeline) requests of up to \(http.longestRequest) bytes may fill the buffers of both sides; "
        + "at most \(most) fit into \(HTTPSpec.longestPipeline)"
    }
    return nil
  }

  /// The bytes that a lane needs for the operations in flight: their requests, and a place for each.
  package var pipelineMemory: Int {
    guard let pipeline, pipeline > 1, case .http(let http) = workload.asked else { return 0 }
    return pipeline * (http.longestRequest + 64)
  }
}
