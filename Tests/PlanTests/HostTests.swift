import Measurement
import Plan
import Testing

/// Hosts as they are written on a command line, in files and by schedulers.
@Suite struct HostTests {
  @Test(arguments: [
    ("a,b,c", ["a", "b", "c"]), ("n[1-3,7]", ["n1", "n2", "n3", "n7"]),
    ("n[08-11],m", ["n08", "n09", "n10", "n11", "m"]),
    ("r[1-2]n[1-2]-ib", ["r1n1-ib", "r1n2-ib", "r2n1-ib", "r2n2-ib"]),
    ("me@10.0.0.2,fe80::1%eth0", ["me@10.0.0.2", "fe80::1%eth0"]),
  ])
  func listIsExpandedAsSlurmWritesIt(_ text: String, _ hosts: [String]) throws {
    #expect(try HostList.parse(text) == hosts)
  }

  @Test(arguments: [
    ("", "'' is not the name of a host"), ("a,,b", "'' is not the name"),
    ("a,-oProxyCommand=x", "'-oProxyCommand=x' is not the name"),
    ("a b", "'a b' is not the name"), ("a;b", "'a;b' is not"),
    ("n[1-", "is not a list of hosts, such as n1,n2 or n[1-3,7]"),
    ("n]1[", "is not a list of hosts"), ("n[3-1]", "is not a list of hosts"), ("n[a-b]", "is not a list of hosts"),
    ("n[1-3000]", "is not a list of hosts"), ("n[1-900]x[1-900]", "is more than 1000 hosts"),
    ("a,b,a", "names the host 'a' twice"),
    ("n[1-2],n2", "names the host 'n2' twice"),
  ])
  func listThatIsNoneIsRefused(_ text: String, _ complaint: String) {
    let error = #expect(throws: MalformedHosts.self) { try HostList.parse(text) }
    #expect(error?.description.contains(complaint) == true, "\(String(describing: error))")
  }

  @Test func fileHasAHostInEachLineOrOneForEachSlot() throws {
    let file = "# the rack\nn1 slots=4\n\nn2   # spare\nn1\nn3\n"
    #expect(try HostList.parse(file: file, named: "hosts") == ["n1", "n2", "n3"])
    #expect(throws: MalformedHosts.self) { try HostList.parse(file: "# none\n", named: "hosts") }
    #expect(throws: MalformedHosts.self) { try HostList.parse(file: "-x\n", named: "hosts") }
  }

  @Test func launcherPutsTheHostIntoItsWords() throws {
    let command = ["/opt/it's here/iomodes", "--child-host", "0f"]
    #expect(
      try Launcher(parsing: "netns").words(on: "n1", running: command) == ["ip", "netns", "exec", "n1"] + command)
    #expect(
      try Launcher(parsing: "taskset -c '0, 1' kubectl exec -i pod/{host} --").words(on: "n1", running: ["x"])
        == ["taskset", "-c", "0, 1", "kubectl", "exec", "-i", "pod/n1", "--", "x"])
    // The remote shell reads the words again.
    #expect(
      try Launcher(parsing: "/usr/bin/ssh {host}").words(on: "n1", running: command)
        == ["/usr/bin/ssh", "n1", #"'/opt/it'\''s here/iomodes'"#, "--child-host", "0f"])
  }

  @Test func everyPresetNamesTheHost() throws {
    for preset in Launcher.presets {
      #expect(try Launcher(parsing: preset.name) == Launcher(parsing: preset.command))
      #expect(try Launcher(parsing: preset.name).words(on: "n1", running: []).contains { $0.hasSuffix("n1") })
    }
  }

  @Test(arguments: [
    ("slurn", "'slurn' is not one of ssh, slurm, mpi, kubernetes, netns; did you mean 'slurm'?"),
    ("ssh host", "'ssh host' has no {host}"), ("", "the command is empty"),
    ("ssh '{host}", "ends within quotation marks"),
  ])
  func launcherThatIsNoneIsRefused(_ text: String, _ complaint: String) {
    let error = #expect(throws: MalformedHosts.self) { try Launcher(parsing: text) }
    #expect(error?.description.contains(complaint) == true, "\(String(describing: error))")
  }

  @Test func serverIsOnTheFirstHostUnlessNamed() throws {
    let launcher = try Launcher(parsing: "ssh")
    let usual = try HostRoles(["a", "b", "c"], launcher: launcher)
    #expect(
      usual.server == "a" && usual.load == ["b", "c"] && usual.address == nil && usual.maxSkew == .milliseconds(1))
    let named = try HostRoles(["a", "b", "c"], server: "b=10.0.0.2", launcher: launcher)
    #expect(named.server == "b" && named.load == ["a", "c"] && named.address == "10.0.0.2")
    #expect(try HostRoles(["a"], server: "b", launcher: launcher).load == ["a"])
    #expect(throws: MalformedHosts.self) { try HostRoles(["a"], launcher: launcher) }
    var observed = usual
    try observed.setObserver("c")
    #expect(observed.load == ["b"] && observed.all.map(\.role) == [.server, .load, .observer])
    #expect(observed.used(by: HostNeeds(observer: false)).observer == nil && observed.used(by: nil) == observed)
    #expect(usual.used(by: HostNeeds(load: 1)).load == ["b"] && usual.used(by: HostNeeds(load: 2)) == usual)
    #expect(throws: MalformedHosts.self) { try observed.setObserver("a") }
    #expect(throws: MalformedHosts.self) { try observed.setObserver("b") }
    #expect(throws: MalformedHosts.self) { try HostRoles(["a"], server: "-x", launcher: launcher) }
  }
}
