import Foundation
import Plan
import Records
import Testing

@testable import Reporting

struct ExplainReportTests {
  /// Two modes in two rounds, each with an audit: `epoll` with one call per operation, `taskgroup` with three.
  private static func run(audited: Bool = true, costs: Bool = true, machine: String = "Abacus") -> Run {
    var trials: [TrialRecord] = []
    func add(_ mode: String, _ round: Int, _ change: (inout TrialRecord) -> Void) {
      var trial = TinyRun.trial(mode, concurrency: 1, round: round)
      trial.trial = trials.count + 1
      change(&trial)
      trials.append(trial)
    }
    for (mode, cpu, calls) in [("epoll", UInt64(400_000), UInt64(100)), ("taskgroup", 900_000, 300)] {
      for round in 1...2 { add(mode, round) { $0.client = TinyRun.usage(user: cpu * UInt64(round), system: 0) } }
      guard audited else { continue }
      add(mode, 0) { trial in
        var audit = TrialRecord.Audit(tool: "perf")
        audit.operations = 100
        audit.client = .init(syscalls: calls, switches: 0, allocations: 0, byName: [:])
        trial.audit = audit
      }
    }
    var run = TinyRun.run(trials)
    run.record.environment.clientCPUs = [0]
    guard costs else { return run }
    var environment = run.record.environment
    environment.cpuModel = machine
    run.primitives = PrimitivesRecord(
      started: "2026-01-02T04:00:00Z", tool: run.record.tool, machine: environment, rounds: 2,
      primitives: [
        .init(.init("kernel-entry"), about: "", cpu: [100, 120]), .init(.init("sleep-lane"), about: "", cpu: [50, 50]),
      ])
    return run
  }

  private func rendered(
    _ format: ExplainReport.Format = .text, _ query: String = "", run: Run = run(), width: Int = 100
  ) throws -> String {
    try ExplainReport(run, in: "out", CitationQuery(query)).render(format, width: width, color: false)
  }

  @Test func textHasPartsSumMeasuredAndUnexplained() throws {
    let text = try rendered(.text, "epoll")
    #expect(
      text.contains(
        """
        tiny: epoll, concurrency 1
          part          count  each  share              of measured
          sleep-lane     1.00  50.0  50.0 [50.0–50.0]*        8.3 %
          kernel-entry   1.00   110   110 [100–120]*           18 %
          sum                         160 [150–170]*           27 %
          measured                    600 [400–800]*          100 %
          unexplained                 440 [230–650]            73 %
        """), "\(text)")
    #expect(text.contains("kernel-entry: other system calls: at least their entry"))
    #expect(!text.contains("not in the sum"))
    #expect(!text.contains("taskgroup") && !text.contains("predicted"))
  }

  @Test func twoModesStandSideBySide() throws {
    let text = try rendered()
    #expect(text.contains("what taskgroup takes more than epoll"), "\(text)")
    #expect(text.contains("  kernel-entry   2.00  220 [200–240]*"), "\(text)")
    #expect(text.contains("predicted and measured"))
    for width in [60, 80, 100] {
      for line in try rendered(.text, width: width).split(separator: "\n") { #expect(line.count <= width, "\(line)") }
    }
  }

  @Test func jsonHasAllNumbers() throws {
    let value = try JSONDecoder().decode(JSONValue.self, from: Data(try rendered(.json).utf8))
    guard case .array(let points)? = value["points"], case .array(let differences)? = value["differences"] else {
      throw CancellationError()
    }
    #expect(points.count == 2 && points[0]["sum_ns"]?["median"] == .number(160))
    #expect(points[0]["unexplained_ns"]?["value"] == .number(440))
    #expect(differences[0]["mode"] == .string("taskgroup") && differences[0]["than"] == .string("epoll"))
    #expect(differences[0]["measured_ns"]?["median"] == .number(750))
  }

  @Test func markdownHasATablePerPoint() throws {
    let text = try rendered(.md)
    #expect(
      text.contains("## tiny: taskgroup, concurrency 1") && text.contains("| kernel-entry | 3.00 | 110 | 330 |"),
      "\(text)")
  }

  @Test func otherMachineAndBuildAreTold() throws {
    var run = Self.run(machine: "Sundial")
    run.primitives?.tool.configuration = "debug"
    let text = try rendered(run: run)
    #expect(text.contains("the primitives are of another machine: Sundial"))
    #expect(text.contains("the primitives are of a debug build"))
  }

  @Test func whatIsMissingHasARemedy() {
    func failure(_ run: Run, _ query: String = "") -> ExplainFailure? {
      do throws(ExplainFailure) {
        _ = try ExplainReport(run, in: "out", CitationQuery(query))
        return nil
      } catch {
        return error
      }
    }
    #expect(failure(Self.run(costs: false))?.remedy == .primitives(folder: "out"))
    #expect(failure(Self.run(audited: false))?.remedy == .audits)
    #expect(failure(Self.run(), "epol")?.description.contains("did you mean 'epoll'?") == true)
  }
}
