import Foundation
import Modes
import Plan
import Records
import Testing
import Workloads

@testable import Harness

/// Several limits, and several widths of a pool, in one experiment.
struct SettingsTests {
  private func experiment(_ fields: String) throws -> Experiment {
    try JSONDecoder().decode(Experiment.self, from: Data(#"{"name": "one", \#(fields)}"#.utf8))
  }

  private func json(_ experiment: Experiment) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(experiment))
  }

  private static let http = #""workload": {"kind": "http"}"#
  private static let file = #""workload": {"kind": "file", "offload": "pool"}"#

  @Test func oneNumberIsWrittenAsOne() throws {
    let experiment = try experiment(Self.http + #", "limit": 3"#)
    #expect(experiment.limits == AxisValues(3) && experiment.points.map(\.limit) == [3, 3, 3, 3])
    #expect(try json(experiment)["limit"]?.number == 3)
  }

  @Test func severalAreAPointEach() throws {
    let experiment = try experiment(Self.http + #", "modes": ["epoll"], "concurrency": [8, 4], "limit": [1, 2, 4]"#)
    #expect(experiment.points.map(\.concurrency) == [8, 8, 8, 4, 4, 4])
    #expect(experiment.points.map(\.limit) == [1, 2, 4, 1, 2, 4])
    #expect(try json(experiment)["limit"] == .array([.number(1), .number(2), .number(4)]))
    let again = try JSONDecoder().decode(Experiment.self, from: JSONEncoder().encode(experiment))
    #expect(again.points == experiment.points)
  }

  @Test func poolsAreThoseOfModesThatHaveOne() throws {
    let experiment = try experiment(Self.file + #", "modes": ["threads", "epoll", "uring"], "pool": [1, 4]"#)
    #expect(experiment.points.map(\.mode) == [.threads, .epoll, .epoll, .uring])
    #expect(experiment.points.map(\.pool) == [nil, 1, 4, nil])
  }

  @Test func plansHaveOneOfEach() throws {
    let experiment = try experiment(Self.file + #", "modes": ["epoll"], "limit": [5, 6], "pool": [1, 4]"#)
    let plans = Schedule.plans(experiment.points, of: experiment, at: 0, round: 1, seed: 1, after: 0)
    #expect(plans.count == 4 && Set(plans.map(\.point)) == Set(experiment.points))
    for plan in plans {
      let spec = plan.spec(endpoints: [], isOwnServer: false)
      #expect(spec.limit == plan.point.limit && spec.workload.poolWidth == plan.point.pool)
      #expect(plan.coordinates.setting.limit == plan.point.limit && plan.coordinates.setting.pool == plan.point.pool)
    }
    #expect(plans[0].label.contains(", limit ") && plans[0].label.contains(", pool "))
  }

  @Test func everyPointIsInEveryRoundOnce() throws {
    var one = try experiment(Self.http + #", "modes": ["epoll", "dispatch"], "limit": [1, 2, 4]"#)
    one.rounds = 3
    var agenda = Agenda(Suite(name: "s", about: "", experiments: [one]), seed: 3)
    var seen: [Int: [Point]] = [:]
    while let plan = agenda.next() {
      seen[plan.round, default: []].append(plan.point)
      let record = TrialRecord(plan, of: "run", workload: .null)
      #expect(record.limit == plan.point.limit)
      var other = record
      other.limit = 99
      let isTaken = agenda.take(other)
      #expect(!isTaken)
      agenda.take(record)
    }
    #expect(seen.count == 3)
    for points in seen.values { #expect(points.count == 6 && Set(points) == Set(one.points)) }
  }

  @Test func trialsThatWereToldSomethingElseAreNotTaken() throws {
    let file = try experiment(Self.file + #", "modes": ["epoll"], "concurrency": [8], "pool": [1, 4]"#)
    var agenda = Agenda(Suite(name: "s", about: "", experiments: [file]), seed: 3)
    let next = agenda.next()
    let plan = try #require(next)
    let record = TrialRecord(plan, of: "run", workload: try JSONValue(encoding: plan.workload))
    #expect(record.coordinates == plan.coordinates && record.pool == plan.point.pool)
    let other = Point(mode: .epoll, concurrency: 8, pool: plan.point.pool == 1 ? 4 : 1)
    let changes: [(inout TrialRecord) throws -> Void] = [
      { $0.workload = try JSONValue(encoding: file.workload(at: other)) }, { $0.pipeline = 2 }, { $0.each = 3 },
      { $0.processes = 2 }, { $0.serverProcesses = 2 }, { $0.limit = 5 }, { $0.variant = "inline" },
      { $0.arrivals.kind = "constant" },
    ]
    for change in changes {
      var wrong = record
      try change(&wrong)
      let isTaken = agenda.take(wrong)
      #expect(!isTaken)
    }
    let isTaken = agenda.take(record)
    #expect(isTaken)
  }

  static let wrong: [(fields: String, complaint: String)] = [
    (http + #", "limit": []"#, "is empty"),
    (http + #", "limit": [2, 2]"#, "names a number twice"),
    (http + #", "limit": [4, 0]"#, "0 is not a number of operations in flight; it must be from 1 to 10000000"),
    (http + #", "pool": [1, 2]"#, "goes with the workloads file and compute, and offload pool or processes"),
    (file + #", "pool": [1, 2000]"#, "2000 is not a number of workers; it must be from 1 to 1024"),
    (
      #""workload": {"kind": "compute", "offload": "pool"}, "pool": [257]"#,
      "257 is not a number of workers; it must be from 1 to 256"
    ),
    (
      http + #", "limit": [1, 2], "slo": "p99<10ms""#,
      "must be one number with slo, which searches a rate at each point"
    ),
    (
      http + #", "limit": [1, 2], "arrivals": "constant", "rate_per_s": [100, 200]"#,
      "must be one number with several rates"
    ),
    (http + #", "limit": [2, 3], "processes": 3"#, "3 is more than the permits of the limit (2); each process"),
  ]

  @Test(arguments: wrong) func whatIsWrongIsTold(_ fields: String, _ complaint: String) {
    let error = #expect(throws: DecodingError.self) { try experiment(fields) }
    guard case .dataCorrupted(let context)? = error else { return }
    #expect(context.debugDescription.contains(complaint), "\(context.debugDescription)")
  }
}
