import Foundation
import Records
import Testing

@testable import Reporting

/// Audits appear beside the measurements, and change none of them.
struct AuditReportTests {
  private static let timed = SyntheticRun(seed: 5, modes: ["blocking", "dispatch-concurrent", "epoll"]).run()

  /// A run with an audit of every point, whose numbers would distort any estimate that included them.
  private static func audited(valid: Bool = true) -> Run {
    var run = timed
    let points = timed.trials.filter { $0.round == 1 }
    for point in points {
      var audit = point
      audit.trial = run.trials.count + 1
      audit.round = 0
      audit.valid = valid
      audit.reasons = valid ? [] : ["failures: timeout 3 of 5 operations"]
      audit.throughput = 1e9
      audit.operations.failed = valid ? nil : ["timeout": 3]
      audit.audit = .init(tool: "perf")
      audit.audit?.operations = 1000
      audit.audit?.client = .init(syscalls: 2031, switches: 500, allocations: 12, byName: ["recvfrom": 1000])
      audit.audit?.server = .init(syscalls: 3004)
      run.trials.append(audit)
    }
    return run
  }

  /// The numbers of a run, without what is told of audits.
  private func estimates(_ run: Run) throws -> NSDictionary {
    let text = Report(run).render(.json, width: 0, color: false)
    var document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let experiments = try #require(document["experiments"] as? [[String: Any]])
    document["experiments"] = experiments.map { experiment in
      var experiment = experiment
      experiment["points"] = (experiment["points"] as? [[String: Any]])?.map { $0.filter { $0.key != "audit" } }
      return experiment
    }
    document["trials_recorded"] = nil
    return document as NSDictionary
  }

  @Test(arguments: [true, false]) func estimatesAreTheSameWhereThereAreAudits(valid: Bool) throws {
    let audited = Self.audited(valid: valid)
    #expect(try estimates(audited) == estimates(Self.timed))
    #expect(Trust(audited, Summary(audited))?.text == Trust(Self.timed, Summary(Self.timed))?.text)
    let figures = [audited, Self.timed].map { run in
      GnuplotData.files(of: run).filter { $0.kind != .explain && (!valid || $0.kind != .cpu) }.map(\.text)
    }
    #expect(figures[0] == figures[1])
    let comparisons = try [audited, Self.timed].map { try Comparison($0, baseline: "blocking") }
    #expect(comparisons[0].experiments.map { "\($0)" } == comparisons[1].experiments.map { "\($0)" })
    let runs = try [audited, Self.timed].map { try Comparison(Self.timed, $0) }
    #expect(runs[0].experiments.map { "\($0)" } == runs[1].experiments.map { "\($0)" })
  }

  @Test func figureOfCostsHasTheAuditsSystemCallsWhereThereAreAny() throws {
    func cost(_ run: Run) throws -> String {
      try #require(GnuplotData.files(of: run).first { $0.kind == .cpu }).text
    }
    let (counted, direct) = (try cost(Self.audited()), try cost(Self.timed))
    #expect(counted.contains("\n# calls: counted by perf\n") && direct.contains("\n# calls: own wrappers only\n"))
    func columns(_ text: String) -> [[Substring]] {
      text.split(separator: "\n").filter { $0.first?.isNumber == true }.map { Array($0.split(separator: " ")[10...12]) }
    }
    #expect(columns(counted).allSatisfy { $0 == ["2.031000", "NaN", "NaN"] })
    #expect(columns(direct).allSatisfy { $0 == ["2", "2", "2"] })
  }

  @Test func countsForAnOperationAreReportedInAllFormats() throws {
    let run = Self.audited()
    let text = Report(run).render(.text, width: 100, color: false)
    #expect(text.contains("per operation, by perf, in trials of their own, setting up included:"))
    #expect(text.contains(/epoll +64 +2.03 +0.500 +0.0120 +3.00\n/))
    let markdown = Report(run).render(.md, width: 0, color: false)
    #expect(markdown.contains("| epoll | 64 | 2.03 | 0.500 | 0.0120 | 3.00 |"))

    let json = Report(run).render(.json, width: 0, color: false)
    let document = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
    guard case .array(let experiments)? = document["experiments"], case .array(let points)? = experiments[0]["points"]
    else {
      Issue.record("no points")
      return
    }
    let audit = try #require(points[0]["audit"])
    #expect(audit["tool"] == .string("perf") && audit["operations"] == .number(1000))
    #expect(audit["client"]?["syscalls_per_operation"] == .number(2.031))
    #expect(audit["client"]?["syscalls_per_operation_by_name"]?["recvfrom"] == .number(1))
    #expect(audit["server"]?["switches_per_operation"] == nil)

    let rows = Report(run).render(.csv, width: 0, color: false).split(separator: "\n")
    #expect(rows[0].hasSuffix(",audit_server_syscalls,audit_server_switches,audit_server_allocations"))
    #expect(rows[1].hasSuffix(",,,,,,,,"))
    #expect(rows.last?.hasSuffix(",perf,1000,2031,500,12,3004,,") == true)
  }

  @Test(arguments: [44, 60, 80, 100, 200]) func tableOfAuditsIsNeverWiderThanAsked(width: Int) {
    for line in Report(Self.audited()).render(.text, width: width, color: false).split(separator: "\n") {
      #expect(line.count <= width, "\(line)")
    }
  }

  @Test func auditThatIsNotValidIsLeftOutAloud() {
    let text = Report(Self.audited(valid: false)).render(.text, width: 100, color: false)
    #expect(!text.contains("by perf"))
    #expect(text.contains("epoll at 64: its audit is not valid and left out: failures: timeout 3 of 5"))
  }
}
