import Foundation
import Records
import Testing

@testable import Reporting

struct FiguresTests {
  static let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../plots").standardizedFileURL.path
  static let gnuplot = Figures.gnuplot(inPath: ProcessInfo.processInfo.environment["PATH"] ?? "")

  private func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    let folder = NSTemporaryDirectory() + "iomodes-figures-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }

  @Test func throughputDataOfATinyRun() throws {
    let file = try #require(GnuplotData.files(of: TinyRun.example).first { $0.kind == .throughput })
    #expect(file.text == Self.expectedThroughput)
  }

  @Test func latencyDataEndWhereTheSamplesDo() throws {
    var trial = TinyRun.trial("epoll", latencies: .init(repeating: 500, count: 1000))
    trial.variant = "inline"
    let file = try #require(GnuplotData.files(of: TinyRun.run([trial])).first { $0.kind == .latency })
    let lines = file.text.split(separator: "\n")
    #expect(lines.contains("\"epoll/inline\" latency_ns percentile"))
    #expect(lines.last == "100 500 99")
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
    #expect(files.map(\.kind) == [.load])
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
    try withFolder { folder in
      let outcome = try Figures.write(run, to: folder, scripts: Self.scripts, gnuplot: nil)
      let stems = ["experiment-throughput", "a-b--c--throughput", "a-b--c--throughput-2", "a-b_-c--throughput"]
      #expect(outcome.data.filter { $0.contains("throughput") } == stems.map { "\($0).dat" })
      for name in outcome.data { #expect(FileManager.default.fileExists(atPath: "\(folder)/\(name)")) }
    }
  }

  @Test func withoutGnuplotDataAndScriptsAreWrittenAndTheRemedyIsTold() throws {
    try withFolder { folder in
      let outcome = try Figures.write(TinyRun.example, to: folder, scripts: Self.scripts, gnuplot: nil)
      #expect(outcome.data.count == 4)
      #expect(outcome.figures.isEmpty)
      #expect(outcome.remarks.last?.contains("apt install gnuplot-nox") == true)
      #expect(FileManager.default.fileExists(atPath: "\(folder)/style.gp"))
    }
  }

  @Test func styleKnowsEveryMode() throws {
    let style = try String(contentsOfFile: "\(Self.scripts)/style.gp", encoding: .utf8)
    let modes = ModeOrder.known.joined(separator: " ")
    #expect(style.contains("modes = \"\(modes)\""))
    for list in ["colours", "markers", "dashes"] {
      let line = try #require(style.split(separator: "\n").first { $0.hasPrefix("\(list) = ") })
      #expect(line.split(separator: "\"")[1].split(separator: " ").count == ModeOrder.known.count)
    }
  }

  @Test func missingScriptsAreAFailureOfOneLine() throws {
    try withFolder { folder in
      let failure = #expect(throws: FiguresFailure.self) {
        try Figures.write(TinyRun.example, to: folder, scripts: "\(folder)/nowhere", gnuplot: nil)
      }
      #expect(failure?.description.contains("nowhere") == true)
      #expect(failure?.description.contains("\n") == false)
    }
  }

  @Test(.enabled(if: gnuplot != nil, "gnuplot is not installed"))
  func gnuplotReadsTheDataByIndexColumnheaderAndName() throws {
    try withFolder { folder in
      _ = try Figures.write(TinyRun.example, to: folder, scripts: Self.scripts, gnuplot: nil)
      let script = """
        data = 'tiny-throughput.dat'
        stats data using 1 name 'all' nooutput
        stats data index 1 using 'throughput_per_s' name 'epoll' nooutput
        stats data index 'epoll' using 4 name 'high' nooutput
        stats data index 0 using 2 name 'blocking' nooutput
        set terminal dumb
        set output '/dev/null'
        plot for [i = 0:1] data index i using 1:2:3:4 with yerrorbars title columnheader(1)
        set print '-'
        print sprintf('%d %d %g %g', all_blocks, epoll_records, epoll_min, epoll_max)
        print sprintf('%g %g %d', high_min, high_max, blocking_records)
        """
      #expect(try run(script, in: folder) == "3 2 137.25 390\n138 390 1\n")
    }
  }

  @Test(.enabled(if: gnuplot != nil, "gnuplot is not installed"), arguments: [1, 4, 9])
  func figuresAreDrawnWithoutComplaintForAnyNumberOfModes(count: Int) throws {
    let modes = Array(ModeOrder.known.prefix(count))
    let run = SyntheticRun.run(of: [
      SyntheticRun(modes: modes),
      SyntheticRun(experiment: "curve", modes: modes, concurrencies: [1, 9, 80], skips: { $0 == "uring" || $1 == 9 }),
      SyntheticRun(experiment: "long", modes: modes, concurrencies: [64], rounds: 1, window: 4),
      SyntheticRun(experiment: "load", modes: modes, concurrencies: [16], rates: [100, 1000, 4000, 7000]),
    ])
    try withFolder { folder in
      let outcome = try Figures.write(run, to: folder, scripts: Self.scripts, gnuplot: Self.gnuplot)
      #expect(outcome.remarks.allSatisfy { count == 1 && $0.contains("-speedup: ") }, "\(outcome.remarks)")
      #expect(outcome.figures.count == (count == 1 ? 24 : 30))
      for name in outcome.figures {
        let size = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.size] as? Int
        #expect((size ?? 0) > 5000)
      }
    }
  }

  @Test(.enabled(if: gnuplot != nil, "gnuplot is not installed"))
  func sameRunGivesTheSameDataAndTheSameSVG() throws {
    func files() throws -> [String: Data] {
      try withFolder { folder in
        let run = SyntheticRun(seed: 9).run()
        let outcome = try Figures.write(run, to: folder, scripts: Self.scripts, gnuplot: Self.gnuplot)
        let names = outcome.data + outcome.figures.filter { $0.hasSuffix(".svg") }
        return try Dictionary(
          uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)"))) })
      }
    }
    #expect(try files() == files())
  }

  @Test(.enabled(if: gnuplot != nil, "gnuplot is not installed"))
  func complaintOfGnuplotIsTheFailure() throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/scripts", withIntermediateDirectories: true)
      for kind in FigureKind.allCases {
        try "plot nonsense(x)\n".write(
          toFile: "\(folder)/scripts/\(kind.rawValue).gp", atomically: true, encoding: .utf8)
      }
      let failure = #expect(throws: FiguresFailure.self) {
        try Figures.write(TinyRun.example, to: folder, scripts: "\(folder)/scripts", gnuplot: Self.gnuplot)
      }
      #expect(failure?.description.contains("undefined function: nonsense") == true, "\(failure as Any)")
    }
  }

  private func run(_ script: String, in folder: String) throws -> String {
    try script.write(toFile: "\(folder)/check.gp", atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.gnuplot))
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.arguments = ["--default-settings", "check.gp"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text
  }

  private static let expectedThroughput = """
    # figure: throughput against concurrency
    # run: run-1
    # machine: Abacus, 2 CPUs, Linux 6.1.0
    # date: 2026-01-02T03:04:05Z
    # experiment: tiny
    # workload: sleep for 10 ms
    # columns: concurrency, then those named
    # interval: low and high are the 95 % interval of the median over trials; with fewer than 6 trials, their range
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
