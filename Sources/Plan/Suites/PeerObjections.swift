extension Experiment {
  /// Why a peer cannot be the client or the server, apart from the workload; nil if it can, or if no peer takes part.
  func objection(of client: ModeID, in mode: ModeID) -> String? {
    if workload.isServe, mode.traits.peer != nil, servers > 1 {
      return "\(mode) is a peer, and peers serve with one process"
    }
    guard let peer = client.traits.peer else { return nil }
    if arrivals != "closed", let objection = client.lack(.openLoop, of: peer) { return objection }
    if limits != nil, let objection = client.lack(.limit, of: peer) { return objection }
    if shares.count > 1 || servers > 1 { return "\(client) is a peer, and peers run one process on each side" }
    return each == nil
      ? nil : "\(client) is a peer, and in peers the next free lane takes each operation; leave out each"
  }
}
