import Foundation
import Records
import Testing

@testable import Reporting

struct TimelineTests {
  /// Operations of 50 ms in a window of twelve seconds, in intervals of 240 ms, with the given numbers in flight and of
  /// threads.
  func trial(
    _ mode: String, round: Int = 1, throughput: Double? = nil, threads: (Double) -> Int = { _ in 6 },
    inFlight: (Double) -> Double
  ) -> TrialRecord {
    var trial = TinyRun.trial(
      mode, concurrency: 64, round: round, latencies: .init(repeating: 50_000_000, count: 100), experiment: "pools")
    trial.workload = .object(["kind": .string("http"), "delay": .string("50ms")])
    trial.wall = 12_000_000_000
    trial.series = (1...50).map { point in
      let middle = (Double(point) - 0.5) * 0.24
      return SeriesPoint(
        t: UInt64(point) * 240_000_000, done: UInt64((inFlight(middle) / 0.05 * 0.24).rounded()), p50: nil, p99: nil,
        max: nil, threads: threads(middle))
    }
    let done = trial.series?.map(\.done).reduce(0, +) ?? 0
    trial.throughput = throughput ?? Double(done) / 12
    trial.inFlight = .init(mean: inFlight(6), max: Int(inFlight(11.9)), samples: 500)
    return trial
  }

  func growing(_ round: Int = 1) -> TrialRecord {
    trial("dispatch-concurrent", round: round, threads: { 6 + Int($0) }, inFlight: { 2 + $0.rounded(.down) })
  }

  private func notes(_ trial: TrialRecord) throws -> [String] {
    try #require(Summary(TinyRun.run([trial])).experiments.first).notes.map(\.text)
      .filter { $0.contains(" in flight ") }
      .filter { !$0.hasPrefix("in flight at most") }
  }

  private func file(_ trials: [TrialRecord]) throws -> GnuplotData {
    try #require(GnuplotData.files(of: TinyRun.run(trials)).first { $0.kind == .time })
  }

  @Test func poolThatStaysAsItIsIsNotedWithItsArithmetic() throws {
    let fixed = trial("taskgroup-blocking") { _ in 2 }
    #expect(
      try notes(fixed) == ["taskgroup-blocking at 64: 2 in flight throughout: 41.7 op/s, and 2 ÷ 50.0 ms is 40.0"])
  }

  @Test func poolThatIsNotWhatLimitsIsNotNoted() throws {
    var slow = trial("taskgroup-blocking") { _ in 2 }
    slow.throughput = 30
    #expect(try notes(slow) == [])
    #expect(try notes(trial("epoll") { _ in 64 }) == [], "all lanes are in flight")
    #expect(try notes(trial("blocking") { _ in 1 }) == [], "one lane is no pool")
  }

  @Test func poolThatGrowsIsNotedWithItsPace() throws {
    let note = try #require(try notes(growing()).first)
    let start = "dispatch-concurrent at 64: from 2 to 13 in flight in 12.0 s, with 0.99 threads more each second "
    #expect(note.hasPrefix(start), "\(note)")
    #expect(note.contains(/\(r² 0\.99\d\)$/), "\(note)")
  }

  @Test func growthThatIsNotEvenOrNotOfThreadsIsNotNoted() throws {
    let late = trial("dispatch-concurrent", threads: { $0 < 10 ? 6 : 60 }, inFlight: { $0 < 10 ? 2 : 56 })
    #expect(try notes(late) == [])
    #expect(try notes(trial("dispatch-concurrent") { 2 + $0 }) == [], "threads are as many throughout")
  }

  @Test func shortWindowsAndCountedOperationsHaveNoFigureOfTime() {
    var short = growing()
    short.wall = 1_900_000_000
    var counted = growing()
    counted.operations.asked = 1000
    for trial in [short, counted] {
      #expect(!GnuplotData.files(of: TinyRun.run([trial])).contains { $0.kind == .time })
    }
  }

  @Test func figureOfTimeIsOfTheMedianTrialAndSaysWhich() throws {
    let trials = [(1, 50.0), (2, 30), (3, 40)].map { trial("epoll", round: $0, throughput: $1) { _ in 2 } }
    var invalid = trial("epoll", round: 4, throughput: 45) { _ in 2 }
    invalid.valid = false
    let file = try file(trials + [invalid])
    #expect(file.text.contains(/\n# trials: .*: epoll 3\n/))
    #expect(file.place == "-64")
  }

  @Test func intervalsAreJoinedAndTheirPoolIsPredicted() throws {
    let text = try file([growing(), trial("taskgroup-blocking") { _ in 2 }, trial("epoll") { _ in 64 }]).text
    let blocks = text.components(separatedBy: "\n\n\n").map { block in
      block.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ").map(String.init) }
    }
    #expect(blocks.map { $0[0][0] } == ["\"epoll\"", "\"dispatch-concurrent\"", "\"taskgroup-blocking\""])
    #expect(blocks.allSatisfy { $0.count == 1 + 25 }, "two intervals of 240 ms are nearest to ten times 50 ms")
    #expect(blocks[0][1][0] == "0.2400000" && blocks[0].dropFirst().allSatisfy { $0[3] == "NaN" })
    #expect(blocks[1][1][3] == "44.80000", "(2 + 0.24) / 50 ms")
    #expect(blocks[2].dropFirst().allSatisfy { $0[3] == "40" })
    #expect(blocks[2].last?[2] == "6")
  }

  @Test func threadsOfTheLastSampleAreNotThoseOfTheWindow() throws {
    var ended = trial("epoll") { _ in 64 }
    ended.series?[49].threads = 1
    let rows = try file([ended]).text.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(rows.last?[2] == "6")
  }

  @Test func growthThatIsNotedIsNoDriftBesides() throws {
    let summary = Summary(TinyRun.run([growing()]))
    #expect(summary.experiments.first?.points.first?.throughputDrift != nil)
    #expect(summary.experiments.first?.notes.contains { $0.text.contains("drifts") } == false)
  }

  @Test func pointWithoutValidTrialHasARowOfNothing() throws {
    var invalid = trial("threads") { _ in 2 }
    invalid.valid = false
    let text = try file([growing(), invalid]).text
    #expect(text.contains("\"threads\" throughput_per_s threads pool_per_s\nNaN NaN NaN NaN\n"))
  }

  @Test func seriesThatEndsBeforeTheFirstIntervalHasARowOfNothing() throws {
    var brief = trial("threads") { _ in 2 }
    brief.series = Array((brief.series ?? []).prefix(1))
    brief.series?[0].t = 20_000_000
    let text = try file([growing(), brief]).text
    #expect(text.contains("\"threads\" throughput_per_s threads pool_per_s\nNaN NaN NaN NaN\n"))
  }

  /// Someone else's record may look like this.
  @Test func countsAtTheEndOfTheirRangeStayThere() {
    var trial = TinyRun.trial("epoll", latencies: .init(repeating: 1000, count: 20))
    trial.wall = 3_000_000_000
    trial.series = (1...30).map {
      SeriesPoint(t: $0 * 100_000_000, done: .max, p50: .max, p99: .max, max: .max, threads: .max)
    }
    trial.operations.done = .max
    trial.operations.unfinished = .max
    trial.operations.failed = ["timeout": .max, "ECONNRESET": .max]
    trial.client = TinyRun.usage(user: .max, system: .max)
    #expect(trial.client?.totalCPU == .max)
    let run = TinyRun.run([trial, trial])
    for format in OutputFormat.allCases { #expect(!Report(run).render(format, width: 100, color: false).isEmpty) }
  }
}
