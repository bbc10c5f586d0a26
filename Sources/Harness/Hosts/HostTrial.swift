import Measurement
import Modes
import Plan
import Records
import SystemCalls

/// A trial whose server and clients are on the hosts of a cluster. It is the trial of several processes that one machine
/// has, with a launcher before each command, and with the start on each host's own clock.
struct HostTrial {
  let cluster: Cluster
  let plan: TrialPlan

  /// The time limit for a server to report its address and its counts.
  private static let serverPatience = Nanoseconds.seconds(60)
  /// The observer's operations per second.
  private static let observedRate = 100.0

  /// The hosts that the experiment uses.
  private var roles: HostRoles { cluster.roles.used(by: plan.experiment.hosts) }

  func run(idle: () -> Void) throws(HarnessFailure) -> TrialRunner.Result {
    let lease = Lease()
    var servers: [HostedProcess] = []
    var addresses: [String] = []
    for index in 0..<plan.experiment.servers {
      servers.append(try startServer(index))
      lease.add(servers[index])
    }
    for server in servers {
      guard let line = try server.hear(patience: Self.serverPatience, idle: idle) else {
        return broken("server: \(server.verdict(after: Self.serverPatience))", servers)
      }
      if let failure: ChildFailure = TrialRunner.decode(line) {
        return .failed("server: on host '\(server.host)': \(failure.error)")
      }
      guard let greeting: ServerGreeting = TrialRunner.decode(line) else {
        return .failed("server: on host '\(server.host)': it did not report its address")
      }
      addresses.append(greeting.address)
    }
    let shares = cluster.shares(of: plan.experiment, concurrency: plan.concurrency, limit: plan.point.limit)
    var specs = shares.map { share in
      plan.spec(
        share, endpoints: addresses.isEmpty ? [] : [addresses[share.process % addresses.count]],
        isOwnServer: plan.experiment.needsServer)
    }
    var hosts = shares.map(roles.host(of:))
    if let observer = roles.observer {
      specs.append(observing(specs[0]))
      hosts.append(observer)
    }
    var clients: [HostedProcess] = []
    for host in hosts { clients.append(try cluster.start(Children.clientCommand, on: host)) }
    let rendezvous = Rendezvous(
      clients: clients, servers: servers, lease: lease, warmup: plan.experiment.warmup,
      duration: plan.experiment.duration)
    let group = ClientGroup(
      processes: clients.map(\.child), patience: plan.patience(deadline: specs[0].deadline),
      holds: plan.experiment.each != nil, rendezvous: rendezvous,
      observers: roles.observer == nil ? 0 : 1)
    let begun = MonotonicClock.now
    for (spec, client) in zip(specs, clients) {
      let order = ClientPlan(
        spec: spec, cpus: cluster.processors(of: client.host), hasControl: false, replies: nil, isLed: true)
      client.child.send(TrialRunner.json(order))
      lease.add(client)
    }
    let merged: PartialRecord
    let leading: StartTimings?
    switch try group.follow(from: begun, before: MachineFacts.memory, idle: idle) {
    case .ended(let record, let timings): (merged, leading) = (record, timings)
    case .failed(let reason):
      return broken("\(servers.contains { $0 === lease.lost } ? "server" : "client"): \(reason)", clients)
    }
    var reports: [ServerReport] = []
    for (index, server) in servers.enumerated() {
      server.child.send(HostOrder.report.line)
      guard let line = try server.hear(patience: Self.serverPatience, idle: idle) else {
        return .failed("server: \(server.verdict(after: Self.serverPatience))")
      }
      guard let report: ServerReport = TrialRunner.decode(line) else {
        return .failed("server: on host '\(server.host)': its report is unreadable")
      }
      reports.append(rendezvous.here(report, of: index))
    }
    for process in clients + servers { process.child.closeInput() }
    return result(merged, leading, specs, reports, rendezvous)
  }

  /// - Parameter started: the processes, one of which may never have spoken.
  private func broken(_ reason: String, _ started: [HostedProcess]) -> TrialRunner.Result {
    started.first(where: \.neverSpoke).map { .unstarted(reason, host: $0.host) } ?? .failed(reason)
  }

  /// What the observer is told: a lane that waits for nothing but its answer.
  private func observing(_ load: TrialSpec) -> TrialSpec {
    var spec = load
    spec.mode = .blocking
    spec.concurrency = 1
    spec.limit = nil
    spec.pipeline = 1
    spec.bystanders = nil
    spec.arrivals = .constant(rate: Self.observedRate)
    spec.share = .whole
    return spec
  }

  private func startServer(_ index: Int) throws(HarnessFailure) -> HostedProcess {
    let processors = cluster.processors(of: cluster.roles.server)
    let lanes = plan.experiment.lanes(of: .whole, mode: plan.mode, concurrency: plan.concurrency)
    // The loops of a mode divide the slots among them, but the system distributes connections freely.
    let capacity = (lanes + Feasibility.spareDescriptors / 2) * processors.count
    let isEcho = if case .echo = plan.experiment.workload.asked.ofBystanders { true } else { false }
    let address: SocketAddress
    do {
      address = try SocketAddress(host: cluster.address, port: 0)
    } catch {
      throw HarnessFailure("the address of the server's host: \(error)")
    }
    let order = ServerPlan(
      kind: isEcho ? .echo : .http, mode: plan.experiment.workload.isServe ? plan.mode : .epoll,
      address: address.description, capacity: capacity, limits: .none, cpus: processors,
      // An operation's answer is the same whichever host asks.
      greeted: TrialSpec.loopback)
    let server = try cluster.start(Children.serverCommand, on: cluster.roles.server)
    server.child.send(TrialRunner.json(order))
    return server
  }

  private func result(
    _ merged: PartialRecord, _ leading: StartTimings?, _ specs: [TrialSpec], _ reports: [ServerReport],
    _ rendezvous: Rendezvous
  ) -> TrialRunner.Result {
    let parts = leading?.parts ?? []
    var merged = merged
    // Numbers of processors on different hosts do not add up.
    merged.usage.cpus = nil
    var usage: ProcessUsage?
    if !reports.isEmpty {
      usage = TrialRunner.usage(of: ServerReport(merging: reports), beside: merged, specs[0])
    }
    let rows = HostRows(cluster, rendezvous, start: rendezvous.start, parts: parts, reports: reports)
    var timings = leading
    timings?.hosts = rows.all
    timings?.skew = rendezvous.skew(parts)
    return .measured(merged, server: usage, machine: MachineUsage(steal: nil), timings)
  }
}

/// What a trial's record has of each host.
private struct HostRows {
  let all: [TrialRecord.Host]

  init(
    _ cluster: Cluster, _ rendezvous: Rendezvous, start: Instant, parts: [PartialRecord], reports: [ServerReport]
  ) {
    var rows: [TrialRecord.Host] = []
    if let server = rendezvous.servers.first {
      var row = TrialRecord.Host(name: server.host, role: .server, processes: rendezvous.servers.count)
      row.clock = rendezvous.clock(of: server)
      row.usage = ProcessUsage(merging: reports.map(\.usage))
      row.machine = reports.first?.machine
      rows.append(row)
    }
    for (host, role) in cluster.roles.all where role != .server {
      let own = zip(rendezvous.clients, parts).enumerated().filter { $0.element.0.host == host }
      // With fewer lanes than hosts, some have none.
      guard let first = own.first, let sum = try? PartialRecord(merging: own.map(\.element.1)) else { continue }
      var row = TrialRecord.Host(name: host, role: role, processes: own.count)
      row.clock = rendezvous.clock(of: first.element.0)
      let clock = rendezvous.before[first.offset]
      row.startLate = first.element.1.host.map { began in
        clock.here(began.began) - min(start.nanoseconds, clock.here(began.began))
      }
      row.operations = sum.operations
      row.operations?.asked = nil
      row.checksum = sum.checksum
      row.wall = sum.wall
      if let done = sum.operations.done, sum.wall > 0 { row.throughput = Double(done) / (Double(sum.wall) / 1e9) }
      row.latency = sum.latency
      row.latency?.response?.count(missing: sum.operations.missing)
      row.lanesServed = sum.lanesServed
      row.usage = sum.usage
      row.machine = first.element.1.host?.machine
      rows.append(row)
    }
    all = rows
  }
}
