import Foundation
import Measurement
import Records
import Testing

@testable import Reporting

/// The figures of latency by percentile, and over time.
struct LatencyFigureTests {
  /// In rounds, with ten intervals of 20 ms in which two latencies end, of the round's number of microseconds and twice that.
  private func trials(_ mode: String, rounds: Int = 3, counts: Bool = true) -> [TrialRecord] {
    (1...rounds).map { round in
      var trial = TinyRun.trial(mode, round: round, throughput: Double(100 * round))
      trial.series = (1...10).map { point in
        var latencies = LatencyHistogram()
        latencies.record(UInt64(round) * 1024, count: 3)
        latencies.record(UInt64(round) * 2048)
        return SeriesPoint(
          t: UInt64(point) * 20_000_000, done: 4, p50: nil, p99: nil, max: nil, threads: nil,
          counts: counts && point != 2 ? CoarseHistogram(latencies).encoded() : nil)
      }
      return trial
    }
  }

  private func file(_ kind: FigureKind, _ trials: [TrialRecord]) -> GnuplotData? {
    GnuplotData.files(of: TinyRun.run(trials)).first { $0.kind == kind }
  }

  @Test func latenciesOverTimeAreThoseOfTheMedianTrialAsShares() throws {
    let data = try #require(file(.heat, trials("epoll")))
    #expect(data.text.contains(": epoll 2\n"))
    let rows = data.text.split(separator: "\n").drop { !$0.hasPrefix("\"epoll\"") }
    #expect(rows.first == "\"epoll\" end_s low_ns high_ns operations share median_ns")
    #expect(rows.count == 1 + 9 * 2, "nothing was recorded in the second interval")
    #expect(
      rows.dropFirst().prefix(2) == [
        "0 0.02000000 2048 2176 3 0.7500000 2112", "0 0.02000000 4096 4352 1 0.2500000 NaN",
      ])
    #expect(rows.last?.hasPrefix("0.1800000 0.2000000 ") == true)
  }

  @Test func runsThatHaveNotRecordedItHaveNoFigureOfIt() {
    #expect(file(.heat, trials("epoll", counts: false)) == nil)
    let mixed = file(.heat, trials("epoll") + trials("threads", counts: false))
    #expect(mixed?.absence == nil && mixed?.text.contains("\nNaN NaN NaN NaN NaN NaN NaN\n") == true)
  }

  @Test func manyIntervalsAreJoined() throws {
    var trial = trials("epoll", rounds: 1)[0]
    let point = try #require(trial.series?.first)
    trial.series = (1...200).map { number in
      var point = point
      point.t = UInt64(number) * 1_000_000
      return point
    }
    let rows = try #require(file(.heat, [trial])).text.split(separator: "\n").filter { $0.first?.isNumber == true }
    #expect(rows.count == 200 && rows[1] == "0 0.002000000 2048 2176 2 0.2500000 NaN")
  }

  /// The end of the last interval has no decimals then, and gnuplot divides such numbers without a remainder.
  @Test(.enabled(if: FigureFolder.gnuplot != nil, "gnuplot is not installed: apt install gnuplot-nox"))
  func heatMapOfAWholeNumberOfSecondsIsDrawn() throws {
    var trial = trials("epoll", rounds: 1)[0]
    trial.wall = 2_000_000_000
    for index in trial.series!.indices { trial.series![index].t = UInt64(index + 1) * 200_000_000 }
    let run = TinyRun.run([trial])
    #expect(try #require(file(.heat, [trial])).text.contains("\n1.800000 2 "))
    try FigureFolder.with { folder in
      let outcome = try Figures.write(run, to: folder, gnuplot: FigureFolder.gnuplot)
      #expect(outcome.figures.contains { $0.contains("heat") } && !outcome.remarks.contains { $0.contains("gnuplot") })
    }
  }

  /// The last sample of a fixed number of operations is taken long after them, once all connections are closed.
  @Test func noIntervalOfAHeatMapLastsBeyondTheWindow() throws {
    var trial = trials("epoll", rounds: 1)[0]
    trial.wall = 190_000_000
    let last = try #require(trial.series?.indices.last)
    trial.series?[last].t = 5_000_000_000
    let rows = try #require(file(.heat, [trial])).text.split(separator: "\n").filter { $0.first?.isNumber == true }
    #expect(rows.last?.hasPrefix("0.1800000 0.1900000 ") == true, "\(rows.last ?? "")")
  }

  @Test func openLoopsHaveResponseTimesBesideServiceTimes() throws {
    var trial = TinyRun.trial("epoll", latencies: .init(repeating: 500, count: 1000))
    trial.arrivals = .init(kind: "poisson", rate: 100)
    var responses = LatencyHistogram()
    for _ in 0..<1000 { responses.record(900) }
    trial.latency?.response = LatencySummary(responses)
    #expect(file(.latency, [trial]) == nil)
    let lines = try #require(file(.response, [trial])).text.split(separator: "\n")
    let names = "service_of_trials_ns low_ns high_ns response_of_trials_ns low_ns high_ns"
    #expect(lines.contains("\"epoll\" service_ns response_ns percentile \(names)"))
    #expect(lines.last == "100 500 900 99 500 500 500 900 900 900")
  }

  @Test func percentilesThatTrialsHaveOfTheirOwnHaveIntervals() throws {
    let trials = (1...3).map { round in
      TinyRun.trial("epoll", round: round, latencies: .init(repeating: UInt64(100 * round), count: 1000))
    }
    let rows = try #require(file(.latency, trials)).text.split(separator: "\n").filter { $0.first?.isNumber == true }
    let own = rows.filter { !$0.hasSuffix(" NaN NaN NaN") }.map { $0.split(separator: " ").map(String.init) }
    #expect(own.map { $0[0] } == ["2", "10", "100"], "a thousand operations have no 99.9th percentile")
    #expect(own.allSatisfy { $0[3...] == ["200", "100", "300"] })
    #expect(own.map { $0[1] } == ["200", "300", "300"], "of all operations together")
    #expect(rows.count > own.count)
  }

  @Test func ratesHaveTheirLatenciesAtTheHighestThatNoModeIsSaturatedAt() throws {
    let run = SyntheticRun(modes: ["epoll"], concurrencies: [16], rates: [1000, 4000, 7000, 20_000]).run()
    let response = try #require(GnuplotData.files(of: run).first { $0.kind == .response })
    #expect(response.experiment == "http-2ms-at-7,000", "\(response.experiment)")
  }
}
