import Foundation
import Plan
import ProjectFiles
import Records
import Testing

@testable import Reporting

struct FiguresTests {
  @Test func throughputDataOfATinyRun() throws {
    let file = try #require(GnuplotData.files(of: TinyRun.example).first { $0.kind == .throughput })
    #expect(file.text == Self.expectedThroughput)
  }

  @Test func latencyDataEndWhereTheSamplesDo() throws {
    var trial = TinyRun.trial("epoll", latencies: .init(repeating: 500, count: 1000))
    trial.variant = "inline"
    let file = try #require(GnuplotData.files(of: TinyRun.run([trial])).first { $0.kind == .latency })
    let lines = file.text.split(separator: "\n")
    #expect(lines.contains("\"epoll/inline\" latency_ns percentile latency_of_trials_ns low_ns high_ns"))
    #expect(lines.last == "100 500 99 500 500 500")
  }

  @Test func everyBlockHasTheSameRowsAndColumns() {
    let run = SyntheticRun(concurrencies: [1, 8, 64], skips: { mode, lanes in mode == "blocking" && lanes > 1 }).run()
    for file in GnuplotData.files(of: run) where file.kind != .latency {
      let blocks = file.text.components(separatedBy: "\n\n\n")
        .map { $0.split(separator: "\n").filter { !$0.hasPrefix("#") } }
      #expect(blocks.allSatisfy { $0.count == 4 })
      #expect(Set(blocks.joined().map { $0.split(separator: " ").count }).count == 1)
    }
  }

  @Test func ratesOfAnExperimentHaveOneFigureWithTheKneeAtItsRate() throws {
    let run = SyntheticRun(modes: ["epoll"], concurrencies: [16], rates: [1000, 4000, 7000, 8000]).run()
    let files = GnuplotData.files(of: run)
    #expect(files.map(\.kind) == [.load, .response])
    let text = try #require(files.first).text
    #expect(text.contains("# figure: latency against offered rate, at concurrency 16\n"))
    let rows = text.split(separator: "\n").drop { !$0.hasPrefix("\"epoll\"") }.map { $0.split(separator: " ") }
    #expect(rows.count == 5 && rows.allSatisfy { $0.count == 10 })
    #expect(rows.dropFirst().map { $0[0] } == ["1000", "4000", "7000", "8000"])
    let knees = rows.dropFirst().filter { $0[9] != "NaN" }
    #expect(knees.count == 1 && knees.allSatisfy { $0[1] == $0[8] && $0[2] == $0[9] })
  }

  @Test func fileNamesNeedNoQuotingAndAreNotUsedTwice() throws {
    let names = ["a/b 'c'", "a/b_'c'", "", "a-b--c-"]
    let run = TinyRun.run(names.map { TinyRun.trial("epoll", experiment: $0) })
    try FigureFolder.with { folder in
      let outcome = try Figures.write(run, to: folder, gnuplot: nil)
      let stems = ["experiment-throughput", "a-b--c--throughput", "a-b--c--throughput-2", "a-b_-c--throughput"]
      #expect(outcome.data.filter { $0.contains("throughput") } == stems.map { "\($0).dat" })
      for name in outcome.data { #expect(FileManager.default.fileExists(atPath: "\(folder)/\(name)")) }
    }
  }

  @Test func withoutGnuplotDataAndScriptsAreWrittenAndTheRemedyIsTold() throws {
    try FigureFolder.with { folder in
      let outcome = try Figures.write(TinyRun.example, to: folder, gnuplot: nil)
      #expect(outcome.data.count == 5)
      #expect(outcome.figures.isEmpty)
      #expect(outcome.remarks.last?.contains("apt install gnuplot-nox") == true)
      #expect(FileManager.default.fileExists(atPath: "\(folder)/style.gp"))
    }
  }

  /// Sleeps as long as the window leave one interval, whose threads are unknown.
  @Test func figureOverTimeOfOneIntervalIsLeftOutAndSaysWhy() throws {
    let run = try CitationRuns.run("20261121-165109-memory")
    try FigureFolder.with { folder in
      let outcome = try Figures.write(
        run, to: folder, gnuplot: FigureFolder.gnuplot, endings: [".svg"])
      let remarks = outcome.remarks.filter { $0.contains("there is no figure") }
      let reason = "no mode has at least three intervals with operations, so there is no figure"
      #expect(
        remarks.filter { $0.hasPrefix("million-sleepers-1000000-time") } == ["million-sleepers-1000000-time: \(reason)"]
      )
      #expect(outcome.leftOut == remarks.count && !outcome.figures.contains { $0.contains("time") })
      #expect(outcome.figures.isEmpty || outcome.figures.contains("million-sleepers-memory.svg"))
    }
  }

  @Test func whatIsBetterToldInWordsIsNoFigure() throws {
    func absence(_ kind: FigureKind, _ trials: [TrialRecord]) -> String? {
      GnuplotData.files(of: TinyRun.run(trials)).first { $0.kind == kind }?.absence
    }
    let one = [TinyRun.trial("epoll", throughput: 137)]
    #expect(absence(.throughput, one) == "there is only one value, that of epoll, 137 operations/s")
    func curve(_ throughputs: [Double]) -> [TrialRecord] {
      throughputs.enumerated().map { TinyRun.trial("epoll", concurrency: 1 << $0, throughput: $1) }
    }
    #expect(
      absence(.throughput, curve([100, 104, 109]))
        == "all values are within 10 %, from 100 operations/s to 109 operations/s")
    #expect(absence(.throughput, curve([100, 104, 111])) == nil)
    #expect(absence(.throughput, [one[0], TinyRun.trial("uring", throughput: 139)]) == nil)
  }

  @Test func partsOfOperationsNeedAuditsAndCosts() {
    func absences(_ run: Run) -> [String?] {
      GnuplotData.files(of: run).filter { $0.kind == .explain }.map(\.absence)
    }
    #expect(absences(ExplainedRun.run()) == [nil])
    #expect(absences(ExplainedRun.run(costs: false)) == ["the run has no costs of primitives"])
    #expect(absences(ExplainedRun.run(audited: false)) == ["no point has a valid audit"])
    #expect(absences(ExplainedRun.run(audited: false, costs: false)) == [])
  }

  @Test func partsOfOperationsAreColumnsThoseThatTakeMostFirst() throws {
    let data = try #require(GnuplotData.files(of: ExplainedRun.run()).first { $0.kind == .explain })
    #expect(data.text.contains("# parts: kernel-entry sleep-lane\n"))
    let lines = data.text.split(separator: "\n")
    #expect(
      lines.contains(
        "\"threads\" measured_ns low_ns high_ns predicted_ns low_ns high_ns kernel-entry_ns sleep-lane_ns"))
    #expect(lines.contains("1 600 400 800 160 150 170 110 50") && lines.contains("1 1350 900 1800 380 350 410 330 50"))
  }

  @Test func wordsOfEveryModeAreReadOnPaperAndInTheDark() {
    for colour in ModeTable.builtIn.names.compactMap({ ModeTable.builtIn[$0]?.look.colour }) {
      #expect(ModeTone.contrast(ModeTone.onPaper(colour), "#FFFFFF") >= 4.5, "\(colour)")
      #expect(ModeTone.contrast(ModeTone.onDark(colour), "#15171A") >= 4.5, "\(colour)")
    }
    #expect(abs(ModeTone.contrast("#000000", "#FFFFFF") - 21) < 1e-9)
    #expect(HeatShade.onPaper.count == HeatShade.onDark.count)
  }

  @Test func throughputOverTimeNeedsNoThreads() throws {
    var trial = TimelineTests().trial("epoll") { _ in 2 }
    for index in 0..<(trial.series?.count ?? 0) { trial.series?[index].threads = nil }
    let data = try #require(GnuplotData.files(of: TinyRun.run([trial])).first { $0.kind == .time })
    #expect(data.absence == nil && data.subject == "throughput over time, at concurrency 64")
  }

  /// The scripts know no mode: each figure's data has the look of its modes, even of other builds.
  @Test func dataTellHowTheirModesLook() throws {
    var run = TinyRun.run([TimelineTests().trial("epoll") { _ in 2 }, TimelineTests().trial("asyncio") { _ in 2 }])
    func line(_ name: String) throws -> Substring? {
      let data = try #require(GnuplotData.files(of: run).first { $0.kind == .throughput })
      return data.text.split(separator: "\n").first { $0.hasPrefix("# \(name): ") }
    }
    #expect(try line("modes") == "# modes: epoll")
    #expect(try line("colours") == "# colours: #009E73")
    run.record.modes = [
      ModeDescription(ModeID("asyncio"), .reference, "an event loop", .init("#123456", dash: 3, marker: 3), .shared)
    ]
    #expect(try line("modes") == "# modes: epoll asyncio")
    #expect(try line("kinds") == "# kinds: headline reference")
    #expect(try line("colours") == "# colours: #009E73 #123456")
    #expect(try line("markers") == "# markers: 7 3")
    #expect(try line("dashes") == "# dashes: 1 3")
    let style = try String(contentsOfFile: "\(FigureFolder.scripts)/style.gp", encoding: .utf8)
    #expect(ModeID.allCases.allSatisfy { !style.contains($0.rawValue) })
  }

  /// A copied program has no folder to search; the built-in files must equal those in the checkout.
  @Test func scriptsThatAreBuiltInAreTheProjects() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: FigureFolder.scripts).filter { $0.hasSuffix(".gp") }
    #expect(ProjectFiles.scripts.map(\.name) == names.sorted() && names.count >= FigureKind.allCases.count)
    for script in ProjectFiles.scripts {
      #expect(try String(contentsOfFile: "\(FigureFolder.scripts)/\(script.name)", encoding: .utf8) == script.text)
    }
    #expect(FigureKind.allCases.allSatisfy { kind in names.contains("\(kind.rawValue).gp") })
  }

  @Test func figuresThatAreNotDrawnAreCounted() throws {
    try FigureFolder.with { folder in
      let outcome = try Figures.write(TinyRun.example, to: folder, gnuplot: nil)
      #expect(outcome.undrawn > 0 && outcome.undrawn == outcome.data.count - outcome.leftOut)
      #expect(outcome.figures.isEmpty && outcome.remarks.contains { $0.hasPrefix("gnuplot is not installed") })
    }
  }

  private static let expectedThroughput = """
    # question: How does throughput differ at concurrency 1 and 4?
    # figure: throughput against concurrency
    # run: run-1
    # machine: Abacus, 2 CPUs, Linux 6.1.0
    # date: 2026-01-02T03:04:05Z
    # experiment: tiny
    # workload: sleep for 10 ms
    # columns: concurrency, then those named
    # interval: low and high are the 95 % interval of the median over trials; with fewer than 6 trials, their range
    # gaps: blocking@4=skipped
    # modes: blocking epoll
    # kinds: headline headline
    # colours: #000000 #009E73
    # tones: #000000 #008662
    # markers: 5 7
    # dashes: 1 1
    # blocking
    "blocking" throughput_per_s low_per_s high_per_s valid_trials
    1 91.50000 91 92 2
    4 NaN NaN NaN 0


    # epoll
    "epoll" throughput_per_s low_per_s high_per_s valid_trials
    1 137.2500 136.5000 138 2
    4 390 390 390 1


    # ideal
    "ideal" throughput_per_s low_per_s high_per_s valid_trials
    1 100 NaN NaN NaN
    4 400 NaN NaN NaN

    """
}
