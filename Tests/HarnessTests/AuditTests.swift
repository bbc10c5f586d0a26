import Measurement
import Modes
import Plan
import Records
import Testing
import Workloads

@testable import Harness

@Suite struct AuditTests {
  private static let probes = ["iomodes_7:malloc", "iomodes_7:calloc"]

  @Test func perfsRowsAreReadAndTheAcknowledgementsZeroByteIsNotTheirs() {
    let counts = PerfStat.counts(
      [
        "\0530596,,raw_syscalls:sys_enter,18824755,100.00,,", "262063,,syscalls:sys_enter_sendto,18794490,100.00,,",
        "0,,syscalls:sys_enter_ppoll,18794490,100.00,,", "2000,,iomodes_7:malloc,1,100.00,,",
        "390,,iomodes_7:calloc,1,100.00,,", "353,,sched:sched_switch,18808571,100.00,,",
      ], probes: Self.probes)
    #expect(
      counts
        == TrialRecord.Counts(syscalls: 530_596, switches: 353, allocations: 2390, byName: ["sendto": 262_063]))
  }

  @Test(arguments: ["<not supported>", "<not counted>"])
  func whatPerfHasNotCountedIsAbsentAndNotZero(_ value: String) {
    let counts = PerfStat.counts(
      [
        "12,,raw_syscalls:sys_enter,1,100.00,,", "\(value),,sched:sched_switch,0,100.00,,",
        "5,,iomodes_7:malloc,1,100.00,,", "\(value),,iomodes_7:calloc,0,100.00,,",
      ], probes: Self.probes)
    #expect(counts == TrialRecord.Counts(syscalls: 12))
    #expect(PerfStat.counts(["12,,raw_syscalls:sys_enter,1,100.00,,"], probes: []).allocations == nil)
    #expect(PerfStat.counts(["Error: Access denied, or so,", ""], probes: Self.probes) == TrialRecord.Counts())
  }

  @Test func perfLeavesOutTheHarnessesOwnThreads() throws {
    let arguments = PerfStat.arguments(probes: Self.probes)
    let events = arguments.indices.filter { arguments[$0] == "-e" }
    #expect(events.count >= 4)
    for index in events {
      let field = arguments[index + 1] == "sched:sched_switch" ? "prev_comm" : "comm"
      #expect(arguments[index + 2] == "--filter")
      #expect(arguments[index + 3].hasPrefix("\(field) != \"monitor\" && "))
    }
  }

  @Test func perfAndStraceSayWhenTheyCount() {
    #expect(PerfStat.hasBegun("ack") && !PerfStat.hasBegun("Events disabled") && !PerfStat.hasBegun("Events enabled"))
    #expect(StraceSummary.hasBegun("strace: Process 12 attached"))
    #expect(StraceSummary.hasBegun("strace: Process 12 attached with 3 threads"))
    #expect(!StraceSummary.hasBegun("strace: attach: ptrace(PTRACE_SEIZE, 1): Operation not permitted"))
  }

  @Test func stracesTableIsRead() {
    let table = """
      strace: Process 14144 attached
      strace: Process 14145 attached
      % time     seconds  usecs/call     calls    errors syscall
      ------ ----------- ----------- --------- --------- ----------------
       61.20    0.125131           2     50931        51 recvfrom
       38.80    0.079342           1     50867           sendto
        0.00    0.000000           0         1           restart_syscall
      ------ ----------- ----------- --------- --------- ----------------
      100.00    0.204473                101799        51 total
      """.split(separator: "\n").map(String.init)
    #expect(
      StraceSummary.counts(table)
        == TrialRecord.Counts(
          syscalls: 101_799, byName: ["recvfrom": 50_931, "sendto": 50_867, "restart_syscall": 1]))
    #expect(StraceSummary.counts(["strace: Process 14144 attached"]) == TrialRecord.Counts())
  }

  @Test func everyPointHasAnAuditAfterTheRoundsOfItsExperiment() {
    let suite = ScheduleTests.suite
    let timed = Agenda.plans(of: suite, seed: 7)
    let all = Agenda.plans(of: suite, seed: 7, audits: true)
    #expect(all.map(\.number) == Array(1...(timed.count + 14)))
    #expect(
      all.map { "\($0.experiment.name) \($0.isAudit)" }.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
        == ["first false", "first true", "second false", "second true"])
    let rest = all.filter { !$0.isAudit }
    #expect(rest.map(\.seed) == timed.map(\.seed) && rest.map(\.mode) == timed.map(\.mode))
    let audits = all.filter(\.isAudit)
    #expect(Set(audits.map { "\($0.experiment.name) \($0.mode) \($0.concurrency)" }).count == 14)
    for audit in audits {
      #expect(audit.round == 0 && audit.experiment.warmup == .zero && audit.experiment.duration == nil)
    }
  }

  @Test func auditsAreOfManyOperationsAndDoNotTakeMinutes() throws {
    func audit(_ sleep: Nanoseconds, lanes: Int) throws -> TrialPlan {
      let experiment = Experiment(
        name: "e", workload: .sleep(SleepSpec(duration: sleep)), modes: [.epoll], concurrency: [lanes])
      return try #require(Schedule.audits(of: experiment, seed: 1, after: 0).first)
    }
    func deadline(_ plan: TrialPlan) -> Nanoseconds { plan.spec(endpoints: [], isOwnServer: false).deadline }
    let many = try audit(.milliseconds(2), lanes: 64)
    #expect(many.experiment.operations == 32_800 && deadline(many) == .seconds(10))
    #expect(many.predictedWindow < .seconds(2))
    let few = try audit(.milliseconds(2), lanes: 1)
    #expect(few.predictedWindow == .seconds(10))
    #expect(deadline(try audit(.seconds(5), lanes: 1)) == .seconds(25))
    let long = try audit(.seconds(UInt64.max / 1_000_000_000), lanes: 1)
    #expect(deadline(long) == .seconds(60) && long.predictedWindow == .seconds(60))
  }

  @Test func pointsThatAModeCannotCarryOutHaveNoAudit() {
    var echo = EchoSpec()
    echo.ends = .both
    let experiment = Experiment(name: "e", workload: .echo(echo), modes: [.blocking, .epoll])
    #expect(Schedule.audits(of: experiment, seed: 1, after: 0).map(\.mode) == [.epoll])
  }

  @Test func auditIsJudgedByItsAnswersAndItsCounts() {
    func reasons(served: UInt64?, syscalls: UInt64?) -> [String] {
      var record = TrialRecord(
        runID: "r", experiment: "e", trial: 1, round: 0, order: 1, seed: 1, mode: "epoll", workload: .null,
        concurrency: 4, operations: .init(), valid: false, reasons: [])
      record.operations.done = 1000
      record.operations.verified = 1000
      record.audit = TrialRecord.Audit(tool: "perf")
      record.audit?.client = TrialRecord.Counts(syscalls: syscalls)
      return Validity.reasons(ofAudit: record, served: served).map { String($0.prefix { $0 != ":" }) }
    }
    #expect(reasons(served: nil, syscalls: 1) == [])
    #expect(reasons(served: 1008, syscalls: 1) == [])
    #expect(reasons(served: 1009, syscalls: 1) == ["server-count"])
    #expect(reasons(served: 1000, syscalls: nil) == ["not-counted"])
  }
}
