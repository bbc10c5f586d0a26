extension Experiment {
  /// What keeps so many requests from going out at once, if anything.
  var pipelining: String? {
    guard let pipeline, pipeline != 1 else { return nil }
    if pipeline < 1 { return "\(pipeline) is not a number of requests; it must be at least 1" }
    guard case .http(let http) = workload.asked else {
      return "goes with the workload http, and serve with its protocol"
    }
    if arrivals != "closed" || objective != nil { return "goes with arrivals closed, not with a rate or slo" }
    if workload.faults != nil { return "cannot be given along with faults, which take all that is in flight with them" }
    if limits != nil { return "cannot be given along with limit" }
    if http.connection != .keepAlive { return "goes with connections that are kept (connection keep-alive)" }
    if http.targets.count > 1 { return "goes with one target; between several, operations take turns" }
    if !http.isIdempotent {
      return "goes with methods that may be repeated where a connection is lost "
        + "(\(HTTPSpec.idempotentMethods.joined(separator: ", "))), not with \(http.method)"
    }
    let most = http.deepestPipeline
    if pipeline > most {
      return "\(pipeline) requests of up to \(http.longestRequest) bytes may fill the buffers of both sides; "
        + "\(most) is the most that \(HTTPSpec.longestPipeline) hold"
    }
    return nil
  }

  /// What a lane takes to hold several operations: the requests, and a place for each.
  package var pipelineMemory: Int {
    guard let pipeline, pipeline > 1, case .http(let http) = workload.asked else { return 0 }
    return pipeline * (http.longestRequest + 64)
  }
}
