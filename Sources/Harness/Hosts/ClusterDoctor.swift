import Measurement
import Plan
import Records

/// What will disturb a run over several hosts: on each of them, and between them.
public struct ClusterDoctor: Encodable, Sendable {
  public struct Host: Encodable, Sendable {
    public var name: String
    public var role: HostRole
    public var findings: [Finding]
    public var environment: Records.Environment
  }

  /// The findings on the hosts together.
  public var findings: [Finding]
  /// In the order of their roles.
  public var hosts: [Host]

  /// Asks every host to examine itself, all at once, for half a second.
  public static func examined(_ roles: HostRoles) throws(HarnessFailure) -> ClusterDoctor {
    let token = String(UInt64.random(in: .min ... .max), radix: 16)
    let introduction = try Cluster.introduced(roles, token: token)
    let copies = HostCopies(keptBy: introduction.copies)
    defer { withExtendedLifetime((introduction, copies)) {} }
    let (processes, facts) = (introduction.processes, introduction.facts)
    for process in processes { process.child.send(HostOrder.doctor.line) }
    var hosts: [Host] = []
    for (process, (name, role)) in zip(processes, roles.all) {
      let findings: [Finding]
      do throws(Cluster.Unanswered) {
        findings = try Cluster.answer(of: process)
      } catch {
        throw error.failure
      }
      hosts.append(
        Host(name: name, role: role, findings: findings, environment: facts[name]?.environment ?? Environment()))
    }
    let findings = [
      launcher(roles), machines(roles.all.map { ($0.name, facts[$0.name]?.boot) }), address(introduction, roles),
      try starts(Array(processes.dropFirst()), within: roles.maxSkew),
    ]
    return ClusterDoctor(findings: findings, hosts: hosts)
  }

  private static func launcher(_ roles: HostRoles) -> Finding {
    Finding(
      "launcher", roles.launcher.words.joined(separator: " "), .fine, effect: "it starts this program on each host")
  }

  /// - Parameter boots: the hosts with the boot id of each, in their order; nil if unknown.
  static func machines(_ boots: [(host: String, boot: String?)]) -> Finding {
    let effect = "they share processors, caches and a loopback: this tests a setup, and measures no network"
    let known = boots.compactMap { host, boot in boot.map { (host, $0) } }
    guard known.count == boots.count else { return .hidden("machines", effect: effect) }
    let groups = Dictionary(grouping: known) { $0.1 }.mapValues { $0.map { $0.0 } }
    let shared = known.map { groups[$0.1] ?? [] }.first { $0.count > 1 }
    guard let shared else { return Finding("machines", "\(known.count), one for each host", .fine, effect: effect) }
    return Finding(
      "machines", "\(groups.count): \(shared.joined(separator: ", ")) are one (they have the same boot id)", .note,
      effect: effect, remedy: "name hosts that are machines of their own")
  }

  private static func address(_ hosts: Cluster.Introduction, _ roles: HostRoles) -> Finding {
    let name = "address"
    do throws(HarnessFailure) {
      let (address, roundTrips) = try Cluster.meet(hosts, roles)
      let times = roundTrips.values.sorted().map(micros)
      let range = times.count > 1 ? "\(times[0]) to \(times[times.count - 1])" : times.first ?? ""
      return Finding(
        name, "\(address) of \(roles.server), reached in \(range)", .fine,
        effect: "latencies of the network contain this round trip")
    } catch {
      return Finding(
        name, error.description, .warning, effect: "no run over these hosts can begin",
        remedy: "name an address of the server's host that all reach")
    }
  }

  private static func micros(_ nanoseconds: UInt64) -> String { "\((nanoseconds + 999) / 1000) µs" }

  /// How well the starts of the load hosts can be brought together.
  private static func starts(
    _ load: [HostedProcess], within limit: Nanoseconds
  ) throws(HarnessFailure) -> Finding {
    let effect = "a trial whose hosts may have started further apart than allowed (\(limit.spaced)) is invalid"
    guard load.count > 1 else { return Finding("start", "one host loads", .fine, effect: effect) }
    let answers = try ClockOffset.inTurns(load.count) { (index) throws(HarnessFailure) in
      try load[index].clock(idle: {})
    }
    let worst: UInt64
    switch answers {
    case .known(let clocks, _): worst = clocks.map(\.bound).max() ?? 0
    case .silent(let index): throw HarnessFailure(load[index].verdict())
    }
    return Finding(
      "start", "known within \(micros(2 * worst))", 2 * worst > limit.count ? .warning : .fine, effect: effect,
      remedy: "use a launcher with a shorter way to the hosts, or allow more")
  }
}
