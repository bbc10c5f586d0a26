import Modes
import Plan
import Records
import Testing

@testable import Harness

/// Limits of hosts, each of which has its own part of a trial.
@Suite struct HostLimitTests {
  private static func cluster(_ hosts: [String], memory: [String: UInt64] = [:], observer: String? = nil) throws
    -> Cluster
  {
    var roles = try HostRoles(hosts, launcher: Launcher(parsing: "ssh"))
    if let observer { try roles.setObserver(observer) }
    var environment = Records.Environment()
    environment.descriptorLimit = 1 << 20
    environment.ephemeralPorts = [32768, 60999]
    environment.memory = 1 << 40
    let facts = hosts.map { host in
      HostFacts(environment: environment, build: "", boot: host, addresses: [], availableMemory: memory[host])
    }
    return Cluster(
      roles: roles, token: "0", facts: Dictionary(uniqueKeysWithValues: zip(hosts, facts)), address: "10.0.0.1",
      roundTrips: [:], copies: nil)
  }

  private func shortage(_ cluster: Cluster, needs: HostNeeds? = nil, lanes: Int = 50_000) -> (
    host: String, text: String
  )? {
    var experiment = Experiment(name: "x", workload: .echo(EchoSpec()))
    experiment.hosts = needs
    return cluster.shortage(of: experiment, .epoll, lanes)
  }

  @Test func portsAreThoseOfTheClientsOnEachHost() throws {
    #expect(shortage(try Self.cluster(["a", "b", "c"])) == nil)
    let alone = try #require(shortage(try Self.cluster(["a", "b"])))
    #expect(alone.host == "b" && alone.text.contains("50000 ports are needed"), "\(alone)")
    let used = try #require(shortage(try Self.cluster(["a", "b", "c"]), needs: HostNeeds(load: 1)))
    #expect(used.host == "b" && used.text.contains("50000 ports are needed"), "\(used)")
    #expect(shortage(try Self.cluster(["a", "b", "c", "d"], observer: "b")) == nil)
  }

  /// Of all lanes on the server's host, and of its own on a load host.
  @Test func memoryIsWhatAHostHasAvailable() throws {
    let server = try #require(shortage(try Self.cluster(["a", "b", "c"], memory: ["a": 700 << 20])))
    #expect(server.host == "a" && server.text.contains("700 MiB are free"), "\(server)")
    #expect(shortage(try Self.cluster(["a", "b", "c"], memory: ["b": 700 << 20])) == nil)
    #expect(shortage(try Self.cluster(["a", "b", "c"], memory: ["c": 100 << 20]))?.host == "c")
  }

  @Test func needsThatARunDoesNotMeetAreTold() throws {
    var experiment = Experiment(name: "x", workload: .echo(EchoSpec()))
    let roles = try Self.cluster(["a", "b"]).roles
    #expect(Cluster.lack(of: experiment, nil) == nil)
    experiment.hosts = HostNeeds(observer: false)
    #expect(Cluster.lack(of: experiment, nil) == nil)
    experiment.hosts = HostNeeds(load: 1)
    #expect(Cluster.lack(of: experiment, roles) == nil)
    #expect(Cluster.lack(of: experiment, nil)?.text == "it needs 1 load host, and the run has none")
    experiment.hosts = HostNeeds(load: 3, observer: true)
    #expect(Cluster.lack(of: experiment, roles)?.text == "it needs 3 load hosts, and the run has 1")
    experiment.hosts = HostNeeds(load: 1, observer: true)
    let lack = try #require(Cluster.lack(of: experiment, roles))
    #expect(lack.text == "it needs an observer, and the run has none" && lack.remedy == .observer)
  }
}
