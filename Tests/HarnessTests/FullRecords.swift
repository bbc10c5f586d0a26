import Foundation
import Measurement
import Modes
import Plan
import Records
import Workloads

@testable import Harness

/// Records that have a value in every field that there is.
enum FullRecords {
  static let trial: TrialRecord = {
    var trial = TrialRecord(
      runID: "run-1", experiment: "all", trial: 1, round: 1, order: 1, seed: .max, mode: "epoll",
      workload: workloads[0], concurrency: 64, operations: operations,
      arrivals: .init(kind: "poisson", rate: 1e5 / 3), limit: 5, valid: false, reasons: ["steal: much"])
    trial.arrivals.scheduled = 3
    trial.lanesServed = 63
    trial.variant = "pool"
    trial.lanesServed = 64
    trial.connectionsOpened = 66
    trial.reconnected = 2
    trial.repeats = 1
    trial.isSaturated = false
    trial.pacerLag = .init(p50: 1, max: 2, samples: 10)
    trial.longestQuiet = 1
    trial.lenientReads = 1
    trial.content = "0f1e2d3c4b5a6978"
    trial.pipeline = 2
    trial.each = 1
    trial.processes = 2
    trial.serverProcesses = 2
    trial.work = .init(iterations: 1000, nominal: 1_000_000)
    trial.checksum = "00ff00ff00ff00ff"
    trial.bytes = .init(sent: 1, received: .max)
    trial.wall = 300_000_001
    trial.throughput = 1.0 / 3
    trial.latency = .init(service: summary, response: summary, queueing: summary)
    trial.sendLag = summary
    trial.connectWall = 1
    trial.closeWall = 2
    trial.coldStart = .init(firstDone: 1, done: 2, wall: 3)
    var lanes = TrialRecord.LaneClass(count: 2, operations: operations, latency: trial.latency, early: 1)
    lanes.served = 1
    lanes.reconnected = 1
    lanes.workload = RecordedWorkload(.object(["kind": .string("echo")]))
    trial.lanes = ["busy": lanes, "idle": lanes]
    trial.inFlight = .init(mean: 63.9, max: 64, samples: 30)
    trial.series = [.init(t: 1, done: 2, p50: 3, p99: 4, max: 5, threads: 6, counts: "AgQ=")]
    trial.client = usage
    trial.server = usage
    trial.machine = .init(
      steal: 10_000_000, memory: .init(before: memory, connected: memory, done: memory, closed: memory))
    trial.machine?.watched = 1_000_000_000
    trial.machine?.foreign = 1
    trial.machine?.throttled = 2
    trial.machine?.throttledPeriods = 3
    trial.startSkew = .init(found: 40_000, most: 60_000)
    trial.hosts = HostRole.allCases.map { role in
      var host = TrialRecord.Host(name: "n1", role: role, processes: 1)
      host.clock = .init(offset: -86_400, bound: 9, offsetAfter: -86_401, boundAfter: 8, drift: -7)
      host.startLate = 5
      host.operations = operations
      host.checksum = "00ff00ff00ff00ff"
      host.wall = 300_000_001
      host.throughput = 1.0 / 3
      host.latency = trial.latency
      host.lanesServed = 32
      host.usage = usage
      host.machine = trial.machine
      return host
    }
    let counts = TrialRecord.Counts(syscalls: 1, switches: 2, allocations: 3, byName: ["read": 1])
    trial.audit = .init(tool: "perf")
    trial.audit?.operations = 1
    trial.audit?.client = counts
    trial.audit?.server = counts
    trial.skipped = .init(reason: "too long", predictedWall: 100_000_000_000)
    return trial
  }()

  /// Trials whose workloads and classes are all that there are.
  static let trials: [TrialRecord] = {
    workloads.enumerated().map { index, workload in
      var trial = trial
      trial.workload = workload
      let lanes = trial.lanes?["busy"]
      trial.lanes?[["idle", "paced", "slow"][index % 3]] = lanes
      return trial
    }
  }()

  private static var operations: TrialRecord.Operations {
    var operations = TrialRecord.Operations(asked: .max)
    operations.done = 3
    operations.verified = 2
    operations.due = 4
    operations.unanswered = 1
    operations.unansweredAge = .init(min: 1, mean: 2, max: 3, within: 1)
    operations.unfinished = 1
    operations.unfinishedAge = .init(min: 1, mean: 2, max: 3, within: 1)
    operations.due = 8
    operations.unanswered = 1
    operations.unansweredAge = .init(min: 1, mean: 2, max: 3, within: 1)
    operations.failed = ["ECONNRESET": 4]
    operations.non2xx = ["404": 1]
    return operations
  }

  private static let summary: LatencySummary = {
    var latencies = LatencyHistogram()
    for value in 1...20_000 as ClosedRange<UInt64> { latencies.record(value * 977) }
    latencies.record(3_700_000_000_000)
    return LatencySummary(latencies)
  }()

  private static var usage: ProcessUsage {
    var usage = ProcessUsage()
    usage.cpuTime = 4
    usage.longestGap = 18
    usage.userTime = 1
    usage.systemTime = 2
    usage.directCalls = 3
    usage.voluntarySwitches = 4
    usage.involuntarySwitches = 5
    usage.threadsPeak = 6
    usage.descriptorsPeak = 7
    usage.memoryPeak = 8
    usage.memory = 9
    usage.cpus = [0, 3]
    usage.operationsDone = 10
    usage.connections = 11
    usage.failed = 12
    usage.faults = 13
    usage.bytesSent = 14
    usage.bytesReceived = 15
    usage.edgeLag = .init(open: 16, close: 17)
    return usage
  }

  private static let memory = MachineMemory(available: 1, slab: 2, tcp: 3, tcpSockets: 4)

  // MARK: Suites

  static let specs: [WorkloadSpec] = {
    var faults = FaultMix()
    for kind in FaultKind.allCases { faults[kind] = 0.1 }
    var echo = EchoSpec()
    echo.faults = faults
    echo.delay = .lognormal(median: .milliseconds(2), sigma: 0.5)
    var http = HTTPSpec()
    http.body = "x"
    http.headers = ["Accept: */*"]
    http.maxHead = ByteCount(1 << 20)
    http.maxFields = 2000
    http.lenient = true
    http.targets = [try! HTTPTarget(parsing: "http://[fe80::1%25lo]:8080/{i}")]
    http.size = ByteCount(100)
    http.faults = faults
    http.delay = .exponential(mean: .milliseconds(2))
    var compute = ComputeSpec(http: http)
    compute.offload = .processes
    compute.pool = 2
    return [
      .http(http), .echo(echo), .sleep(SleepSpec(duration: Nanoseconds(1500))), .file(FileSpec()), .compute(compute),
      .serve(ServeSpec(.http(http))), .serve(ServeSpec(.echo(echo))),
    ]
  }()

  static let workloads: [JSONValue] = { specs.map { try! value($0) } }()

  static let suite: Suite = {
    var suite = Suite(name: "all", about: "everything", experiments: specs.map(experiment))
    suite.limits = [.ports]
    return suite
  }()

  private static func experiment(_ workload: WorkloadSpec) -> Experiment {
    var experiment = Experiment(
      name: "all-\(workload.kind)", workload: workload, rates: [100.5],
      objective: try! Objective(parsing: "p99<10ms"), limit: 1, pipeline: 1)
    experiment.limits = AxisValues(1, 2)
    experiment.pools = AxisValues(1, 2)
    experiment.about = "this"
    experiment.optional = true
    experiment.hosts = HostNeeds(load: 1, observer: true)
    experiment.bystanders = BystanderSpec(count: 1, manner: .paced, every: .seconds(1), rate: ByteCount(1024))
    experiment.each = 1
    experiment.processes = 2
    experiment.serverProcesses = 2
    experiment.operations = 1
    experiment.duration = .seconds(1)
    return experiment
  }

  // MARK: Runs

  static let run: RunRecord = {
    var run = part
    run.mergedFrom = [.init(run: part, trialOffset: 1, roundOffsets: ["all": 1])]
    return run
  }()

  private static var part: RunRecord {
    var run = RunRecord(
      runID: "run-1", started: "2026-01-02T03:04:05Z",
      tool: .init(version: "1.0.0", commit: "0123abc-dirty", configuration: "release"), command: ["iomodes"],
      seed: .max, suite: try! value(suite), trialsPlanned: 12, environment: environment, isPatient: true,
      precision: 0.02, maxRounds: 50, audit: true, fileFolder: "/tmp", fileSystem: "ext4")
    run.foreignBound = 0.02
    run.modes = [
      ModeDescription(
        .dispatch, .headline, "threads", otherNames: ["gcd"], .init("#E69F00", dash: 4, marker: 9, ink: 214), .threads,
        mostThreads: 255, hasLoops: true, pipelines: true, offloads: ["file"],
        refusals: [.faults: "dispatch knows none"],
        peer: PeerDescription(
          label: "Dispatch", language: "Swift", runtime: "libdispatch", version: "Swift 6.1", drives: ["echo"],
          serves: ["http"], features: [.limit], mode: "dispatch", url: "http://127.0.0.1:8080/"))
    ]
    run.cluster = .init(
      launch: ["ssh", "{host}"], address: "10.0.0.1", isNamed: true, maxSkew: 1_000_000,
      hosts: HostRole.allCases.map { role in
        .init(
          name: "n1", role: role, environment: environment, build: String(repeating: "0f", count: 32), boot: "b",
          addresses: ["10.0.0.1"], roundTrip: 40_000, isCopied: true)
      })
    run.calibration = .init(iterationsPerSecond: 2.5e9, low: 2.4e9, high: 2.6e9, runs: 9)
    return run
  }

  private static var environment: Records.Environment {
    var machine = Records.Environment()
    machine.cpuModel = "Abacus"
    machine.cpusOnline = 2
    machine.cpusAllowed = [0, 1]
    machine.clientCPUs = [0]
    machine.serverCPUs = [1]
    machine.kernel = "6.1.0"
    machine.architecture = "x86_64"
    machine.memory = 1 << 40
    machine.toolchain = "Swift 6.1"
    machine.libc = "glibc 2.36"
    machine.governor = "performance"
    machine.hypervisor = true
    machine.containerCPULimit = "max 100000"
    machine.containerMemoryLimit = "max"
    machine.descriptorLimit = 1024
    machine.ephemeralPorts = [32_768, 60_999]
    machine.timerSlack = 50_000
    machine.hasSMT = true
    machine.hasTurbo = false
    machine.clocksource = "tsc"
    machine.loadAverage = 0.5
    machine.stealShare = 0.01
    machine.somaxconn = 4096
    machine.swapUsed = 0
    machine.softDescriptorLimit = 1024
    return machine
  }

  static func value(_ value: some Encodable) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
  }
}
