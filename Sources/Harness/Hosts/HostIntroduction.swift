import Measurement
import Plan
import SystemCalls

/// How hosts tell who they are, before anything else is asked of them.
extension Cluster {
  /// The hosts, which have told who they are.
  struct Introduction {
    /// One on each host, in the order of the roles.
    var processes: [HostedProcess]
    var facts: [String: HostFacts]
    /// That of the processes, which do not keep it.
    var lease: Lease
    /// Those among the processes whose program was copied to their host.
    var copies: [HostedProcess] = []
  }

  /// The time limit for a host's first answer: its launcher may wait for resources.
  static let arrival = Nanoseconds.seconds(60)

  /// Asks every host who it is. A host that lacks this build gets a copy, if the run may make some.
  static func introduced(_ roles: HostRoles, token: String) throws(HarnessFailure) -> Introduction {
    Interruption.watch()
    ProcessControl.ignoreBrokenPipes()
    // All of them are started before the first is waited for.
    let processes = try roles.all.map { (host: (name: String, role: HostRole)) throws(HarnessFailure) in
      try HostedProcess(
        running: [TrialRunner.program, Children.hostCommand, token], on: host.name, by: roles.launcher)
    }
    let build = try HostFacts.build()
    var hosts = Introduction(processes: processes, facts: [:], lease: Lease())
    try hearFirst(of: processes, hosts.lease, roles, despiteLosses: roles.copies)
    var missing: [Int] = []
    for (index, process) in processes.enumerated() {
      do throws(HarnessFailure) {
        hosts.facts[process.host] = try facts(of: process, build, roles)
      } catch {
        guard roles.copies else { throw error }
        hosts.lease.release(process)
        missing.append(index)
      }
    }
    guard !missing.isEmpty else { return hosts }
    let lease = hosts.lease
    hosts.copies = try HostCopies.sent(to: missing.map { processes[$0].host }, build, by: roles.launcher, token: token)
    {
      lease.renew()
    }
    try hearFirst(of: hosts.copies, lease, roles, despiteLosses: false)
    for (index, copy) in zip(missing, hosts.copies) {
      hosts.processes[index] = copy
      hosts.facts[copy.host] = try facts(of: copy, build, roles)
    }
    return hosts
  }

  /// Waits until each process has answered or ended. Those that have answered are held until the last has.
  /// - Parameter despiteLosses: whether one may end without an answer.
  private static func hearFirst(
    of processes: [HostedProcess], _ lease: Lease, _ roles: HostRoles, despiteLosses: Bool
  ) throws(HarnessFailure) {
    let end = MonotonicClock.now + arrival
    var waiting = processes
    while !waiting.isEmpty, MonotonicClock.now < end {
      if let signal = Interruption.signal { throw HarnessFailure(.interrupted(signal), "interrupted") }
      var lost = lease.lost
      waiting.removeAll { process in
        let isThere = process.answers()
        if process.hasAnswered {
          lease.add(process)
        } else if !isThere, !despiteLosses, lost == nil {
          lost = process
        }
        return process.hasAnswered || !isThere
      }
      if let lost { throw absence(of: lost, roles) }
      lease.renew()
      Interruption.pause(milliseconds: 5)
    }
    for process in waiting { process.child.kill() }
  }

  private static func facts(
    of process: HostedProcess, _ build: String, _ roles: HostRoles
  ) throws(HarnessFailure) -> HostFacts {
    guard process.hasAnswered else { throw absence(of: process, roles) }
    let facts: HostFacts
    do throws(Unanswered) {
      facts = try answer(of: process)
    } catch {
      throw error.failure
    }
    guard facts.build == build else {
      throw HarnessFailure(
        "host '\(process.host)' has another build of this program (\(facts.build.prefix(12))…, here "
          + "\(build.prefix(12))…); put this one there, at \(TrialRunner.program)", remedy: .copies)
    }
    return facts
  }

  /// Why a host has not told who it is.
  private static func absence(of process: HostedProcess, _ roles: HostRoles) -> HarnessFailure {
    let verdict = process.verdict(after: arrival)
    // Dynamic linkers say so: of glibc, and of musl.
    if verdict.contains("shared librar") { return HarnessFailure(verdict, remedy: .staticBuild) }
    if roles.copies {
      return HarnessFailure(
        "\(verdict); a copy takes a shell there, and a temporary folder (TMPDIR) from which programs may be started")
    }
    let words = roles.launcher.words(on: process.host, running: [TrialRunner.program])
    return HarnessFailure(
      "\(verdict); this program must be at \(TrialRunner.program) there too, and `\(words.joined(separator: " "))` must "
        + "start it", remedy: .copies)
  }
}
