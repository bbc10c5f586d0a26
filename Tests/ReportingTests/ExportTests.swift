import Foundation
import Measurement
import Records
import Testing

@testable import Reporting

struct ExportTests {
  private func file(_ name: String, of run: Run) throws -> String {
    let files = Export(run).files
    return try #require(files.first { $0.name == name }?.text, "\(files.map(\.name))")
  }

  @Test func everyPointHasATableAndEveryExperimentALog() {
    let run = SyntheticRun(modes: ["blocking", "epoll"], rounds: 2, rates: [100, 2500]).run()
    let names = Export(run).files.map(\.name)
    #expect(names.count == Set(names).count)
    #expect(names.count { $0.hasSuffix(".hgrm") } == 2 * 2 * 2 * 2, "modes, concurrencies, rates; service and response")
    #expect(names.count { $0.hasSuffix(".hlog") } == 4)
    #expect(
      names.contains("http-2ms-at-100-epoll-64-response-ms.hgrm") && names.contains("http-2ms-at-100-service.hlog"))
    #expect(names.last == "trials.csv")
  }

  @Test func formatsThatAreNotAskedForAreLeftOut() {
    for format in ExportFormat.allCases {
      let names = Export(TinyRun.example, as: [format]).files.map(\.name)
      #expect(!names.isEmpty && names.allSatisfy { $0.hasSuffix(".\(format.rawValue)") }, "\(names)")
    }
  }

  @Test func sameRunGivesTheSameBytes() {
    let run = SyntheticRun(rounds: 2).run()
    #expect(Export(run).files == Export(run).files)
  }

  @Test func tableIsOfAllValidTrialsTogether() throws {
    let trials = (1...3).map { TinyRun.trial("epoll", round: $0, latencies: .init(repeating: 2000, count: 30)) }
    var wrong = TinyRun.trial("epoll", round: 4, latencies: .init(repeating: 9_000_000, count: 30))
    wrong.valid = false
    let text = try file("tiny-epoll-4-service-ms.hgrm", of: TinyRun.run(trials + [wrong]))
    #expect(text.contains("#[Max     =        0.002, Total count    =           90]"))
  }

  @Test func logHasALineForEachValidTrialOneAfterAnother() throws {
    var trials = (1...3).map { TinyRun.trial("epoll", round: $0, latencies: [1000, 2_500_000]) }
    for index in trials.indices {
      trials[index].wall = 250_000_000
      trials[index].variant = "po ol,"
    }
    trials[1].valid = false
    let lines = try file("tiny-service.hlog", of: TinyRun.run(trials)).split(separator: "\n")
    #expect(
      lines.prefix(6) == [
        "#[iomodes 1.0.0, run run-1, service time of tiny]", "#[Abacus, 2 CPUs, Linux 6.1.0]",
        "#[Histogram log format version 1.3]",
        "#[StartTime: 1767323045.000 (seconds since epoch), Fri Jan 02 03:04:05 UTC 2026]",
        "#[BaseTime: 1767323045.000 (seconds since epoch)]",
        #""StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram""#,
      ])
    let histogram = try LatencyHistogram(encoded: try #require(trials[0].latency?.service.histogram)).compressed()
    #expect(
      lines.dropFirst(6) == [
        "Tag=epoll/po-ol-/4,0.000,0.250,2.501,\(histogram)", "Tag=epoll/po-ol-/4,0.250,0.250,2.501,\(histogram)",
      ])
  }

  @Test func everyLimitOfSeveralHasALogOfItsOwn() throws {
    let trials = [2, 8].flatMap { limit in
      (1...2).map { round in
        var trial = TinyRun.trial("epoll", round: round, latencies: [1000])
        trial.limit = limit
        return trial
      }
    }
    let files = Export(TinyRun.run(trials), as: [.hlog]).files
    #expect(files.map(\.name) == ["tiny-limit-2-service.hlog", "tiny-limit-8-service.hlog"])
    #expect(files.allSatisfy { $0.text.split(separator: "\n").count { $0.hasPrefix("Tag=") } == 2 })
  }

  @Test func csvIsThatOfTheReportWithTheLineEndsOfRFC4180() throws {
    var trial = TinyRun.trial("epoll")
    trial.reasons = ["two\nlines, \"quoted\""]
    let run = TinyRun.run([trial, TinyRun.trial("null")])
    let text = try file("trials.csv", of: run)
    #expect(text.utf8.count { $0 == 0x0D } == 3)
    #expect(text.replacingOccurrences(of: "\r\n", with: "\n") == Report(run).render(.csv, width: 0, color: false))
    #expect(text.contains("\"two\nlines, \"\"quoted\"\"\""))
  }

  @Test func workloadHasAColumnForEachOfItsKeys() throws {
    var other = TinyRun.trial("epoll")
    other.workload = .object(["kind": .string("http"), "targets": .array([.string("a,b")]), "delay": .string("2ms")])
    let rows = try file("trials.csv", of: TinyRun.run([TinyRun.trial("null"), other])).split(separator: "\r\n")
    #expect(rows[0].contains(",workload_delay,workload_duration,workload_targets,"))
    #expect(rows[1].contains(",,10ms,,") && rows[2].contains(#",2ms,,"[""a,b""]","#))
  }

  @Test func filesAreWrittenAndReplaced() throws {
    let folder = NSTemporaryDirectory() + "iomodes-export-\(UUID().uuidString)/deeper"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let export = Export(TinyRun.example)
    for _ in 1...2 { try export.write(to: folder) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == export.files.map(\.name).sorted())
    let failure = #expect(throws: FiguresFailure.self) { try export.write(to: "\(folder)/trials.csv/below") }
    #expect(failure?.description.contains("\n") == false)
  }
}
