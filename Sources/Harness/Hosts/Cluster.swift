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

  /// Those of this program on hosts that lacked it; nil if there are none.
  let copies: HostCopies?

  /// Asks every host who it is, and lets the load hosts connect to the server's.
  public static func gathered(_ roles: HostRoles, for suite: Suite) throws(HarnessFailure) -> Cluster {
    try check(suite, roles)
    let token = String(UInt64.random(in: .min ... .max), radix: 16)
    let hosts = try introduced(roles, token: token)
    let copies = HostCopies(keptBy: hosts.copies)
    let (address, roundTrips) = try meet(hosts, roles)
    return Cluster(
      roles: roles, token: token, facts: hosts.facts, address: address, roundTrips: roundTrips, copies: copies)
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
        guard case .refused(let reason) = error else { throw error.failure }
        obstacle = reason
      }
    }
    let tried = candidates.isEmpty ? "" : " (tried \(candidates.joined(separator: ", ")))"
    throw HarnessFailure(
      "no address of the server's host '\(roles.server)' can be used by all\(tried): \(obstacle)",
      remedy: .serverAddress(host: roles.server))
  }

  /// Why a host has not answered.
  enum Unanswered: Error {
    /// In its own words; it can be asked again.
    case refused(String)
    case lost(HarnessFailure)

    var failure: HarnessFailure {
      switch self {
      case .refused(let reason): HarnessFailure(reason)
      case .lost(let failure): failure
      }
    }
  }

  private static func question<Answer: Decodable>(
    _ order: HostOrder, to process: HostedProcess
  ) throws(Unanswered) -> Answer {
    process.child.send(order.line)
    return try answer(of: process)
  }

  /// The next line of a process, as an answer.
  static func answer<Answer: Decodable>(
    of process: HostedProcess, within patience: Nanoseconds = HostedProcess.patience
  ) throws(Unanswered) -> Answer {
    let line: String?
    do throws(HarnessFailure) {
      line = try process.hear(patience: patience)
    } catch {
      throw .lost(error)
    }
    guard let line else { throw .lost(HarnessFailure(process.verdict(after: patience))) }
    if let failure: ChildFailure = TrialRunner.decode(line) {
      throw .refused("host '\(process.host)': \(failure.error)")
    }
    guard let answer: Answer = TrialRunner.decode(line) else {
      throw .lost(
        HarnessFailure(
          "host '\(process.host)' answered '\(line.prefix(80))'; only this program's lines may come through the launcher"
        ))
    }
    return answer
  }

  // MARK: What others need of it

  func start(_ command: String, on host: String) throws(HarnessFailure) -> HostedProcess {
    let program = facts[host]?.program ?? TrialRunner.program
    return try HostedProcess(running: [program, command, token], on: host, by: roles.launcher)
  }

  /// How long a host on which a process did not start is tried again: its network or batch system may soon be back.
  private static let grace = Nanoseconds.seconds(30)
  private static let pause: Int32 = 1000

  /// Why nothing can be started on a host any more; nil if something can.
  /// - Parameter idle: called repeatedly meanwhile.
  func absence(of host: String, idle: () -> Void) throws(HarnessFailure) -> String? {
    let end = MonotonicClock.now + Self.grace
    while true {
      let process = try start(Children.hostCommand, on: host)
      if try process.hear(patience: Self.arrival, idle: idle) != nil { return nil }
      guard MonotonicClock.now < end else { return process.verdict(after: Self.arrival) }
      Interruption.pause(milliseconds: Self.pause)
    }
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
          boot: facts[name]?.boot, addresses: facts[name]?.addresses ?? [], roundTrip: roundTrips[name],
          isCopied: copies?.hosts.contains(name) == true ? true : nil)
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
      roles.copies = record.hosts.contains { $0.isCopied == true }
    } catch {
      throw HarnessFailure("the run's hosts cannot be used: \(error)")
    }
    return try gathered(roles, for: suite)
  }
}
