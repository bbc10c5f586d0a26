import Measurement

extension ModeID {
  /// Why a peer cannot do a workload, or serve it; nil where it can.
  func objection(
    of peer: PeerDescription, to workload: WorkloadSpec, pipeline: Int, beside bystanders: BystanderSpec?
  ) -> String? {
    if case .serve(let spec) = workload { return objection(of: peer, serving: spec) }
    guard peer.drives.contains(workload.kind) else {
      return peer.drives.isEmpty
        ? "\(rawValue) has no client"
        : "\(rawValue) is a client of \(peer.drives.joined(separator: ", ")), and not of \(workload.kind)"
    }
    if pipeline > 1 { return "\(rawValue) is a peer: the contract knows one request at a time, and no pipeline" }
    if bystanders != nil { return "\(rawValue) is a peer: the contract knows no bystanders" }
    if workload.faults != nil, let objection = lack(.faults, of: peer) { return objection }
    if !workload.delay.isFixed, let objection = lack(.delays, of: peer) { return objection }
    switch workload {
    case .echo(let spec):
      if spec.ends == .both { return "\(rawValue) is a peer: the contract's echo has its far end in the server" }
      return spec.transport == .unix ? lack(.unix, of: peer) : nil
    case .http(let spec): return objection(of: peer, to: spec)
    default: return nil
    }
  }

  private func objection(of peer: PeerDescription, to http: HTTPSpec) -> String? {
    if !http.targets.isEmpty { return "\(rawValue) is a peer: it asks the own server, and no target" }
    if http.gather { return "\(rawValue) is a peer: it does not hand over replies, and cannot gather them" }
    if http.method != "GET" || !http.headers.isEmpty || !http.body.isEmpty {
      return "\(rawValue) is a peer: the contract's request is a plain GET"
    }
    return http.connection == .new ? lack(.newConnection, of: peer) : nil
  }

  private func objection(of peer: PeerDescription, serving spec: ServeSpec) -> String? {
    let name = spec.asked.kind
    guard peer.serves.contains(name) else {
      return peer.serves.isEmpty
        ? "\(rawValue) has no server" : "\(rawValue) serves \(peer.serves.joined(separator: ", ")), and not \(name)"
    }
    if peer.url != nil, case .http(let http) = spec.load, http.size != nil || http.delay != .none {
      return "\(rawValue) is asked for its URL alone: it knows no size, and no delay"
    }
    return spec.faults == nil ? nil : "\(rawValue) is a peer: its server knows no faults"
  }

  /// Why a peer cannot do something, where it cannot.
  public func lack(_ feature: PeerDescription.Feature, of peer: PeerDescription) -> String? {
    peer.has(feature) ? nil : "\(rawValue) does not claim \(feature.rawValue) among the features of its manifest"
  }
}

extension Delay {
  /// Whether each operation asks for the same.
  fileprivate var isFixed: Bool { if case .fixed = self { true } else { false } }
}
