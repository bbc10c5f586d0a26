import Measurement
import Plan
import Records
import Testing

@testable import Explain

struct CostModelTests {
  private static func entry(
    _ name: String, size: Int? = nil, lanes: Int? = nil, delay: Int? = nil, on processors: Int = 1, _ cpu: [Double]?,
    idle: Double? = nil, obstacle: String? = nil
  ) -> PrimitivesRecord.Entry {
    .init(
      .init(name, size: size, lanes: lanes, delay: delay, processors: processors), about: "", cpu: cpu,
      wall: idle.map { [$0, $0] }, obstacle: obstacle)
  }

  private static func record(_ entries: [PrimitivesRecord.Entry]) -> PrimitivesRecord {
    PrimitivesRecord(
      started: "", tool: .init(version: "1", commit: nil, configuration: "release"), machine: Environment(), rounds: 2,
      primitives: entries)
  }

  private static let primitives = [
    entry("kernel-entry", [100, 200]), entry("futex-call", [10, 10]), entry("epoll-wait", [7, 7]),
    entry("epoll-event", [3, 3]), entry("allocation", size: 64, [5, 6]),
    entry("tcp-send", size: 64, lanes: 1, [1000, 2000]), entry("tcp-send", size: 64, lanes: 64, [1600, 2600]),
    entry("tcp-send", size: 1088, lanes: 64, [2600, 3600]), entry("tcp-receive", size: 64, lanes: 1, [500, 500]),
    entry("echo-lanes", size: 64, [50, 60]), entry("tcp-epoll-switch", lanes: 1, [4, 4]),
    entry("tcp-switch", lanes: 1, [6, 6]), entry("tcp-wake", [2, 2]), entry("futex-switch", [9, 9]),
    entry("thread-switch", [8, 8]), entry("uring-enter", nil, obstacle: "io_uring is forbidden here"),
    entry("epoll-loop", lanes: 1, [0, 0]), entry("tcp-loop-hop", lanes: 1, [30, 30]),
    entry("tcp-task-hop", lanes: 1, [400, 400]),
  ]

  private static let machine: Environment = {
    var machine = Environment()
    machine.clientCPUs = [0]
    machine.serverCPUs = [1]
    return machine
  }()

  private static func echo(
    _ mode: String, concurrency: Int = 1, size: Int = 64, _ counts: TrialRecord.Counts, ends: String = "both"
  ) -> TrialRecord {
    var trial = TrialRecord(
      runID: "r", experiment: "echo", trial: 1, round: 0, order: 1, seed: 1, mode: mode,
      workload: .object([
        "kind": .string("echo"), "size": .string("\(size)B"), "ends": .string(ends), "transport": .string("tcp"),
      ]), concurrency: concurrency, operations: .init(), valid: true, reasons: [])
    trial.operations.done = 10
    trial.bytes = .init(sent: UInt64(10 * size), received: UInt64(10 * size))
    var audit = TrialRecord.Audit(tool: "perf")
    audit.operations = 10
    audit.client = counts
    trial.audit = audit
    return trial
  }

  private static func timed(_ round: Int, cpu: UInt64) -> TrialRecord {
    var trial = echo("epoll", .init())
    trial.audit = nil
    trial.round = round
    var usage = ProcessUsage()
    usage.cpuTime = cpu
    trial.client = usage
    return trial
  }

  private static func explained(
    _ audit: TrialRecord, _ entries: [PrimitivesRecord.Entry] = primitives, measured: [TrialRecord] = []
  ) -> Explanation {
    CostModel(record(entries)).explain(audit, measured: measured, on: machine)
  }

  /// Two messages each way per operation, three switches of which two may be waits in epoll_wait.
  private static let epoll = TrialRecord.Counts(
    syscalls: 86, switches: 30, allocations: 10,
    byName: ["sendto": 20, "recvfrom": 20, "epoll_wait": 20, "futex": 20, "write": 1, "read": 5])

  @Test func sumIsThatOfCountsTimesCosts() throws {
    let explanation = Self.explained(Self.echo("epoll", Self.epoll))
    let counts = Dictionary(
      uniqueKeysWithValues: explanation.rows.map { ($0.primitive, ($0.count * 1000).rounded() / 1000) })
    #expect(
      counts == [
        "echo-lanes": 1, "tcp-send": 2, "tcp-receive": 2, "epoll-wait": 2, "epoll-event": 2, "epoll-loop": 2,
        "futex-call": 2,
        "tcp-epoll-switch": 2, "tcp-wake": 2, "futex-switch": 1, "allocation": 1, "kernel-entry": 0.1,
      ])
    #expect(explanation.missing == [])
    // Round by round: echo, sends, receives, epoll, futex, waits, wake-ups, the futex's hand-over, allocation, write.
    let rounds = [
      50 + 2000 + 1000 + 14 + 6 + 20 + 8 + 4 + 9 + 5 + 10, 60 + 4000 + 1000 + 14 + 6 + 20 + 8 + 4 + 9 + 6 + 20,
    ]
    #expect(explanation.sums.map { $0.rounded() } == rounds.map { Double($0) })
    let sum = try #require(explanation.sum)
    #expect(abs(sum.median - Double(rounds[0] + rounds[1]) / 2) < 0.01 && sum.kind == .range)
  }

  @Test func switchesBeyondTheCallsThatMayWaitAreOfThreadsThatWantToRun() {
    var counts = Self.epoll
    counts.switches = 50
    let rows = Self.explained(Self.echo("epoll", counts)).rows
    #expect(rows.first { $0.primitive == "thread-switch" }?.count == 2)
    #expect(rows.first { $0.primitive == "futex-switch" }?.count == 1)
  }

  @Test func costIsLinearInBytesAndLogarithmicInLanes() {
    func send(_ size: Int, _ lanes: Int) -> [Double]? {
      Self.explained(Self.echo("epoll", concurrency: lanes, size: size, Self.epoll)).rows.first {
        $0.primitive == "tcp-send"
      }?.costs
    }
    #expect(send(64, 64) == [1600, 2600])
    #expect(send(576, 64) == [2100, 3100])
    #expect(send(64, 8) == [1300, 2300])
    #expect(send(576, 8) == [1800, 2800])
    #expect(send(32, 1) == [1000, 2000])
    #expect(send(64, 1000) == [1600, 2600])
    #expect(send(2048, 64) == nil)
  }

  @Test func whatWasMeasuredElsewhereSaysSo() {
    let explanation = Self.explained(Self.echo("epoll", concurrency: 1000, Self.epoll))
    #expect(explanation.rows.first { $0.primitive == "tcp-send" }?.remark == "measured with 64 lanes")
    let large = Self.explained(Self.echo("epoll", concurrency: 64, size: 2048, Self.epoll))
    #expect(
      large.missing.contains("tcp-send was measured with up to 1088 bytes, and is needed with 2048"),
      "\(large.missing)")
  }

  @Test func whatHasNoCostIsMissingAndNotZero() {
    let explanation = Self.explained(
      Self.echo("uring", .init(syscalls: 20, switches: 0, allocations: 0, byName: ["io_uring_enter": 20])))
    #expect(explanation.rows.map(\.primitive) == ["echo-lanes"])
    #expect(
      explanation.missing == [
        "tcp-uring-send was not measured", "tcp-uring-receive was not measured",
        "uring-enter: io_uring is forbidden here",
      ])
    let nothing = Self.explained(Self.echo("epoll", Self.epoll), [])
    #expect(nothing.sum == nil && nothing.rows.isEmpty && nothing.missing.contains("tcp-send was not measured"))
  }

  @Test func whatIsNotCountedIsMissing() {
    let explanation = Self.explained(
      Self.echo("epoll", .init(syscalls: 60, byName: ["sendto": 20, "recvfrom": 20, "epoll_wait": 20])))
    #expect(
      explanation.missing == [
        "switches were not counted: perf does not", "the wake-ups of the other side were not counted",
        "allocations were not counted",
      ])
    var unaudited = Self.echo("epoll", .init())
    unaudited.audit?.client = nil
    let none = Self.explained(unaudited)
    #expect(none.missing == ["the processes of the mode were not counted"] && none.sum == nil)
  }

  /// Server and client run on different processors, on which nothing was measured.
  @Test func waitsHaveTheCostOfTheirProcessors() {
    let explanation = Self.explained(Self.echo("epoll", Self.epoll, ends: "server"))
    #expect(explanation.missing.contains("tcp-epoll-switch was not measured on 2 CPUs"), "\(explanation.missing)")
    #expect(explanation.missing.contains("echo-server-lane was not measured"))
  }

  @Test func onlyModesOfTasksResumeThem() {
    func counts(_ mode: String) -> [String: Double] {
      Dictionary(
        uniqueKeysWithValues: Self.explained(Self.echo(mode, Self.epoll)).rows.map { ($0.primitive, $0.count) })
    }
    #expect(counts("executor")["tcp-loop-hop"] == 2 && counts("executor")["tcp-task-hop"] == nil)
    #expect(counts("epoll")["tcp-loop-hop"] == nil && counts("epoll")["tcp-task-hop"] == nil)
    // Each loop has the cost of its own code.
    #expect(counts("epoll")["epoll-loop"] == 2 && counts("executor")["epoll-loop"] == nil)
    // The switches between the loop and the tasks are in the hop.
    let tasks = counts("taskgroup")
    #expect(tasks["tcp-task-hop"] == 2 && tasks["tcp-epoll-switch"] == nil && tasks["tcp-wake"] == nil)
    #expect(tasks["futex-switch"] == nil && tasks["thread-switch"] == nil && tasks["futex-call"] == nil)
  }

  /// What a thread waits in is known from its mode: these few calls of epoll_wait are not of its lanes.
  @Test func threadsWaitInReceive() {
    let rows = Self.explained(Self.echo("dispatch-concurrent", Self.epoll)).rows
    #expect(rows.first { $0.primitive == "tcp-switch" }?.count == 2)
    #expect(!rows.contains { $0.primitive == "tcp-epoll-switch" || $0.primitive == "epoll-event" })
  }

  @Test func unexplainedLiesBetweenTheEndsOfBothIntervals() throws {
    let explanation = Self.explained(
      Self.echo("epoll", Self.epoll), measured: [Self.timed(1, cpu: 50_000), Self.timed(2, cpu: 60_000)])
    #expect(explanation.measured?.median == 5500)
    // The sums are 3126 and 5147.
    let unexplained = try #require(explanation.unexplained)
    for (bound, expected) in [
      (unexplained.value, 5500 - 4136.5), (unexplained.low, 5000 - 5147), (unexplained.high, 6000 - 3126),
    ] { #expect(abs(bound - expected) < 0.01) }
    #expect(Self.explained(Self.echo("epoll", Self.epoll)).unexplained == nil)
  }

  @Test func differenceOfTwoModesIsPairedByRound() throws {
    var fewer = Self.epoll
    fewer.byName?["sendto"] = 10
    fewer.syscalls = 76
    func measured(_ cpu: [UInt64]) -> [TrialRecord] { cpu.enumerated().map { Self.timed($0, cpu: $1) } }
    let difference = ExplainedDifference(
      Self.explained(Self.echo("epoll", Self.epoll), measured: measured([50_000, 90_000])),
      minus: Self.explained(Self.echo("epoll", fewer), measured: measured([40_000, 80_000])))
    // A send of twice the bytes in place of two.
    let first = try #require(difference.rows.first)
    #expect(first.primitive == "tcp-send" && first.count == 1 && first.share.low == 937.5 && first.share.high == 1937.5)
    #expect(difference.rows.dropFirst().allSatisfy { abs($0.count) < 0.001 && abs($0.share.median) < 0.01 })
    let measuredMore = try #require(difference.measured)
    #expect(measuredMore.low == 1000 && measuredMore.high == 1000)
  }
}
