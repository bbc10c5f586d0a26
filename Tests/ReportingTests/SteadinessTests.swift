import Measurement
import Records
import TestSupport
import Testing

@testable import Reporting

struct SteadinessTests {
  /// Intervals of 20 ms with the given numbers of operations.
  private func trial(_ done: [UInt64], round: Int, medians: [UInt64]? = nil) -> TrialRecord {
    var trial = TinyRun.trial("epoll", concurrency: 64, round: round)
    trial.wall = UInt64(done.count) * 20_000_000
    trial.series = done.enumerated().map { index, done in
      SeriesPoint(
        t: UInt64(index + 1) * 20_000_000, done: done, p50: medians?[index], p99: nil, max: nil, threads: nil)
    }
    return trial
  }

  private func noise(_ seed: Int, count: Int = 50) -> [UInt64] {
    var random = SplitMix64(seed: UInt64(seed))
    return (0..<count).map { _ in UInt64(1000 * random.jitter(0.04)) }
  }

  private func falling(_ seed: Int) -> [UInt64] {
    noise(seed).enumerated().map { UInt64(Double($1) * (1 - 0.08 * Double($0) / 49)) }
  }

  private func notes(_ trials: [TrialRecord], warmup: String? = nil) throws -> [String] {
    let run = TinyRun.run(trials)
    var record = run.record
    if let warmup {
      record.suite = .object([
        "experiments": .array([.object(["name": .string("tiny"), "warmup": .string(warmup)])])
      ])
    }
    let summary = Summary(Run(record: record, trials: trials))
    return try #require(summary.experiments.first).notes.map(\.text)
  }

  @Test func driftOfMostTrialsIsNoted() throws {
    let trials = (1...6).map { trial($0 > 2 ? falling($0) : noise($0), round: $0) }
    let drift = try #require(try notes(trials).first)
    #expect(drift.contains(/^epoll at 64: throughput drifts by −[789] % over the window in 4 of 6 trials$/), "\(drift)")
  }

  @Test func driftOfFewTrialsOrOfLittleIsNotNoted() throws {
    #expect(try notes((1...6).map { trial($0 > 4 ? falling($0) : noise($0), round: $0) }) == [])
    let slight = (1...6).map { round in
      trial((0..<50).map { 1000 + UInt64($0) / 2 }, round: round)
    }
    #expect(try notes(slight) == [], "2.4 % in all trials")
  }

  @Test func driftsInOppositeDirectionsDoNotAddUp() throws {
    let trials = (1...6).map { trial($0 > 4 ? falling($0) : $0 > 2 ? falling($0).reversed() : noise($0), round: $0) }
    #expect(try notes(trials) == [])
  }

  @Test func driftOfTheMedianServiceTimeIsNoted() throws {
    let trials = (1...2).map { trial(noise($0), round: $0, medians: falling($0).reversed()) }
    #expect(try notes(trials).first?.contains("epoll at 64: the median service time drifts by +") == true)
  }

  @Test func shortSeriesSayNothing() throws {
    let short: [UInt64] = [100, 200, 300, 400, 500, 600, 700, 800, 900]
    #expect(try notes((1...6).map { trial(short, round: $0) }, warmup: "100ms") == [])
  }

  @Test func intervalCutShortByTheWindowsEndIsLeftOut() {
    var cut = trial([1000, 1000, 1000], round: 1)
    cut.series?.append(SeriesPoint(t: 61_000_000, done: 1, p50: nil, p99: nil, max: nil, threads: nil))
    #expect(cut.intervalThroughputs == [50_000, 50_000, 50_000])
    cut.series?[1].t = 0
    #expect(cut.intervalThroughputs == [], "time does not run backwards")
  }

  /// The first six of fifty intervals are slower, in rounds that are not alike.
  private var warming: [TrialRecord] {
    (1...6).map { round in trial((0..<50).map { ($0 < 6 ? 700 : 1000) + UInt64(round) * 10 }, round: round) }
  }

  @Test func warmupThatGoesOnWithinTheWindowIsNotedWithItsRemedy() throws {
    let told = try notes(warming, warmup: "100ms")
    #expect(
      told == [
        "the first 120 ms of 1.00 s look like warm-up (epoll at 64); a warm-up of 250ms excludes it"
      ])
    let noisy = try notes(
      (1...6).map { round in trial(noise(round).enumerated().map { $0 < 6 ? $1 * 7 / 10 : $1 }, round: round) })
    #expect(noisy.count == 1 && noisy[0].contains("look like warm-up"))
    #expect(try notes(warming).first?.hasSuffix("a longer warm-up excludes it") == true)
  }

  @Test func steadySeriesAndNumbersOfOperationsHaveNoLateWarmup() throws {
    for seed in 0..<40 {
      #expect(try notes((1...6).map { trial(noise(seed * 10 + $0), round: $0) }, warmup: "100ms") == [])
    }
    let counted = warming.map { trial in
      var trial = trial
      trial.operations.asked = 1000
      return trial
    }
    #expect(try notes(counted).allSatisfy { !$0.contains("warm-up") })
  }

  // MARK: The cold start

  private func cold(_ mode: String, first: UInt64?, done: UInt64, round: Int = 1) -> TrialRecord {
    var trial = TinyRun.trial(mode, round: round, throughput: 1000)
    trial.coldStart = .init(firstDone: first, done: done, wall: 100_000_000)
    return trial
  }

  @Test func coldStartIsNotedForEachMode() throws {
    #expect(
      try notes([cold("epoll", first: 400_000, done: 93), cold("dispatch", first: nil, done: 0)]) == [
        "cold start at 4: first answer after 400 µs (epoll); throughput in the warm-up 0 × (dispatch), 0.93 × (epoll) "
          + "that of the window"
      ])
    #expect(try notes([TinyRun.trial("epoll")]) == [])
  }

  @Test func coldStartOfAnOpenLoopIsNotNoted() throws {
    var open = cold("epoll", first: 400_000, done: 93)
    open.arrivals = .init(kind: "constant", rate: 1000)
    #expect(try notes([open]) == [])
  }

  // MARK: Medians over trials

  @Test func medianOverTrialsIsAStatisticOfTrialsBesideThePooledPercentile() throws {
    let trials = [(1, 100, 4000), (2, 200, 20), (3, 400, 20)].map { round, latency, count in
      TinyRun.trial("epoll", round: round, latencies: .init(repeating: UInt64(latency), count: count))
    }
    let point = try #require(Summary(TinyRun.run(trials)).experiments.first?.points.first)
    #expect(point.latency?.percentile(50) == 100)
    #expect(point.servicePercentiles.p50?.median == 200)
    #expect(point.servicePercentiles.p50?.low == 100 && point.servicePercentiles.p50?.high == 400)
    #expect(point.servicePercentiles.p50?.kind == .range)
    #expect(point.servicePercentiles.p99 == nil, "two trials have too few samples for their own")
  }
}
