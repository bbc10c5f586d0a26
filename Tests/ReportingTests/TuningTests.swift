import Foundation
import Measurement
import Records
import TestSupport
import Testing

@testable import Reporting

/// The best settings of a synthetic run.
struct TuningTests {
  /// Trials of one mode at several limits, each with its throughput; rounds differ by a percent.
  private func trials(
    _ levels: [(Int, Double)], of mode: String = "epoll", rounds: Int = 6, noise: Double = 0.01,
    experiment: String = "swept", change: (inout TrialRecord, Int) -> Void = { $0.limit = $1 }
  ) -> [TrialRecord] {
    var random = SplitMix64(seed: 5)
    return (1...rounds).flatMap { round in
      levels.map { setting, throughput in
        var trial = TinyRun.trial(
          mode, concurrency: 1000, round: round, throughput: throughput * random.jitter(2 * noise),
          experiment: experiment)
        trial.inFlight = .init(mean: 10, max: 20, samples: 9)
        change(&trial, setting)
        return trial
      }
    }
  }

  private static let plateau = [(1, 100.0), (4, 390), (16, 1000), (64, 1001), (256, 999)]

  private func tuning(_ trials: [TrialRecord]) throws -> Summary.Tuning {
    try #require(Summary(TinyRun.run(trials)).tunings.first)
  }

  @Test func smallestOfAPlateauIsRecommended() throws {
    let tuning = try tuning(trials(Self.plateau))
    #expect(tuning.axis == .limit && tuning.settings == [1, 4, 16, 64, 256] && tuning.fixed.isEmpty)
    let curve = try #require(tuning.curves.first)
    #expect(curve.recommended?.setting == 16 && curve.contenders == [16, 64, 256])
    #expect(tuning.curves.count == 1)
  }

  @Test func clearBestStandsAlone() throws {
    let curve = try #require(try tuning(trials([(1, 100), (4, 700), (16, 400)])).curves.first)
    #expect(curve.recommended?.setting == 4 && curve.contenders == [4])
    #expect(curve.reason == "all others are lower")
    let last = try #require(try tuning(trials([(1, 100), (4, 400), (16, 700)])).curves.first)
    #expect(last.reason == "all others are lower; the largest measured, and a larger one may be better")
  }

  @Test func noiseIsUndecided() throws {
    let tuning = try tuning(trials([(1, 100), (4, 101), (16, 99)], noise: 0.8))
    let curve = try #require(tuning.curves.first)
    #expect(curve.recommended == nil && curve.contenders == [1, 4, 16])
    #expect(TuningTable(tuning).notes.count == 1 && curve.reason.contains("add rounds"))
    #expect(TuningTable(tuning).table.columns[1].cells[0].text == "undecided")
  }

  @Test func threeSettingsAreNeeded() {
    #expect(Summary(TinyRun.run(trials([(1, 100), (4, 390)]))).tunings.isEmpty)
  }

  @Test func oneLaneHasNothingToTune() {
    let alone = trials(Self.plateau, of: "blocking") { trial, setting in
      trial.concurrency = setting
      trial.inFlight = .init(mean: 1, max: 1, samples: 9)
    }
    #expect(Summary(TinyRun.run(alone)).tunings.isEmpty)
  }

  @Test func trialsThatAreNotValidTakeNoPart() throws {
    var all = trials(Self.plateau)
    for index in all.indices where all[index].limit == 16 {
      all[index].valid = false
      all[index].reasons = ["steal: 12 %"]
    }
    #expect(try tuning(all).curves.first?.recommended?.setting == 64)
    let both = try tuning(all + trials(Self.plateau, of: "taskgroup"))
    #expect(TuningTable(both).notes.map(\.text) == ["epoll: no valid trial at 16"])
  }

  @Test func concurrencyAndPoolsAreSettingsToo() throws {
    let lanes = trials(Self.plateau, experiment: "lanes") { $0.concurrency = $1 }
    let pools = trials(Self.plateau, experiment: "pools") { trial, setting in
      trial.variant = "pool"
      trial.workload = .object([
        "kind": .string("compute"), "offload": .string("pool"), "pool": .number(Double(setting)),
      ])
    }
    let tunings = Summary(TinyRun.run(lanes + pools)).tunings
    #expect(tunings.map(\.axis) == [.concurrency, .pool])
    #expect(tunings.map { $0.curves[0].name } == ["epoll", "epoll/pool"])
    #expect(tunings.allSatisfy { $0.curves[0].recommended?.setting == 16 })
    // A pool size that does not vary splits nothing.
    var inline = lanes
    for index in inline.indices { inline[index].variant = index % 2 == 0 ? "pool" : "inline" }
    #expect(Summary(TinyRun.run(inline)).experiments.count == 1)
  }

  @Test func whatElseVariesIsKeptApart() throws {
    let both = trials(Self.plateau) { trial, setting in
      trial.concurrency = 1000
      trial.limit = setting
    }
    let more = trials([(1, 50), (4, 60), (16, 900), (64, 1500), (256, 3000)]) { trial, setting in
      trial.concurrency = 5000
      trial.limit = setting
    }
    let tunings = Summary(TinyRun.run(both + more)).tunings
    #expect(tunings.map { $0.fixed.map(\.value) } == [[1000], [5000]])
    #expect(tunings.map { $0.curves[0].recommended?.setting } == [16, 256])
  }

  @Test func settingsOfAnExperimentHaveOneTable() throws {
    let run = TinyRun.run(trials(Self.plateau) + trials(Self.plateau, of: "taskgroup"))
    let summary = Summary(run)
    #expect(summary.experiments.map(\.name).sorted().prefix(2) == ["swept-limit-1", "swept-limit-16"])
    #expect(summary.sections.count == 1)
    let text = Report(run).render(.text, width: 100, color: false)
    #expect(text.contains("swept: sleep for 10 ms · 6 valid trials at each point\n"))
    #expect(text.contains("\n  swept, by limit:\n"))
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(lines.contains { $0.hasPrefix("epoll 16 ") && $0.contains("64") }, "\(text)")
    let markdown = Report(run).render(.md, width: 0, color: false)
    #expect(markdown.contains("## Best settings\n"))
    #expect(markdown.contains("| mode | recommended | op/s | highest | op/s | not different from it | why |"))
  }

  @Test func jsonHasTheSettingsAndWhatWasChosen() throws {
    let text = Report(TinyRun.run(trials(Self.plateau))).render(.json, width: 0, color: false)
    let document = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    guard case .array(let settings)? = document["best_settings"], let one = settings.first else {
      Issue.record("no best_settings in \(text)")
      return
    }
    #expect(one["recommended"]?.number == 16 && one["setting"]?.string == "limit")
    #expect(one["recommended_throughput_per_s"]?["n"]?.number == 6)
    guard case .array(let experiments)? = document["experiments"], case .array(let points)? = experiments[0]["points"]
    else {
      Issue.record("no points in \(text)")
      return
    }
    #expect(experiments.count == 1 && points.map { $0["limit"]?.number } == [1, 4, 16, 64, 256])
  }

  @Test func csvSaysOfEachTrialWhatItsSettingIsWorth() {
    let text = Report(TinyRun.run(trials(Self.plateau, rounds: 6))).render(.csv, width: 0, color: false)
    let unquoted = text.replacing(/"([^"]|"")*"/, with: "quoted")
    let rows = unquoted.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    guard let column = rows[0].firstIndex(of: "limit_standing"), let limit = rows[0].firstIndex(of: "limit") else {
      Issue.record("no such columns in \(rows[0])")
      return
    }
    for row in rows.dropFirst() {
      let expected: [Substring: Set<Substring>] = [
        "1": ["worse"], "4": ["worse"], "16": ["recommended"], "64": ["best", "indistinguishable"],
        "256": ["best", "indistinguishable"],
      ]
      #expect(expected[row[limit]]?.contains(row[column]) == true, "\(row[limit]): \(row[column])")
    }
  }

  @Test func queueingIsNotedWithTheMemoryOfThoseThatWait() throws {
    var all: [TrialRecord] = []
    for lanes in [1000, 10_000, 100_000] {
      for round in 1...6 {
        var trial = TinyRun.trial("epoll", concurrency: lanes, round: round, experiment: "queue")
        trial.limit = 500
        var histogram = LatencyHistogram()
        for place in 1...2000 { histogram.record(UInt64(place * lanes)) }
        trial.latency = .init(
          service: LatencySummary(histogram), response: LatencySummary(histogram), queueing: LatencySummary(histogram))
        trial.client = TinyRun.usage(user: 1, system: 1)
        trial.client?.memoryPeak = 10_000_000 + UInt64(lanes) * 100
        all.append(trial)
      }
    }
    let notes = try #require(Summary(TinyRun.run(all)).experiments.first).notes.map(\.text)
    #expect(
      notes.contains(
        "median wait for one of 500 permits: epoll at 1,000: 1.00 ms (p99 1.98 ms); epoll at 10,000: 10.0 ms (p99 19.8 ms); "
          + "epoll at 100,000: 100 ms (p99 198 ms)"), "\(notes)")
    #expect(
      notes.contains("memory per lane of the client, where all but 500 queue: epoll 100 B (r² 1.000)"), "\(notes)")
  }

  @Test func figureMarksTheRecommendedSetting() throws {
    let files = GnuplotData.files(of: TinyRun.run(trials(Self.plateau))).filter { $0.kind == .tuning }
    let data = try #require(files.first)
    #expect(files.count == 1 && data.place == "-limit" && data.absence == nil)
    #expect(data.text.contains("# question: Which limit gives the highest throughput?\n"))
    let rows = data.text.split(separator: "\n").drop { !$0.hasPrefix("\"epoll\"") }.map { $0.split(separator: " ") }
    #expect(rows.dropFirst().map { $0[0] } == ["1", "4", "16", "64", "256"])
    #expect(rows.dropFirst().map { $0[5] != "NaN" } == [false, false, true, false, false])
  }

  @Test(.enabled(if: FigureFolder.gnuplot != nil, "gnuplot is not installed"), arguments: [1, 9])
  func figureIsDrawnWithoutComplaint(count: Int) throws {
    let modes = ModeTable.builtIn.names.filter { !["blocking", "null"].contains($0) }.prefix(count)
    let levels = Self.plateau
    let all = modes.enumerated().flatMap { place, mode in
      trials(levels.map { ($0.0, $0.1 * (1 + Double(place) / 5)) }, of: mode)
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let outcome = try Figures.write(
      TinyRun.run(all), to: folder, gnuplot: FigureFolder.gnuplot)
    #expect(outcome.remarks.isEmpty, "\(outcome.remarks)")
    #expect(outcome.figures == [".svg", ".png", ".pdf"].map { "swept-limit-tuning\($0)" })
    // Where nothing is recommended, there is no ring to draw.
    let noise = trials([(1, 100), (4, 101), (16, 99)], noise: 0.8, experiment: "noise")
    let plain = try Figures.write(
      TinyRun.run(noise), to: folder, gnuplot: FigureFolder.gnuplot)
    #expect(plain.remarks.isEmpty && plain.figures.count == 3, "\(plain.remarks)")
  }

  @Test func comparisonKeepsSettingsApart() throws {
    let run = TinyRun.run(trials(Self.plateau) + trials(Self.plateau, of: "taskgroup"))
    let comparison = try Comparison(run, baseline: "epoll")
    #expect(comparison.experiments.count == 5)
    let same = try Comparison(run, run)
    #expect(same.experiments.count == 5 && same.workDifferences.isEmpty)
  }
}
