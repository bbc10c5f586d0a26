import Foundation
import Measurement
import Plan
import Records
import Testing

@testable import Reporting

struct LoadTests {
  /// At twice the capacity of 100 operations per second, half of the operations are done.
  private func trial(
    _ rate: Double?, _ mode: String = "epoll", round: Int = 1, response: UInt64 = 1000, throughput: Double? = nil
  ) -> TrialRecord {
    var trial = TinyRun.trial(
      mode, round: round, throughput: throughput ?? rate, latencies: .init(repeating: 500, count: 1000))
    guard let rate else { return trial }
    trial.arrivals = .init(kind: "poisson", rate: rate)
    var responses = LatencyHistogram()
    for _ in 0..<1000 { responses.record(response) }
    trial.latency?.response = LatencySummary(responses)
    return trial
  }

  private func invalid(_ trial: TrialRecord, _ reason: String) -> TrialRecord {
    var trial = trial
    trial.valid = false
    trial.reasons = [reason]
    return trial
  }

  private func load(_ run: Run) throws -> Summary.Load {
    let sections = Summary(run).sections
    #expect(sections.count == 1)
    guard case .load(let load)? = sections.first else { throw Missing() }
    return load
  }

  private struct Missing: Error {}

  private func searching(_ trials: [TrialRecord], _ objective: String) -> Run {
    let run = TinyRun.run(trials)
    var record = run.record
    record.suite = .object([
      "experiments": .array([.object(["name": .string("tiny"), "slo": .string(objective)])])
    ])
    let complete = trials.map { trial in
      var trial = trial
      if trial.arrivals.rate != nil { trial.arrivals.scheduled = trial.operations.done }
      return trial
    }
    return Run(record: record, trials: complete)
  }

  /// The knee is at 80, and 200 cannot be sustained.
  private var sweep: [TrialRecord] {
    [
      trial(200, response: 90_000, throughput: 100), trial(40, response: 1000), trial(80, response: 1500),
      trial(120, response: 60_000, throughput: 100),
    ]
  }

  @Test func threeRatesAreOneSectionAndTwoAreNot() throws {
    #expect(Summary(TinyRun.run([trial(40), trial(80)])).sections.count == 2)
    let load = try load(TinyRun.run(sweep))
    #expect(load.name == "tiny")
    #expect(load.curves.map { $0.points.map(\.rate) } == [[40, 80, 120, 200]])
    #expect(load.description == "sleep for 10 ms, poisson arrivals")
  }

  @Test func kneeAndSaturationAreThoseOfTheCurve() throws {
    let curve = try #require(try load(TinyRun.run(sweep)).curves.first)
    #expect(curve.knee?.rate == 80)
    #expect(curve.kneeAbsence == nil)
    #expect(curve.saturation?.rate == 120)
  }

  /// A maximum at one end of the measured rates may lie beyond it.
  @Test func highestPowerAtAnEndOfTheRatesIsNoKnee() throws {
    let rising = [trial(40), trial(80), trial(120)]
    let falling = [trial(40), trial(80, response: 90_000), trial(120, response: 90_000_000)]
    for (trials, absence, text, metric) in [
      (rising, .upTo(120), "no knee up to 120/s", "no-knee-up-to"),
      (falling, .downTo(40), "no knee down to 40/s", "no-knee-down-to"),
    ] as [([TrialRecord], Summary.KneeAbsence, String, String)] {
      let run = TinyRun.run(trials)
      let curve = try #require(try load(run).curves.first)
      #expect(curve.knee == nil && curve.kneeAbsence == absence)
      for format in [OutputFormat.text, .md, .latex, .html] {
        let report = Report(run).render(format, width: 100, color: false)
        #expect(report.contains(text) && !report.contains("knee at"), "\(format)")
      }
      #expect(Report(run).render(.json, width: 0, color: false).contains("\"no_knee\""))
      let metrics = try CitationRuns.citations(run).all.map(\.metric)
      #expect(metrics.contains(metric) && !metrics.contains("knee"))
      let figure = try #require(GnuplotData.files(of: run).first { $0.kind == .load }).text
      #expect(figure.contains("# absent: \(text): epoll\n"))
      let rows = figure.split(separator: "\n").filter { $0.first?.isNumber == true }
      #expect(rows.count == 3 && rows.allSatisfy { $0.hasSuffix(" NaN NaN") })
    }
  }

  @Test func invalidTrialsMoveNeitherKneeNorRowAndAreShownWithTheirReasons() throws {
    let saturated = "client-saturated: 99 % used"
    let trials =
      sweep + [
        invalid(trial(80, round: 2, response: 1), "steal: a lot"), invalid(trial(300), saturated),
        invalid(trial(300, round: 2), saturated),
      ]
    let run = TinyRun.run(trials)
    #expect(try load(run).curves.first?.knee?.rate == 80)
    let text = Report(run).render(.text, width: 100, color: false)
    #expect(text.contains("300  2 of 2 trials not valid: client-saturated (2)\n"), "\(text)")
    #expect(text.contains("1 of 2 trials not valid: steal (1)\n"))
    let markdown = Report(run).render(.md, width: 0, color: false)
    #expect(markdown.contains("| 2 of 2 trials not valid: client-saturated: 99 % used (2) |"))
  }

  @Test func rateWhoseClientsAreAllSaturatedIsTheSaturation() throws {
    let trials = [trial(40), trial(80), trial(90), invalid(trial(100), "client-saturated: 99 % used")]
    #expect(try load(TinyRun.run(trials)).curves.first?.saturation?.rate == 100)
    let healthy = [trial(40), trial(80), trial(90), invalid(trial(100), "steal: a lot")]
    #expect(try load(TinyRun.run(healthy)).curves.first?.saturation == nil)
  }

  @Test func textOfASweep() {
    let text = Report(TinyRun.run(sweep)).render(.text, width: 100, color: false)
    #expect(text.contains(Self.expectedSweep), "\(text)")
  }

  @Test(arguments: [1, 60, 80, 100, 300])
  func textIsNeverWiderThanAsked(width: Int) {
    let modes = ["blocking", "dispatch-concurrent", "taskgroup-blocking", "epoll"]
    let run = SyntheticRun(modes: modes, concurrencies: [64, 1000], rates: [1000, 10_000, 50_000, 120_000]).run()
    for line in Report(run).render(.text, width: width, color: false).split(separator: "\n") {
      #expect(line.count <= max(60, width), "\(line)")
    }
  }

  @Test func jsonHasTheRatesOfEachModeInOneExperiment() throws {
    struct Document: Decodable {
      var experiments: [Experiment]
      struct Experiment: Decodable {
        var name: String
        var load: [Curve]
      }
      struct Curve: Decodable {
        var mode: String
        var knee: Knee
        var points: [Point]
        var saturatedAtPerS: Double
      }
      struct Knee: Decodable {
        var ratePerS: Double
        var meanResponseNs: Double
      }
      struct Point: Decodable { var ratePerS: Double }
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let text = Report(TinyRun.run(sweep)).render(.json, width: 0, color: false)
    let experiments = try decoder.decode(Document.self, from: Data(text.utf8)).experiments
    #expect(experiments.map(\.name) == ["tiny"])
    let curve = try #require(experiments.first?.load.first)
    #expect(curve.knee.ratePerS == 80 && abs(curve.knee.meanResponseNs - 1500) < 2)
    #expect(curve.points.map(\.ratePerS) == [40, 80, 120, 200])
    #expect(curve.saturatedAtPerS == 120)
  }

  // MARK: Searches

  /// In round 1 the objective stops the search, in round 2 an invalid trial, in round 3 nothing.
  private var search: Run {
    searching(
      [
        trial(nil, throughput: 100), trial(nil, round: 2, throughput: 110), trial(nil, round: 3, throughput: 90),
        trial(50), trial(75, response: 9000), trial(50, round: 2),
        invalid(trial(80, round: 2), "client-saturated: all used"), trial(60, round: 3),
      ], "p99<2us")
  }

  @Test func searchHasTheMediansOfItsRoundsAndWhatStoppedThem() throws {
    let result = try #require(try load(search).search?.results.first)
    #expect(result.saturation?.median == 100 && result.saturation?.n == 3)
    #expect(result.highestMet?.median == 50 && result.highestMet?.high == 60)
    #expect(result.lowestMissed?.median == 77.5 && result.lowestMissed?.n == 2)
    #expect(result.rounds == 3)
    #expect(Set(result.stopped.map(\.name)) == ["p99<2us missed", "client-saturated: all used"])
    #expect(result.stopped.map(\.count) == [1, 1])
  }

  @Test(arguments: OutputFormat.allCases)
  func searchIsReported(format: OutputFormat) {
    let text = Report(search).render(format, width: 100, color: false)
    let expected: [OutputFormat: String] = [
      .text: "  epoll      4  100.0 [90.00–110.0]*  50.00 [50.00–60.00]*         77.50       3\n",
      .md: #"| epoll | 4 | 3 | 100.0 | \[90.00–110.0\]\* | 50.00 | \[50.00–60.00\]\* | 77.50 | \[75.00–80.00\]\* |"#,
      .json: "\"objective\" : \"p99<2us\"",
      .csv: ",poisson,75.0,",
      .latex: #"epoll & 4 & 3 & 100.0 & {[}90.00--110.0{]}{*}"#,
    ]
    #expect(text.contains(expected[format] ?? "?"), "\(text)")
    if format == .text {
      #expect(text.contains("· epoll at 4: no rate missed it in 1 of 3 rounds"))
    }
  }

  @Test func searchHasTheLoadFigureAloneAndItsStepsAreMarked() {
    #expect(GnuplotData.files(of: search).map(\.kind) == [.load])
    #expect(Summary(search).experiments.filter { !$0.isSearchStep }.map(\.name) == ["tiny"])
  }

  private static let expectedSweep = """
    tiny: sleep for 10 ms, poisson arrivals · 1 valid trial at each rate
    Verdict: at 4 lanes and 200/s offered, epoll sustains 100.0 op/s; there is no mode to compare with.
      mode   offered/s  done/s  resp. p50 µs  p99 µs  of trials
      epoll         40   40.00          1.00    1.00       1.00
      epoll         80   80.00          1.50    1.50       1.50
      epoll        120   100.0          60.0    60.0       60.0
      epoll        200   100.0          90.0    90.0       90.0
      · epoll: knee at 80/s (mean response 1.50 µs); saturated at 120/s: 100/s done

    """
}
