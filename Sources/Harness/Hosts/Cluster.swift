import Measurement
import Plan
import Records
import SystemCalls

/// The hosts of a run, which have told who they are and have reached each other.
public struct Cluster: Sendable {
  let roles: HostRoles
  /// Marks the processes of the run on every host.
  let token: String
  let facts: [String: HostFacts]
  /// The address to which servers bind, without a port.
  let address: String
  /// The time to connect to it, by load host; in nanoseconds.
  let roundTrips: [String: UInt64]

  /// The time limit for a host's first answer: its launcher may wait for resources.
  private static let arrival = Nanoseconds.seconds(60)

  /// Asks every host who it is, and lets the load hosts connect to the server's.
  public static func gathered(_ roles: HostRoles, for suite: Suite) throws(HarnessFailure) -> Cluster {
    try check(suite, isObserved: roles.observer != nil)
    let token = String(UInt64.random(in: .min ... .max), radix: 16)
    let hosts = try introduced(roles, token: token)
    let (address, roundTrips) = try meet(hosts, roles)
    return Cluster(roles: roles, token: token, facts: hosts.facts, address: address, roundTrips: roundTrips)
  }

  /// The hosts, which have told who they are.
  struct Introduction {
    /// One on each host, in the order of the roles.
    var processes: [HostedProcess]
    var facts: [String: HostFacts]
    /// That of the processes, which do not keep it.
    var lease: Lease
  }

  /// Asks every host who it is.
  static func introduced(_ roles: HostRoles, token: String) throws(HarnessFailure) -> Introduction {
    Interruption.watch()
    ProcessControl.ignoreBrokenPipes()
    // All of them are started before the first is waited for.
    let processes = try roles.all.map { (host: (name: String, role: HostRole)) throws(HarnessFailure) in
      try HostedProcess(Children.hostCommand, on: host.name, by: roles.launcher, token: token)
    }
    // The first to answer are held until the last has.
    let lease = Lease()
    for process in processes { lease.add(process) }
    let build = try HostFacts.build()
    var facts: [String: HostFacts] = [:]
    for process in processes {
      let answer = try answer(process.hear(patience: arrival), of: process, as: HostFacts.self) {
        process.verdict(after: arrival) + remedy((lease.lost ?? process).host, roles)
      }
      guard answer.build == build else {
        throw HarnessFailure(
          "host '\(process.host)' has another build of this program (\(answer.build.prefix(12))…, here "
            + "\(build.prefix(12))…); put this one there, at \(TrialRunner.program)")
      }
      facts[process.host] = answer
    }
    return Introduction(processes: processes, facts: facts, lease: lease)
  }

  private static func remedy(_ host: String, _ roles: HostRoles) -> String {
    let words = roles.launcher.words(on: host, running: [TrialRunner.program])
    return
      "; this program must be at \(TrialRunner.program) there too, and `\(words.joined(separator: " "))` must start it"
  }

  /// The first of the server's addresses that all load hosts reach.
  static func meet(
    _ hosts: Introduction, _ roles: HostRoles
  ) throws(HarnessFailure) -> (address: String, roundTrips: [String: UInt64]) {
    let server = hosts.processes[0]
    let candidates = roles.address.map { [$0] } ?? hosts.facts[roles.server]?.addresses ?? []
    var obstacle = "it has no address but those of loopback; connect it to a network"
    for address in candidates {
      do throws(Unanswered) {
        let listening: ServerGreeting = try question(.listen(address: address), to: server)
        var roundTrips: [String: UInt64] = [:]
        for host in hosts.processes.dropFirst() {
          let reach: HostReach = try question(.reach(address: listening.address), to: host)
          roundTrips[host.host] = reach.roundTrip
        }
        return (address, roundTrips)
      } catch {
        if let failure = error.failure { throw failure }
        obstacle = error.reason
      }
    }
    let tried = candidates.isEmpty ? "" : " (tried \(candidates.joined(separator: ", ")))"
    throw HarnessFailure(
      "no address of the server's host '\(roles.server)' can be used by all\(tried): \(obstacle)",
      remedy: .serverAddress(host: roles.server))
  }

  private struct Unanswered: Error {
    var reason: String
    /// What ends the program, if anything.
    var failure: HarnessFailure?
  }

  private static func question<Answer: Decodable>(
    _ order: HostOrder, to process: HostedProcess
  ) throws(Unanswered) -> Answer {
    let line: String?
    do throws(HarnessFailure) {
      line = try process.ask(order)
    } catch {
      throw Unanswered(reason: error.description, failure: error)
    }
    if let line, let failure: ChildFailure = TrialRunner.decode(line) {
      throw Unanswered(reason: "host '\(process.host)': \(failure.error)")
    }
    do throws(HarnessFailure) {
      return try answer(line, of: process, as: Answer.self) { process.verdict() }
    } catch {
      throw Unanswered(reason: error.description, failure: error)
    }
  }

  static func answer<Answer: Decodable>(
    _ line: String?, of process: HostedProcess, as: Answer.Type, verdict: () -> String
  ) throws(HarnessFailure) -> Answer {
    guard let line else { throw HarnessFailure(verdict()) }
    if let failure: ChildFailure = TrialRunner.decode(line) {
      throw HarnessFailure("host '\(process.host)': \(failure.error)")
    }
    guard let answer: Answer = TrialRunner.decode(line) else {
      throw HarnessFailure(
        "host '\(process.host)' answered '\(line.prefix(80))'; only this program's lines may come through the launcher")
    }
    return answer
  }

  // MARK: What others need of it

  func start(_ command: String, on host: String) throws(HarnessFailure) -> HostedProcess {
    try HostedProcess(command, on: host, by: roles.launcher, token: token)
  }

  /// The processors that a host's processes may use.
  func processors(of host: String) -> [Int] { facts[host]?.environment.cpusAllowed ?? [0] }

  /// The processors by which trials are predicted: those of the server's host, and of the smallest load host.
  public var processors: Processors {
    let load = roles.load.map(processors(of:)).min { $0.count < $1.count } ?? [0]
    return Processors(client: load, server: processors(of: roles.server))
  }

  /// The first load host, whose CPUs are all the client's.
  var clientEnvironment: Records.Environment {
    var environment = facts[roles.load[0]]?.environment ?? Environment()
    environment.clientCPUs = environment.cpusAllowed
    return environment
  }

  /// What `run.json` has of it.
  var record: RunRecord.Cluster {
    RunRecord.Cluster(
      launch: roles.launcher.words, address: address, isNamed: roles.address != nil, maxSkew: roles.maxSkew.count,
      hosts: roles.all.map { name, role in
        RunRecord.Cluster.Host(
          name: name, role: role, environment: facts[name]?.environment ?? Environment(), build: facts[name]?.build,
          boot: facts[name]?.boot, addresses: facts[name]?.addresses ?? [], roundTrip: roundTrips[name])
      })
  }

  /// Gathers the hosts of a run again.
  static func gathered(of record: RunRecord.Cluster, for suite: Suite) throws(HarnessFailure) -> Cluster {
    let hosts = record.hosts.map(\.name)
    guard let server = record.hosts.first(where: { $0.role == .server })?.name else {
      throw HarnessFailure("the run names no server's host; start a new run")
    }
    var roles: HostRoles
    do throws(MalformedHosts) {
      roles = try HostRoles(
        hosts, server: record.isNamed ? "\(server)=\(record.address)" : server,
        launcher: Launcher(words: record.launch),
        maxSkew: Nanoseconds(record.maxSkew))
      if let observer = record.hosts.first(where: { $0.role == .observer }) { try roles.setObserver(observer.name) }
    } catch {
      throw HarnessFailure("the run's hosts cannot be used: \(error)")
    }
    return try gathered(roles, for: suite)
  }
}
