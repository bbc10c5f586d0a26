import Modes
import Plan
import Records

/// What a run over several hosts cannot do.
extension Cluster {
  /// Checks the plan, before any host is asked.
  static func check(_ suite: Suite, _ roles: HostRoles) throws(HarnessFailure) {
    if !(suite.limits ?? []).isEmpty {
      throw HarnessFailure(
        .usage, "suite '\(suite.name)' has experiments on limits, which are of one machine; leave out the hosts")
    }
    try checkNeeds(of: suite, roles)
    for experiment in suite.experiments {
      let isObserved = roles.used(by: experiment.hosts).observer != nil
      guard let objection = objection(to: experiment) ?? (isObserved ? objection(toObserving: experiment) : nil)
      else { continue }
      throw HarnessFailure(.usage, "experiment '\(experiment.name)': \(objection)")
    }
  }

  /// Checks that a run has the hosts that the experiments need.
  /// - Parameter roles: nil for a run on this machine.
  static func checkNeeds(of suite: Suite, _ roles: HostRoles?) throws(HarnessFailure) {
    for experiment in suite.experiments where experiment.optional != true {
      guard let lack = lack(of: experiment, roles) else { continue }
      throw HarnessFailure(.usage, "experiment '\(experiment.name)': \(lack.text)", remedy: lack.remedy)
    }
  }

  /// What an experiment needs of hosts and the run was not given, with the remedy; nil if it has all.
  static func lack(of experiment: Experiment, _ roles: HostRoles?) -> (text: String, remedy: Remedy)? {
    let given = roles?.load.count ?? 0
    if let needed = experiment.hosts?.load, needed > given {
      let hosts = needed == 1 ? "1 load host" : "\(needed) load hosts"
      return ("it needs \(hosts), and the run has \(given == 0 ? "none" : "\(given)")", .loadHosts)
    }
    if experiment.hosts?.observer == true, roles?.observer == nil {
      return ("it needs an observer, and the run has none", .observer)
    }
    return nil
  }

  /// Checks the plan against the limits of the hosts, before the first trial.
  func checkLimits(of suite: Suite) throws(HarnessFailure) {
    for experiment in suite.experiments where experiment.optional != true {
      for mode in experiment.modes {
        for concurrency in experiment.concurrency {
          guard let (host, shortage) = shortage(of: experiment, mode, concurrency) else { continue }
          throw HarnessFailure(
            "experiment '\(experiment.name)', mode \(mode.rawValue), concurrency \(concurrency): on host '\(host)', "
              + shortage)
        }
      }
    }
  }

  /// Why an experiment cannot be carried out over several hosts; nil if it can.
  static func objection(to experiment: Experiment) -> String? {
    let workload = experiment.workload.asked
    if let peer = experiment.modes.first(where: { $0.traits.peer != nil }) {
      return "mode '\(peer)' is a peer, which runs on this machine alone; leave it or the hosts out"
    }
    if experiment.modes.contains(.null) { return "mode 'null' has no network; leave it or the hosts out" }
    if workload.file != nil { return "file operations are of one machine; leave out the hosts" }
    switch workload.ofBystanders {
    case .compute, .file: return "CPU work is calibrated on one machine; leave out the hosts"
    case .echo(let echo) where echo.transport == .unix: return "UNIX sockets do not leave a machine"
    case .echo(let echo) where echo.ends == .both:
      return "both ends are in one process; leave out the hosts"
    case .http(let http) where !http.targets.isEmpty:
      return "traffic goes to hosts of the run alone; leave out the target or the hosts"
    case .http(let http) where http.gather:
      return "gather puts the replies of one process in order; leave out the hosts"
    default: break
    }
    if case .compute = workload { return "CPU work is calibrated on one machine; leave out the hosts" }
    return nil
  }

  /// Why an experiment cannot be observed from a host of its own; nil if it can.
  private static func objection(toObserving experiment: Experiment) -> String? {
    if experiment.duration == nil {
      return "the observer goes on for as long as the load, which needs a duration; give one, or leave out the observer"
    }
    if experiment.workload.asked.faults != nil {
      return "faults are counted on the load alone; leave out the faults or the observer"
    }
    return nil
  }

  /// The limit of a host that is too low for a point, with the remedy; nil if all fit.
  func shortage(of experiment: Experiment, _ mode: ModeID, _ concurrency: Int) -> (host: String, text: String)? {
    guard experiment.objection(in: mode) == nil else { return nil }
    let roles = roles.used(by: experiment.hosts)
    let shares = shares(of: experiment, concurrency: concurrency, limit: experiment.limits?.values.min())
    for (name, role) in roles.all where role != .observer {
      let own = role == .server ? shares : shares.filter { roles.host(of: $0) == name }
      guard !own.isEmpty, let facts = facts[name], let descriptors = facts.environment.descriptorLimit else { continue }
      let ports = facts.environment.ephemeralPorts.flatMap { $0.count == 2 && $0[0] <= $0[1] ? $0[0]...$0[1] : nil }
      let feasibility = Feasibility(
        descriptorLimit: descriptors,
        // Connections take ports of the clients' hosts.
        ephemeralPorts: role == .server ? PlanRange.lanes : ports ?? 32768...60999,
        availableMemory: facts.availableMemory ?? facts.environment.memory)
      // The host's part, as an experiment of its own.
      var part = experiment
      part.processes = own.count
      part.bystanders?.count = own.reduce(0) { $0 + $1.count(of: experiment.bystanders?.count ?? 0) }
      let lanes = own.reduce(0) { $0 + $1.count(of: concurrency) }
      if let shortage = feasibility.shortage(of: part, mode, lanes) { return (name, shortage) }
    }
    return nil
  }

  /// The shares of a trial's client processes, at least one for each load host, as far as there are lanes for them.
  func shares(of experiment: Experiment, concurrency: Int, limit: Int?) -> [Share] {
    let most = [concurrency, limit, experiment.bystanders?.count].compactMap { $0 }.min() ?? concurrency
    let count = max(1, min(max(experiment.processes ?? 1, roles.used(by: experiment.hosts).load.count), most))
    return (0..<count).map { Share(process: $0, of: count) }
  }
}
