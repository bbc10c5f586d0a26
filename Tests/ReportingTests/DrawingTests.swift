import Foundation
import Measurement
import ProjectFiles
import Records
import Testing

@testable import Reporting

/// gnuplot draws the data with the scripts.
@Suite(.enabled(if: FigureFolder.gnuplot != nil, "gnuplot is not installed: apt install gnuplot-nox"))
struct DrawingTests {
  /// A run that has a figure of every kind, with points that were not measured.
  private static func wholeRun(_ modes: [String]) -> Run {
    let skips: (String, Int) -> Bool = { $0 == modes.last && $1 == 9 && modes.count > 1 }
    var run = SyntheticRun.run(of: [
      SyntheticRun(modes: modes),
      SyntheticRun(experiment: "curve", modes: modes, concurrencies: [1, 9, 80], skips: skips),
      SyntheticRun(experiment: "long", modes: modes, concurrencies: [64], rounds: 1, window: 4),
      SyntheticRun(experiment: "open", modes: modes, concurrencies: [16], rates: [2000]),
      SyntheticRun(experiment: "load", modes: modes, concurrencies: [16], rates: [100, 1000, 4000, 7000]),
      SyntheticRun(experiment: "narrow", modes: modes, concurrencies: [16], rates: [1000, 2000, 4000]),
      SyntheticRun(
        experiment: "serving", workload: .object(["kind": .string("serve"), "protocol": .string("http")]), modes: modes,
        concurrencies: [1, 9, 80], skips: skips),
      SyntheticRun(experiment: "work", workload: .object(["kind": .string("compute")]), modes: modes),
      SyntheticRun(
        experiment: "parts", workload: .object(["kind": .string("sleep"), "duration": .string("2ms")]), modes: modes),
    ])
    for index in run.trials.indices where run.trials[index].experiment == "curve" {
      let lanes = UInt64(run.trials[index].concurrency)
      run.trials[index].client?.memoryPeak = 12_000_000 + lanes * 100_000
    }
    for index in run.trials.indices
    where run.trials[index].experiment == "load" && run.trials[index].mode == modes.last && modes.count > 1
      && run.trials[index].arrivals.rate == 7000
    {
      run.trials[index].valid = false
    }
    for index in run.trials.indices where run.trials[index].experiment == "work" {
      // Some quantities may have no values at all.
      run.trials[index].client?.directCalls = 0
      let trial = run.trials[index]
      run.trials[index].lanes = [
        "busy": .init(count: trial.concurrency, operations: trial.operations, latency: nil),
        "paced": .init(count: 16, operations: .init(), latency: trial.latency),
      ]
    }
    return ExplainedRun.explained(run, "parts")
  }

  /// Loads every file by block, by name and by `columnheader`, with error bars; and counts what is there.
  @Test func dataOfEveryKindAreReadByIndexNameAndColumnheader() throws {
    let run = Self.wholeRun(["blocking", "epoll", "uring"])
    #expect(Set(GnuplotData.files(of: run).map(\.kind)) == Set(FigureKind.allCases))
    try FigureFolder.with { folder in
      _ = try Figures.write(run, to: folder, gnuplot: nil)
      for (stem, data) in Figures.plan(run) where data.absence == nil {
        let blocks = data.text.components(separatedBy: "\n\n\n").map { block in
          block.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ") }
        }
        let counts = blocks.map { rows in rows.dropFirst().filter { Double($0[1]).map(\.isFinite) ?? false }.count }
        let measured = blocks.indices.filter { counts[$0] > 0 }
        var script = """
          data = '\(stem).dat'
          set print '-'
          set terminal dumb
          set output '/dev/null'
          stats data using 1 name 'all' nooutput
          plot for [i = 0:all_blocks - 1] data index i using 1:2:2:2 with yerrorbars title columnheader(1)
          print all_blocks

          """
        for index in measured {
          script += "stats data index \(index) using 2 name 'a' nooutput\nprint a_records\n"
          let name = blocks[index][0][0].filter { $0 != "\"" }
          script += "stats data index '\(name)' using '\(blocks[index][0][1])' name 'b' nooutput\nprint b_records\n"
        }
        let expected = [blocks.count] + measured.flatMap { [counts[$0], counts[$0]] }
        #expect(try gnuplot(script, in: folder) == expected.map { "\($0)\n" }.joined(), "\(stem)")
      }
    }
  }

  @Test func intervalsAndGapsAreReadAsTheyStand() throws {
    try FigureFolder.with { folder in
      _ = try Figures.write(TinyRun.example, to: folder, gnuplot: nil)
      let script = """
        data = 'tiny-throughput.dat'
        stats data index 1 using 'throughput_per_s' name 'epoll' nooutput
        stats data index 'epoll' using 4 name 'high' nooutput
        stats data index 0 using 2 name 'blocking' nooutput
        set print '-'
        print sprintf('%d %g %g', epoll_records, epoll_min, epoll_max)
        print sprintf('%g %g %d', high_min, high_max, blocking_records)
        """
      #expect(try gnuplot(script, in: folder) == "2 137.25 390\n138 390 1\n")
    }
  }

  @Test(arguments: [1, 4, 10])
  func figuresAreDrawnWithoutComplaintForAnyNumberOfModes(count: Int) throws {
    let run = Self.wholeRun(Array(ModeTable.builtIn.names.prefix(count)))
    try FigureFolder.with { folder in
      let outcome = try Figures.write(run, to: folder, gnuplot: FigureFolder.gnuplot)
      #expect(outcome.remarks.allSatisfy { $0.hasSuffix(", so there is no figure") }, "\(outcome.remarks)")
      let drawn = Figures.plan(run).filter { $0.data.absence == nil }
      #expect(outcome.figures.count == 3 * drawn.count)
      // A single lane has no speed-up, no setting and no growth.
      let absent: Set<FigureKind> = count == 1 ? [.speedup, .tuning, .memory] : []
      #expect(Set(drawn.map(\.data.kind)) == Set(FigureKind.allCases).subtracting(absent))
      for (name, bytes) in try FigureFolder.files(in: folder) where outcome.figures.contains(name) {
        #expect(bytes.count > 5000, "\(name)")
        // The heading as text, because others put these figures into documents.
        if name.hasSuffix(".svg") {
          let text = String(decoding: bytes, as: UTF8.self)
          #expect(text.contains(run.record.runID) && !text.contains(">NaN<"), "\(name)")
        }
      }
    }
  }

  /// Every axis has at least three labels, and few enough to read.
  @Test(arguments: [
    (1.0, 1.0), (1e6, 1.1e6), (1.9e6, 9e6), (2.1e6, 4.9e6), (5.1e6, 9.9e6), (20e3, 6.3e6), (0.004, 1.2), (1, 1e9),
    (3e-6, 3e9),
  ])
  func logarithmicAxisHasLabels(low: Double, high: Double) throws {
    let labels = try FigureFolder.with { folder in
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let script = """
        low = \(low)
        high = \(high)
        count = 0
        label(v) = (count = count + within(v), sprintf("%g", v))
        load '\(FigureFolder.scripts)/logarithmic.gp'
        set print '-'
        print count
        """
      return try gnuplot(script, in: folder)
    }
    let count = try #require(Int(labels.dropLast()))
    #expect((3...9).contains(count), "\(count) from \(low) to \(high)")
  }

  @Test func sameRunGivesTheSameBytesInAnyFormat() throws {
    let run = SyntheticRun(seed: 9).run()
    func files() throws -> [String: Data] {
      try FigureFolder.with { folder in
        _ = try Figures.write(run, to: folder, gnuplot: FigureFolder.gnuplot)
        return try FigureFolder.files(in: folder)
      }
    }
    let first = try files()
    Thread.sleep(forTimeInterval: 1.1)
    let second = try files()
    #expect(first.keys.sorted() == second.keys.sorted())
    #expect(first.keys.filter { first[$0] != second[$0] } == [])
    let document = try #require(first["http-2ms-throughput.pdf"])
    #expect(document.range(of: Data("/CreationDate (D:20260102030405Z)".utf8)) != nil)
  }

  @Test func checkTellsWhatIsNotOfTheRun() throws {
    let run = TinyRun.example
    try FigureFolder.with { folder in
      func check(_ gnuplot: String?) throws -> FiguresCheck {
        try Figures.check(run, in: folder, gnuplot: gnuplot)
      }
      #expect(throws: FiguresFailure.self) { try check(nil) }
      _ = try Figures.write(run, to: folder, gnuplot: FigureFolder.gnuplot)
      let whole = try FigureFolder.files(in: folder)
      #expect(try check(FigureFolder.gnuplot) == FiguresCheck(agreeing: whole.count))
      try Data("1 2\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/tiny-cpu.dat"))
      try Data("<svg/>".utf8).write(to: URL(fileURLWithPath: "\(folder)/tiny-latency.svg"))
      try Data("?".utf8).write(to: URL(fileURLWithPath: "\(folder)/other-cpu.dat"))
      try Data("exported".utf8).write(to: URL(fileURLWithPath: "\(folder)/trials.csv"))
      unlink("\(folder)/tiny-cpu.pdf")
      let found = try check(FigureFolder.gnuplot)
      #expect(found.differing == ["tiny-cpu.dat", "tiny-latency.svg"] && found.missing == ["tiny-cpu.pdf"])
      #expect(found.surplus == ["other-cpu.dat"] && found.agreeing == whole.count - 3 && !found.isFine)
      let data = try check(nil)
      #expect(data.differing == ["tiny-cpu.dat"] && data.missing == ["tiny-cpu.pdf"] && data.surplus == found.surplus)
      #expect(data.remarks.count == 1 && data.remarks[0].contains("gnuplot is not installed"))
    }
  }

  /// 6 pt are 8 pixels of 96 to an inch.
  @Test func figuresOfAColumnHaveNoLetterBelowSixPoints() throws {
    let run = Self.wholeRun(Array(ModeTable.builtIn.names))
    try FigureFolder.with { folder in
      let outcome = try Figures.write(
        run, to: folder, width: .column, gnuplot: FigureFolder.gnuplot, endings: [".svg"])
      #expect(outcome.figures.allSatisfy { $0.hasSuffix("-column.svg") } && !outcome.figures.isEmpty)
      for name in outcome.figures {
        let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        #expect(text.contains("width=\"321\""), "\(name)")
        let sizes = text.matches(of: /font-size="([0-9.]+)"/).compactMap { Double($0.output.1) }
        #expect(sizes.allSatisfy { $0 >= 8 } && sizes.count > 10, "\(name): \(sizes.min() ?? 0)")
      }
    }
  }

  @Test func figuresSayTheirQuestionAndValuesWithoutAScript() throws {
    let run = SyntheticRun(modes: ["epoll", "uring"], concurrencies: [1, 9, 80]).run()
    try FigureFolder.with { folder in
      _ = try Figures.write(run, to: folder, gnuplot: FigureFolder.gnuplot, endings: [".svg"])
      let text = try String(contentsOfFile: "\(folder)/http-2ms-throughput.svg", encoding: .utf8)
      #expect(text.contains("<title>How does throughput grow with concurrency?</title>"))
      #expect(text.contains("<desc>http-2ms: throughput against concurrency</desc>"))
      #expect(text.firstMatch(of: /<g><title>epoll, 80 lanes: [0-9,]+ operations\/s<\/title>/) != nil)
      #expect(!text.contains("gnuplot_svg") && !text.contains("<title> </title>"))
    }
  }

  /// A reader who points at a bar, a marker or an interval sees its value.
  @Test func figuresOfEveryKindShowTheirValuesWhereAReaderPoints() throws {
    let run = Self.wholeRun(["blocking", "epoll", "uring"])
    try FigureFolder.with { folder in
      let outcome = try Figures.write(run, to: folder, gnuplot: FigureFolder.gnuplot, endings: [".svg"])
      #expect(Set(outcome.drawn.map(\.kind)) == Set(FigureKind.allCases))
      for figure in outcome.drawn {
        let text = try String(contentsOfFile: "\(folder)/\(figure.stem).svg", encoding: .utf8)
        let values = text.matches(of: /<title>(epoll|uring)[^<]*: [^<]*[0-9]/).count
        #expect(values > 1, "\(figure.stem)")
      }
    }
  }

  @Test func numbersBesideEachOtherHaveTheSameDigits() throws {
    try FigureFolder.with { folder in
      _ = try Figures.write(TinyRun.example, to: folder, gnuplot: nil)
      let script = """
        data = 'tiny-throughput.dat'
        load 'style.gp'
        set print '-'
        print number3(5.0), number3(4.84), number3(9.996), number3(0.5), number3(999.7)
        print span3(2e6), span3(1.995e6), span3(999.9e3), span3(12e9), span3(0)
        print count(5), count(4.5), count(10001), number(2e-5), number3(1.2345e-10)
        """
      #expect(
        try gnuplot(script, in: folder)
          == "5.00 4.84 10.0 0.500 1,000\n2.00 ms 2.00 ms 1.00 ms 12.0 s 0\n5 4.5 10,001 2·10⁻⁵ 1.23·10⁻¹⁰\n")
    }
  }

  @Test func linesWithGapsSayWhy() throws {
    let run = Self.wholeRun(["blocking", "epoll", "uring"])
    try FigureFolder.with { folder in
      _ = try Figures.write(run, to: folder, gnuplot: FigureFolder.gnuplot, endings: [".svg"])
      for stem in ["curve-cpu", "curve-throughput", "serving-serve", "load-load"] {
        let text = try String(contentsOfFile: "\(folder)/\(stem).svg", encoding: .utf8)
        let reason = stem == "load-load" ? "uring invalid at 7,000" : "uring skipped at 9"
        #expect(text.contains("gaps: \(reason)"), "\(stem)")
      }
    }
  }

  @Test func checkPassesOverFiguresOfTheOtherWidth() throws {
    let run = TinyRun.example
    try FigureFolder.with { folder in
      for width in FigureWidth.allCases {
        _ = try Figures.write(run, to: folder, width: width, gnuplot: FigureFolder.gnuplot, endings: Figures.endings)
      }
      for width in FigureWidth.allCases {
        let check = try Figures.check(run, in: folder, width: width, gnuplot: FigureFolder.gnuplot)
        #expect(check.isFine && check.agreeing > 0, "\(check)")
      }
    }
  }

  @Test func complaintOfGnuplotIsTheFailure() throws {
    try FigureFolder.with { folder in
      let failure = #expect(throws: FiguresFailure.self) {
        try Figures.write(
          TinyRun.example, to: folder, scripts: Self.scripts("plot nonsense(x)\n"), gnuplot: FigureFolder.gnuplot)
      }
      #expect(failure?.description.contains("undefined function: nonsense") == true, "\(failure as Any)")
    }
  }

  /// Also if one of that name already exists.
  @Test func figureThatGnuplotHasNotDrawnIsAFailure() throws {
    try FigureFolder.with { folder in
      _ = try Figures.write(TinyRun.example, to: folder, gnuplot: FigureFolder.gnuplot)
      let failure = #expect(throws: FiguresFailure.self) {
        try Figures.write(TinyRun.example, to: folder, scripts: Self.scripts("exit\n"), gnuplot: FigureFolder.gnuplot)
      }
      #expect(failure?.description.contains("gnuplot has drawn no ") == true, "\(failure as Any)")
    }
  }

  /// The same for every kind of figure.
  private static func scripts(_ text: String) -> [ProjectFile] {
    FigureKind.allCases.map { ProjectFile(name: "\($0.rawValue).gp", text: text) }
  }

  private func gnuplot(_ script: String, in folder: String) throws -> String {
    try script.write(toFile: "\(folder)/check.gp", atomically: true, encoding: .utf8)
    return try Subprocess.run(
      try #require(FigureFolder.gnuplot), ["--default-settings", "check.gp"], in: folder
    ).output
  }
}
