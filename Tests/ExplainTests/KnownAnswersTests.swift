import Plan
import Records
import Testing

@testable import Explain

/// Something of known cost more in each operation is found in its own row, in its own size, and nowhere else.
struct KnownAnswersTests {
  private static let costs = [
    "kernel-entry": 165.0, "allocation": 8, "futex-call": 240, "futex-switch": 1700, "thread-switch": 900,
    "epoll-wait": 210, "epoll-event": 450, "tcp-send": 3900, "tcp-receive": 850, "tcp-wake": 500, "tcp-switch": 5000,
    "tcp-epoll-switch": 4000, "tcp-task-switch": 3000, "echo-lanes": 100, "echo-server-lane": 50,
  ]

  private static let primitives = PrimitivesRecord(
    started: "", tool: .init(version: "1", commit: nil, configuration: "release"), machine: Environment(), rounds: 1,
    primitives: costs.flatMap { name, cost in
      [1, 2].map { .init(.init(name, processors: $0), about: "", cpu: [cost]) }
    })

  private static let machine: Environment = {
    var machine = Environment()
    machine.clientCPUs = [0]
    machine.serverCPUs = [1]
    return machine
  }()

  /// What a thousand operations of a mode's client take.
  private static let echo: [String: TrialRecord.Counts] = {
    func counts(_ calls: [String: UInt64], switches: UInt64, allocations: UInt64) -> TrialRecord.Counts {
      let calls = calls.merging(["sendto": 1000, "recvfrom": 1000, "write": 3]) { $1 }
      return .init(
        syscalls: calls.values.reduce(0, +), switches: switches, allocations: allocations, byName: calls)
    }
    return [
      "blocking": counts([:], switches: 1000, allocations: 0),
      "dispatch": counts(["futex": 2], switches: 1002, allocations: 2),
      "epoll": counts(["epoll_wait": 1000], switches: 1000, allocations: 0),
      "taskgroup": counts(["epoll_wait": 1000, "futex": 2000], switches: 2013, allocations: 2240),
    ]
  }()

  private static func explained(_ mode: String, _ counts: TrialRecord.Counts) -> [String: Explanation.Row] {
    var trial = TrialRecord(
      runID: "r", experiment: "echo", trial: 1, round: 0, order: 1, seed: 1, mode: mode,
      workload: .object([
        "kind": .string("echo"), "size": .string("64B"), "ends": .string("server"), "transport": .string("tcp"),
      ]), concurrency: 1, operations: .init(), valid: true, reasons: [])
    trial.operations.done = 1000
    trial.bytes = .init(sent: 64_000, received: 64_000)
    var audit = TrialRecord.Audit(tool: "perf")
    audit.operations = 1000
    audit.client = counts
    audit.server = echo["epoll"]
    trial.audit = audit
    let rows = CostModel(primitives).explain(trial, measured: [], on: machine).rows
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.primitive, $0) })
  }

  /// Nanoseconds per operation that each row grows by, if a thousand operations have so much more of something.
  private static func growth(
    _ mode: String, calls: [String: UInt64] = [:], switches: UInt64 = 0, allocations: UInt64 = 0
  ) throws -> [String: Double] {
    let before = try #require(echo[mode])
    let ofCalls = calls.values.reduce(0, +)
    let after = TrialRecord.Counts(
      syscalls: before.syscalls.map { $0 + ofCalls }, switches: before.switches.map { $0 + switches },
      allocations: before.allocations.map { $0 + allocations },
      // The tool does not name all calls.
      byName: before.byName?.merging(calls.filter { $0.key == "futex" }, uniquingKeysWith: +))
    let (rows, more) = (explained(mode, before), explained(mode, after))
    let shares = more.mapValues { $0.share?.median ?? 0 }.merging(rows.mapValues { -($0.share?.median ?? 0) }) {
      $0 + $1
    }
    return shares.mapValues { $0.rounded() }.filter { $0.value != 0 }
  }

  private static let modes = ["blocking", "dispatch", "epoll", "taskgroup"]

  @Test(arguments: modes) func systemCallOfNoOtherRowIsAnEntryOfTheKernel(mode: String) throws {
    #expect(try Self.growth(mode, calls: ["getpid": 1000]) == ["kernel-entry": 165])
  }

  /// There and back: each of the two threads wakes the other one, and waits.
  @Test(arguments: modes) func handOverHasItsCallsAndItsSwitches(mode: String) throws {
    let growth = try Self.growth(mode, calls: ["futex": 4000], switches: 2000)
    #expect(growth == ["futex-call": 4 * 240, "futex-switch": 2 * 1700])
  }

  @Test(arguments: modes) func blockIsAnAllocation(mode: String) throws {
    #expect(try Self.growth(mode, allocations: 1000) == ["allocation": 8])
  }

  /// Computing has no count, so that it is what remains of the measured.
  @Test func computingIsUnexplained() {
    func unexplained(_ measured: Double) -> Double? {
      Explanation(
        rows: [.init(primitive: "tcp-send", count: 1, costs: [3900], remark: nil)], missing: [],
        measuredRounds: [1: measured]
      ).unexplained?.value
    }
    #expect(unexplained(10_000) == 6100 && unexplained(10_200) == 6300)
  }
}
