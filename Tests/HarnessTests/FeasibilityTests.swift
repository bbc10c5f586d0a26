import Measurement
import Modes
import Plan
import Testing
import Workloads

@testable import Harness

@Suite struct FeasibilityTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var workload: WorkloadSpec
    var mode = ModeID.epoll
    var concurrency: Int
    var descriptors = 1024
    var ports = 32768...60999
    var memory: UInt64? = 1 << 40
    var threads: Int?
    var bystanders = 0
    var disk: UInt64?
    var processes = 1
    var servers = 1
    var descriptorsLeft: Int?
    var tracked: Int?
    var memoryFileSystem: String?
    /// The message after the point's name; nil if the point fits.
    var objection: String?

    var testDescription: String { name }
  }

  static func echo(_ change: (inout EchoSpec) -> Void = { _ in }) -> WorkloadSpec {
    var spec = EchoSpec()
    change(&spec)
    return .echo(spec)
  }

  static func file(_ change: (inout FileSpec) -> Void = { _ in }) -> WorkloadSpec {
    var spec = FileSpec()
    change(&spec)
    return .file(spec)
  }

  static let sleep = WorkloadSpec.sleep(SleepSpec())

  static let cases: [Case] = [
    Case(name: "as many descriptors as the limit", workload: echo(), concurrency: 960, objection: nil),
    Case(
      name: "one descriptor too many", workload: echo(), concurrency: 961,
      objection: "1025 descriptors are needed, but the hard limit (ulimit -Hn) is 1024; "
        + "raise it (as root: ulimit -Hn 1025) or ask for less"),
    Case(
      name: "two descriptors per lane", workload: echo { $0.ends = .both }, concurrency: 481,
      objection: "1026 descriptors are needed, but the hard limit (ulimit -Hn) is 1024; "
        + "raise it (as root: ulimit -Hn 1026) or ask for less"),
    Case(
      name: "one connection whatever the concurrency", workload: echo(), mode: .blocking, concurrency: 100_000,
      objection: nil),
    Case(name: "nothing to connect", workload: sleep, concurrency: 100_000, objection: nil),
    Case(name: "the control needs nothing", workload: echo(), mode: .null, concurrency: 10_000_000, memory: 0),
    Case(name: "as many lanes as ports", workload: echo(), concurrency: 100, ports: 1001...1100, objection: nil),
    Case(
      name: "a port too few", workload: echo(), mode: .taskgroup, concurrency: 101, ports: 1001...1100,
      objection: "101 ports are needed, but net.ipv4.ip_local_port_range has 100; "
        + "widen it (sysctl -w net.ipv4.ip_local_port_range='1024 65535') or ask for less"),
    Case(
      name: "UNIX sockets need no port", workload: echo { $0.transport = .unix }, concurrency: 101, ports: 1001...1100),
    Case(
      name: "too little memory", workload: .http(HTTPSpec()), concurrency: 900, memory: 4 << 20,
      objection: "about 15 MiB of memory are needed, but 4 MiB are free; free some or ask for less"),
    Case(
      name: "lanes without connections need memory too", workload: sleep, concurrency: 1 << 20, memory: 1 << 30,
      objection: "about 2048 MiB of memory are needed, but 1024 MiB are free; free some or ask for less"),
    Case(name: "as many threads as there is room for", workload: sleep, mode: .threads, concurrency: 500, threads: 506),
    Case(
      name: "a thread too many", workload: echo { $0.ends = .both }, mode: .threads, concurrency: 251, threads: 507,
      objection: "about 508 threads and processes are needed, but the control group's pids.max allows only 507; "
        + "raise it or ask for less"),
    Case(name: "a pool has its own limit", workload: sleep, mode: .dispatch, concurrency: 1000, threads: 261),
    Case(
      name: "processes have threads of their own", workload: echo(), mode: .epoll, concurrency: 1, threads: 11,
      objection: "about 12 threads and processes are needed, but the control group's pids.max allows only 11; "
        + "raise it or ask for less"),
    Case(
      name: "tasks have threads of a pool", workload: echo(), mode: .taskgroup, concurrency: 1, threads: 16,
      objection: "about 17 threads and processes are needed, but the control group's pids.max allows only 16; "
        + "raise it or ask for less"),
    Case(
      name: "bystanders have descriptors", workload: echo(), concurrency: 60, bystanders: 901,
      objection: "1025 descriptors are needed, but the hard limit (ulimit -Hn) is 1024; "
        + "raise it (as root: ulimit -Hn 1025) or ask for less"),
    Case(
      name: "bystanders have ports", workload: echo(), concurrency: 60, ports: 1001...1100, bystanders: 41,
      objection: "101 ports are needed, but net.ipv4.ip_local_port_range has 100; "
        + "widen it (sysctl -w net.ipv4.ip_local_port_range='1024 65535') or ask for less"),
    Case(
      name: "bystanders have threads", workload: echo(), mode: .threads, concurrency: 60, threads: 500, bystanders: 441,
      objection: "about 513 threads and processes are needed, but the control group's pids.max allows only 500; "
        + "raise it or ask for less"),
    Case(name: "a file has no descriptors", workload: file(), concurrency: 5000, bystanders: 960),
    Case(
      name: "bystanders of a file have descriptors", workload: file(), concurrency: 5000, bystanders: 961,
      objection: "1025 descriptors are needed, but the hard limit (ulimit -Hn) is 1024; "
        + "raise it (as root: ulimit -Hn 1025) or ask for less"),
    Case(
      name: "bystanders of a file have ports", workload: file(), concurrency: 5000, ports: 1001...1100,
      bystanders: 101,
      objection: "101 ports are needed, but net.ipv4.ip_local_port_range has 100; "
        + "widen it (sysctl -w net.ipv4.ip_local_port_range='1024 65535') or ask for less"),
    Case(
      name: "bystanders of a file have threads too", workload: file(), mode: .threads, concurrency: 60, threads: 500,
      bystanders: 441,
      objection: "about 513 threads and processes are needed, but the control group's pids.max allows only 500; "
        + "raise it or ask for less"),
    Case(
      name: "bystanders of a file have no buffer", workload: file { $0.size = ByteCount(1 << 20) }, concurrency: 1,
      memory: 65 << 20, bystanders: 900),
    Case(
      name: "bystanders of a file are followed by a firewall", workload: file(), concurrency: 900, bystanders: 90,
      tracked: 80,
      objection:
        "90 connections are needed, but the firewall can track only 80 more; raise net.netfilter.nf_conntrack_max "
        + "or ask for less"),
    Case(
      name: "no bystander is beside one lane", workload: echo(), mode: .blocking, concurrency: 1, bystanders: 5000),
    Case(name: "a file that fits", workload: file(), concurrency: 64, memory: 65 << 20, disk: 64 << 20),
    Case(
      name: "no room for a file", workload: file(), concurrency: 64, disk: 63 << 20,
      objection: "a file of 64MiB is needed, but its file system has 63 MiB left; "
        + "free some, ask for less (span), or name another folder for data files"),
    Case(
      name: "a file that the page cache cannot hold", workload: file(), concurrency: 64, memory: 63 << 20,
      objection: "a file of 64MiB does not fit the page cache (63 MiB of free memory); "
        + "ask for less (span) or bypass it (direct)"),
    Case(
      name: "past the page cache it need not", workload: file { $0.direct = true }, concurrency: 64, memory: 63 << 20),
    Case(
      name: "past a page cache that is all there is", workload: file { $0.direct = true }, concurrency: 64,
      memoryFileSystem: "tmpfs (/dev/shm)",
      objection: "O_DIRECT (direct) reaches no device on tmpfs (/dev/shm), which is in memory; "
        + "leave it out, or name a folder on a disk for data files"),
    Case(
      name: "written to no device", workload: file { ($0.access, $0.sync) = (.write, .fdatasync) }, concurrency: 64,
      memoryFileSystem: "tmpfs (/dev/shm)",
      objection: "fdatasync (sync) reaches no device on tmpfs (/dev/shm), which is in memory; "
        + "leave it out, or name a folder on a disk for data files"),
    Case(name: "a file in memory by choice", workload: file(), concurrency: 64, memoryFileSystem: "tmpfs (/dev/shm)"),
    Case(
      name: "each lane has a buffer", workload: file { $0.size = ByteCount(1 << 20) }, concurrency: 1024,
      memory: 1 << 30,
      objection: "about 1026 MiB of memory are needed, but 1024 MiB are free; free some or ask for less"),
    Case(
      name: "several processes have the limit each", workload: echo(), concurrency: 3840, processes: 4, servers: 4),
    Case(
      name: "a process of several has too many", workload: echo(), concurrency: 3841, processes: 4, servers: 4,
      objection: "1025 descriptors are needed in a process, but the hard limit (ulimit -Hn) is 1024; raise it "
        + "(as root: ulimit -Hn 1025) or share it among more client and server processes; "
        + "3840 is the maximum that fits (concurrency 3840)"),
    Case(
      name: "a server of several clients has too many", workload: echo(), concurrency: 961, processes: 4,
      objection: "1025 descriptors are needed in a process, but the hard limit (ulimit -Hn) is 1024; raise it "
        + "(as root: ulimit -Hn 1025) or share it among more client and server processes; "
        + "960 is the maximum that fits (concurrency 960)"),
    Case(
      name: "ports are those to one server", workload: echo(), concurrency: 201, ports: 1001...1100, processes: 4,
      servers: 2,
      objection: "101 ports are needed to one server, but net.ipv4.ip_local_port_range has 100; widen it "
        + "(sysctl -w net.ipv4.ip_local_port_range='1024 65535') or use more server processes; "
        + "200 is the maximum that fits (concurrency 200)"),
    Case(
      name: "descriptors of the whole system", workload: echo(), concurrency: 900, processes: 2, servers: 2,
      descriptorsLeft: 2000,
      objection: "2056 descriptors are needed in all, but the system has 2000 left; raise fs.file-max "
        + "(sysctl -w fs.file-max=4112) or ask for less; 872 is the maximum that fits (concurrency 872)"),
    Case(
      name: "connections that a firewall follows", workload: echo(), concurrency: 900, tracked: 800,
      objection: "900 connections are needed, but the firewall can track only 800 more; raise "
        + "net.netfilter.nf_conntrack_max or ask for less"),
    Case(name: "memory unknown", workload: .http(HTTPSpec()), concurrency: 900, memory: nil, objection: nil),
  ]

  @Test(arguments: cases) func pointFitsOrIsRefusedWithARemedy(_ example: Case) {
    var feasibility = Feasibility(
      descriptorLimit: example.descriptors, ephemeralPorts: example.ports, availableMemory: example.memory,
      threadCeiling: example.threads.map { ThreadCeiling(name: "the control group's pids.max", room: $0) },
      freeDisk: example.disk, descriptorsLeft: example.descriptorsLeft,
      trackedLeft: example.tracked)
    feasibility.memoryFileSystem = example.memoryFileSystem
    var experiment = Experiment(
      name: "x", workload: example.workload, modes: [example.mode], concurrency: [example.concurrency])
    if example.bystanders > 0 {
      experiment.bystanders =
        example.workload.file == nil
        ? BystanderSpec(count: example.bystanders, manner: .idle)
        : BystanderSpec(count: example.bystanders, manner: .paced, every: .seconds(1))
    }
    experiment.processes = example.processes
    experiment.serverProcesses = example.servers
    let objection = feasibility.objection(to: experiment, mode: example.mode, concurrency: example.concurrency)
    let place = "experiment 'x', mode \(example.mode.rawValue), concurrency \(example.concurrency): "
    #expect(objection == example.objection.map { place + $0 })
  }

  @Test func limitsOfThisMachineAreRead() {
    let feasibility = Feasibility.ofThisMachine()
    #expect(feasibility.descriptorLimit > 0)
    #expect(feasibility.ephemeralPorts.lowerBound > 0 && feasibility.ephemeralPorts.upperBound < 65536)
    #expect((feasibility.availableMemory ?? 1) > 0)
    #expect((feasibility.threadCeiling?.room ?? 1) > 0)
  }

  /// Its intended starts are drawn before a Poisson process begins.
  @Test func scheduleOfAPoissonProcessHasToFitInMemory() {
    var feasibility = Feasibility(
      descriptorLimit: 1024, ephemeralPorts: 32_768...60_999, availableMemory: 1 << 30)
    var experiment = Experiment(
      name: "x", workload: Self.sleep, arrivals: "poisson", rates: [1e8], duration: .seconds(10), warmup: .zero)
    #expect(
      feasibility.shortage(of: experiment, .epoll, 1)
        == "about 22888 MiB of memory are needed, but 1024 MiB are free; free some or ask for less")
    experiment.arrivals = "constant"
    #expect(feasibility.shortage(of: experiment, .epoll, 1) == nil)
    experiment.arrivals = "poisson"
    experiment.rates = [1e5]
    #expect(feasibility.shortage(of: experiment, .epoll, 1) == nil)
    feasibility.availableMemory = 1 << 40
    experiment.rates = [1e8]
    experiment.duration = Nanoseconds(.max)
    #expect(feasibility.shortage(of: experiment, .epoll, 1)?.contains("MiB of memory are needed") == true)
  }
}

@Suite struct ProcessorsTests {
  @Test(arguments: [
    ("0", [0]), ("0,2-5", [0, 2, 3, 4, 5]), ("3,1", [3, 1]), ("7-7", [7]), ("4095", [4095]),
  ]) func listReadsWhenItIsWellFormed(_ text: String, processors: [Int]) {
    #expect(Processors.parse(text) == processors)
  }

  @Test(arguments: ["", ",", "1,", ",1", "a", "1-", "-1", "3-1", "1-2-3", "1,1", "0-2,2", "1 ,2", "4096", "0x1", "1.5"])
  func listIsRefusedWhenItIsNone(_ text: String) {
    #expect(Processors.parse(text) == nil)
  }

  @Test(arguments: [
    ([0], [0], [0]), ([0, 1], [0], [1]), ([2, 5, 7], [2], [5, 7]), ([0, 1, 2, 3], [0, 1], [2, 3]),
    ([4, 5, 6, 7, 8], [4, 5], [6, 7, 8]),
  ]) func allowedProcessorsAreSplitBetweenClientAndServer(_ allowed: [Int], client: [Int], server: [Int]) throws {
    let processors = try Processors(allowed: allowed)
    #expect(processors.allowed == allowed)
    #expect(processors.client == client && processors.server == server)
  }

  @Test func processorsAreThoseAskedForWhenTheyAreAllowed() throws {
    let processors = try Processors(allowed: [0, 1, 2, 3], client: [3], server: [3, 0])
    #expect(processors.client == [3] && processors.server == [3, 0])
  }

  @Test func processorsAreRefusedWhenTheyAreNotAllowed() {
    let client = #expect(throws: HarnessFailure.self) { try Processors(allowed: [0, 2], client: [1]) }
    #expect(client?.description == "the client's processor 1 is not among those this process may use (0,2)")
    let server = #expect(throws: HarnessFailure.self) { try Processors(allowed: [0, 2], server: [0, 9]) }
    #expect(server?.description == "the server's processor 9 is not among those this process may use (0,2)")
  }

  @Test func processorsOfThisMachineAreRead() throws {
    let processors = try Processors.current()
    #expect(!processors.allowed.isEmpty && !processors.client.isEmpty && !processors.server.isEmpty)
    #expect(Processors.parse(Processors.text(processors.allowed)) == processors.allowed)
  }
}
