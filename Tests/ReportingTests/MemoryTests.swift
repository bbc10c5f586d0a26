import Foundation
import Records
import Testing

@testable import Reporting

struct MemoryTests {
  /// The bytes of each mode: a constant, and a number per lane.
  private func trials(
    _ mode: String, base: UInt64 = 9_000_000, perLane: UInt64, lanes: [Int] = [10, 100, 1000], held: Int? = nil
  ) -> [TrialRecord] {
    lanes.enumerated().flatMap { place, lanes in
      // Three rounds, one of which used more than it should.
      [0, 0, 5_000_000].enumerated().map { round, excess in
        var trial = TinyRun.trial(mode, concurrency: lanes, round: round + 1)
        var client = ProcessUsage()
        client.memoryPeak = base + perLane * UInt64(lanes) + UInt64(excess)
        trial.client = client
        trial.inFlight = .init(mean: 1, max: held ?? lanes, samples: 9)
        return trial
      }
    }
  }

  private func note(_ trials: [TrialRecord]) throws -> String? {
    try #require(Summary(TinyRun.run(trials)).experiments.first).notes.map(\.text).first { $0.hasPrefix("memory") }
  }

  private func file(_ trials: [TrialRecord]) -> GnuplotData? {
    GnuplotData.files(of: TinyRun.run(trials)).first { $0.kind == .memory }
  }

  @Test func slopesOfMedianPeaksAreNoted() throws {
    #expect(
      try note(trials("epoll", perLane: 76) + trials("executor", perLane: 1600))
        == "memory per lane of the client: epoll 76 B (r² 1.000), executor 1.6 KiB (r² 1.000)")
  }

  @Test func whatIsNoLineOrDoesNotGrowIsNotNoted() throws {
    #expect(try note(trials("epoll", perLane: 0)) == nil)
    #expect(try note(trials("epoll", perLane: 76, lanes: [10, 100])) == nil, "two points")
    #expect(try note(trials("blocking", perLane: 76, held: 1)) == nil, "one lane at every concurrency")
    var uneven = trials("epoll", perLane: 1000)
    for index in uneven.indices where uneven[index].concurrency == 100 {
      uneven[index].client?.memoryPeak = 20_000_000
    }
    #expect(try note(uneven) == nil)
  }

  @Test func lanesAreThoseThatWereSeenAtWork() throws {
    let experiment = try #require(Summary(TinyRun.run(trials("epoll", perLane: 76, held: 7))).experiments.first)
    #expect(experiment.points.map(\.lanesHeld) == [7, 7, 7])
    var unsampled = trials("epoll", perLane: 76)
    for index in unsampled.indices { unsampled[index].inFlight = nil }
    #expect(Summary(TinyRun.run(unsampled)).experiments.first?.points.map(\.lanesHeld) == [10, 100, 1000])
  }

  @Test func jsonHasTheLineAndItsFit() throws {
    let text = Report(TinyRun.run(trials("epoll", perLane: 76))).render(.json, width: 0, color: false)
    let document = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    guard case .array(let experiments)? = document["experiments"],
      case .array(let lines)? = experiments.first?["memory_per_lane"]
    else {
      Issue.record("\(text)")
      return
    }
    let line = try #require(lines.first)
    #expect(lines.count == 1 && line["mode"]?.string == "epoll" && line["points"]?.number == 3)
    let bytes: Double = try #require(line["bytes_per_lane"]?.number)
    #expect(abs(bytes - 76) < 1e-6)
    let intercept: Double = try #require(line["intercept_bytes"]?.number)
    #expect(abs(intercept - 9e6) < 1e-3)
    let share: Double = try #require(line["r_squared"]?.number)
    #expect(abs(share - 1) < 1e-9)
  }

  @Test func figureHasMemoryAgainstLanesWithTheSlope() throws {
    let text = try #require(file(trials("epoll", perLane: 76))).text
    let rows = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(rows.first == "\"epoll\" client_rss_peak_bytes low_bytes high_bytes concurrency bytes_per_lane r_squared")
    #expect(rows.dropFirst().first?.hasPrefix("10 9000760 9000760 14000760 10 76") == true, "\(rows)")
    #expect(rows.count == 4)
  }

  @Test func figureNeedsThreeConcurrenciesAndAFactorOfTen() {
    #expect(file(trials("epoll", perLane: 76, lanes: [10, 100])) == nil)
    #expect(file(trials("epoll", perLane: 76, lanes: [10, 50, 99])) == nil)
    #expect(file(trials("epoll", perLane: 76, lanes: [10, 50, 100])) != nil)
  }

  @Test(arguments: [(76.4, "76 B"), (1600, "1.6 KiB"), (2_345_678, "2.2 MiB"), (0.5, "0.50 B"), (4.2e9, "3.9 GiB")])
  func bytesAreInBinaryUnits(value: Double, text: String) {
    #expect(NumberText.bytes(value) == text)
  }
}
