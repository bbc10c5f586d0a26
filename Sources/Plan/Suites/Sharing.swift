import Measurement

/// How a trial is shared between processes.
extension Experiment {
  /// One for each client process.
  package var shares: [Share] {
    let processes = processes ?? 1
    return (0..<processes).map { Share(process: $0, of: processes) }
  }

  /// Whether the harness has to start a server for any of its lanes.
  public var needsServer: Bool { workload.needsServer || bystanders != nil && workload.ofBystanders.needsServer }

  /// How many processes serve.
  package var servers: Int { needsServer ? serverProcesses ?? 1 : 0 }

  /// The client processes that ask one of the servers: they take the servers in turn.
  package func shares(askingServer server: Int) -> [Share] {
    shares.filter { $0.process % max(1, servers) == server }
  }

  /// The lanes of one process, of all classes.
  package func lanes(of share: Share, mode: ModeID, concurrency: Int) -> Int {
    sum(over: [share], mode: mode, concurrency: concurrency) { _ in 1 }
  }

  /// What all lanes of some processes take together.
  /// - Parameter ofLane: what one takes, by the workload that it does.
  package func sum(over shares: [Share], mode: ModeID, concurrency: Int, _ ofLane: (WorkloadSpec) -> Int) -> Int {
    let busy = shares.reduce(0) { $0 + client(of: mode).lanes(for: $1.count(of: concurrency)) }
    let others = shares.reduce(0) { $0 + $1.count(of: bystanders?.count ?? 0) }
    return busy * ofLane(workload) + others * ofLane(workload.ofBystanders)
  }

  /// The most processes of a side.
  private static let mostProcesses = 1000

  /// What is wrong with the numbers of processes, or of operations of each lane, if anything.
  var sharing: (field: CodingKeys, text: String)? {
    for (field, number) in [(CodingKeys.processes, processes), (.serverProcesses, serverProcesses)] {
      guard let number, !(1...Self.mostProcesses).contains(number) else { continue }
      return (field, "\(number) is not a number of processes; it must be from 1 to \(Self.mostProcesses)")
    }
    let processes = processes ?? 1
    if let servers = serverProcesses, servers > 1 {
      if !needsServer { return (.serverProcesses, "are of a server of its own, which this workload has not") }
      if servers > processes {
        return (.serverProcesses, "\(servers) are more than processes (\(processes)), each of which asks one server")
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
      return (.processes, "\(processes) are more than there are \(name) (\(number)); each process needs one")
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
    if operations != nil || duration != nil { return (.each, "says when a trial ends, as operations and duration do") }
    if arrivals != "closed" || objective != nil { return (.each, "goes with arrivals closed, not with a rate or slo") }
    if warmup > .zero { return (.each, "goes without a warm-up: all operations of a lane count") }
    if (pipeline ?? 1) > 1 { return (.each, "cannot be given along with pipeline") }
    if case .echo(let echo) = workload, echo.ends == .both {
      return (.each, "goes with a server of its own, not with both ends in the mode")
    }
    return nil
  }
}
