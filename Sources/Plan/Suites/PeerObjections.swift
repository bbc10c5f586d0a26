extension Experiment {
  /// Why a peer cannot be the client, or serve it, apart from the workload; nil where it can, and of a mode of this program.
  func objection(of client: ModeID, in mode: ModeID) -> String? {
    if workload.isServe, mode.traits.peer != nil, servers > 1 {
      return "\(mode) is a peer: the contract knows one process that serves"
    }
    guard let peer = client.traits.peer else { return nil }
    if arrivals != "closed", let objection = client.lack(.openLoop, of: peer) { return objection }
    if limits != nil, let objection = client.lack(.limit, of: peer) { return objection }
    if shares.count > 1 || servers > 1 { return "\(client) is a peer: the contract knows one process on each side" }
    return each == nil
      ? nil : "\(client) is a peer: in the contract whoever is free takes the next operation, and none are dealt out"
  }
}
