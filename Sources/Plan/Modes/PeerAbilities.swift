import Measurement

extension ModeID {
  /// Why a peer cannot run or serve a workload; nil if it can.
  func objection(
    of peer: PeerDescription, to workload: WorkloadSpec, pipeline: Int, beside bystanders: BystanderSpec?
  ) -> String? {
    if case .serve(let spec) = workload { return objection(of: peer, serving: spec) }
    guard peer.drives.contains(workload.kind) else {
      return peer.drives.isEmpty
        ? "\(rawValue) has no client"
        : "\(rawValue) is a client for \(peer.drives.joined(separator: ", ")), and not for \(workload.kind)"
    }
    if pipeline > 1 { return "\(rawValue) is a peer, and peers do not pipeline requests" }
    if bystanders != nil { return "\(rawValue) is a peer, and peers have no bystanders" }
    if workload.faults != nil, let objection = lack(.faults, of: peer) { return objection }
    if !workload.delay.isFixed, let objection = lack(.delays, of: peer) { return objection }
    switch workload {
    case .echo(let spec):
      if spec.ends == .both { return "\(rawValue) is a peer, and peers run echo with ends server only" }
      return spec.transport == .unix ? lack(.unix, of: peer) : nil
    case .http(let spec): return objection(of: peer, to: spec)
    default: return nil
    }
  }

  private func objection(of peer: PeerDescription, to http: HTTPSpec) -> String? {
    if !http.targets.isEmpty { return "\(rawValue) is a peer, and peers use the built-in server, not a target" }
    if http.gather { return "\(rawValue) is a peer, and peers do not hand over replies to gather" }
    if http.method != "GET" || !http.headers.isEmpty || !http.body.isEmpty {
      return "\(rawValue) is a peer, and peers send a plain GET without headers or body"
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
      return "\(rawValue) answers its URL only; it takes no size and no delay"
    }
    return spec.faults == nil ? nil : "\(rawValue) is a peer, and its server takes no faults"
  }

  /// Why a peer cannot use a feature; nil if it can.
  public func lack(_ feature: PeerDescription.Feature, of peer: PeerDescription) -> String? {
    peer.has(feature) ? nil : "\(rawValue) does not list \(feature.rawValue) among the features in its manifest"
  }
}

extension Delay {
  /// Whether each operation asks for the same.
  fileprivate var isFixed: Bool { if case .fixed = self { true } else { false } }
}
