import Measurement

/// How processes share a trial.
extension Experiment {
  /// The share of each client process.
  package var shares: [Share] {
    let processes = processes ?? 1
    return (0..<processes).map { Share(process: $0, of: processes) }
  }

  /// Whether any of the lanes needs the built-in server.
  public var needsServer: Bool { workload.needsServer || bystanders != nil && workload.ofBystanders.needsServer }

  /// The number of server processes.
  package var servers: Int { needsServer ? serverProcesses ?? 1 : 0 }

  /// The shares of the client processes that use one server; servers are assigned in turn.
  package func shares(askingServer server: Int) -> [Share] {
    shares.filter { $0.process % max(1, servers) == server }
  }

  /// The lanes of one process, of all classes.
  package func lanes(of share: Share, mode: ModeID, concurrency: Int) -> Int {
    sum(over: [share], mode: mode, concurrency: concurrency) { _ in 1 }
  }

  /// The sum over all lanes of some processes.
  /// - Parameter ofLane: the amount per lane, for the workload that the lane runs.
  package func sum(over shares: [Share], mode: ModeID, concurrency: Int, _ ofLane: (WorkloadSpec) -> Int) -> Int {
    let busy = shares.reduce(0) { $0 + client(of: mode).lanes(for: $1.count(of: concurrency)) }
    let others = shares.reduce(0) { $0 + $1.count(of: bystanders?.count ?? 0) }
    return busy * ofLane(workload) + others * ofLane(workload.ofBystanders)
  }

  /// The maximum number of processes per side.
  private static let mostProcesses = 1000

  /// What is wrong with the number of processes or the operations per lane, if anything.
  var sharing: (field: CodingKeys, text: String)? {
    for (field, number) in [(CodingKeys.processes, processes), (.serverProcesses, serverProcesses)] {
      guard let number, !(1...Self.mostProcesses).contains(number) else { continue }
      return (field, "\(number) is not a number of processes; it must be from 1 to \(Self.mostProcesses)")
    }
    let processes = processes ?? 1
    if let servers = serverProcesses, servers > 1 {
      if !needsServer { return (.serverProcesses, "need the built-in server, which this workload does not use") }
      if servers > processes {
        return (.serverProcesses, "\(servers) is more than processes (\(processes)); each of those uses one server")
      }
    }
    if processes > 1 { return objection(toProcesses: processes) ?? dealing }
    return dealing
  }

  private func objection(toProcesses processes: Int) -> (field: CodingKeys, text: String)? {
    let parts = [
      ("lanes", concurrency.min()), ("permits of the limit", limits?.values.min()), ("bystanders", bystanders?.count),
    ]
    for case (let name, let number?) in parts where number < processes {
      return (.processes, "\(processes) is more than the \(name) (\(number)); each process needs one")
    }
    if case .http(let http) = workload, http.gather {
      return (.processes, "cannot be given along with gather, which puts the replies of one process in order")
    }
    return nil
  }

  private var dealing: (field: CodingKeys, text: String)? {
    guard let each else { return nil }
    if !(1...1_000_000).contains(each) {
      return (.each, "\(each) is not a number of operations; it must be from 1 to 1000000")
    }
    if operations != nil || duration != nil {
      return (.each, "cannot be combined with operations or duration; each of them ends a trial")
    }
    if arrivals != "closed" || objective != nil { return (.each, "goes with arrivals closed, not with a rate or slo") }
    if warmup > .zero { return (.each, "goes without a warm-up: all operations of a lane count") }
    if (pipeline ?? 1) > 1 { return (.each, "cannot be given along with pipeline") }
    if case .echo(let echo) = workload, echo.ends == .both {
      return (.each, "needs ends server, not both ends in the mode")
    }
    return nil
  }
}
