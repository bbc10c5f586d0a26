import Foundation
import Measurement
import Records
import Testing

@testable import Reporting

/// Reports, comparisons and figures of modes that serve only some of their lanes.
struct ServedLanesTests {
  /// Ten rounds at 10,000 lanes; `dispatch` serves 255 of them, fast.
  static func run(served: Int? = 255, kind: String = "sleep") -> Run {
    var trials: [TrialRecord] = []
    for round in 1...10 {
      for (mode, latency, lanes) in [("dispatch", 94_000, served), ("epoll", 134_000_000, 10_000)] {
        let jitter = UInt64(round * 10)
        var trial = TinyRun.trial(
          mode, concurrency: 10_000, round: round, throughput: 1000 + Double(round),
          latencies: .init(repeating: UInt64(latency) + jitter, count: 2000))
        trial.workload = .object(["kind": .string(kind), "protocol": .string("http")])
        trial.lanesServed = lanes.map { $0 + (mode == "dispatch" && round == 1 && $0 < 10_000 ? 3 : 0) }
        trial.server = TinyRun.usage(user: 1_000_000, system: 1_000_000)
        trials.append(trial)
      }
    }
    return TinyRun.run(trials)
  }

  private static let note =
    "dispatch at 10,000: served 255 of 10,000 lanes; its latencies cover only those and are not compared with others"

  private func points(_ run: Run) throws -> [Summary.Point] { try #require(Summary(run).experiments.first).points }

  @Test func aPointTellsTheFewestLanesThatATrialServed() throws {
    let points = try points(Self.run())
    #expect(points.map(\.name) == ["dispatch", "epoll"])
    #expect(points.map(\.lanesServed) == [255, 10_000] && points.map(\.servesAll) == [false, true])
    #expect(try self.points(Self.run(served: 10_000)).allSatisfy(\.servesAll))
    #expect(try self.points(Self.run(served: nil)).allSatisfy(\.servesAll))
  }

  @Test(arguments: [OutputFormat.text, .md, .latex, .html])
  func tablesSayHowManyWereServed(_ format: OutputFormat) {
    let text = Report(Self.run()).render(format, width: 140, color: false)
    #expect(text.contains("served"))
    #expect(text.contains("255 of 10,000"))
    #expect(text.split { $0.isWhitespace }.joined(separator: " ").contains(Self.note))
    for full in [Self.run(served: 10_000), Self.run(served: nil)] {
      #expect(!Report(full).render(format, width: 140, color: false).contains(" of 10,000"))
    }
  }

  @Test func dataAlwaysSayHowManyWereServed() {
    let run = Self.run(served: 10_000)
    let json = Report(run).render(.json, width: 0, color: false)
    #expect(json.contains("\"lanes_served\" : 10000"))
    let rows = Report(run).render(.csv, width: 0, color: false).split(separator: "\n")
    #expect(rows[0].contains(",concurrency,lanes_served,") && rows[1].contains(",10000,10000,"))
    let uncounted = Report(Self.run(served: nil)).render(.csv, width: 0, color: false)
    #expect(uncounted.contains(",10000,,"), "nobody counted")
  }

  // MARK: Comparisons

  private func rows(_ comparison: Comparison, _ mode: String) -> [Comparison.Row] {
    comparison.experiments.flatMap(\.points).filter { $0.mode == mode }.flatMap(\.rows)
  }

  @Test func latenciesOfAPartAreNotComparedWithThoseOfAll() throws {
    let judged = rows(try Comparison(Self.run(), baseline: "epoll"), "dispatch")
    #expect(judged.map(\.metric) == ComparisonMetric.allCases)
    #expect(judged[0].verdict != .notComparable && judged[0].familySize == 1)
    for row in judged[2...] {
      #expect(row.verdict == .notComparable && row.ratio == nil && row.pValue == nil)
      #expect(row.words == "served 255 of 10,000")
      // What each is stands beside it.
      #expect(row.first?.n == 10 && row.second?.n == 10)
    }
    let other = rows(try Comparison(Self.run(), baseline: "dispatch"), "epoll")
    #expect(other[3].words == "dispatch served 255 of 10,000")
    let all = rows(try Comparison(Self.run(served: 10_000), baseline: "epoll"), "dispatch")
    #expect(all[3].verdict == .faster && all[3].servedInPart == nil)
  }

  @Test func runsThatServeAsManyAreCompared() throws {
    let equal = rows(try Comparison(Self.run(), Self.run()), "dispatch")
    #expect(equal[3].verdict == .notSignificant)
    let fewer = rows(try Comparison(Self.run(served: 10_000), Self.run()), "dispatch")
    #expect(fewer[3].words == "served 255 of 10,000" && fewer[3].verdict == .notComparable)
    let more = rows(try Comparison(Self.run(), Self.run(served: 10_000)), "dispatch")
    #expect(more[3].words == "first run served 255 of 10,000")
  }

  // MARK: Figures

  @Test func figuresOfLatencySayOfHowManyLanesItIs() throws {
    func text(_ kind: FigureKind, _ run: Run) -> String? { GnuplotData.files(of: run).first { $0.kind == kind }?.text }
    let latency = try #require(text(.latency, Self.run()))
    #expect(latency.contains("# served in part: dispatch=255/10,000\n"))
    let serve = try #require(text(.serve, Self.run(kind: "serve")))
    #expect(serve.contains(" low_bytes high_bytes served_in_part\n"))
    #expect(serve.contains(" NaN NaN NaN 255\n") && serve.contains(" NaN NaN NaN NaN\n"))
    for kind in [FigureKind.latency, .serve] {
      let name = kind == .serve ? "serve" : "sleep"
      #expect(text(kind, Self.run(served: 10_000, kind: name)) == text(kind, Self.run(served: nil, kind: name)))
    }
  }

  @Test(.enabled(if: FigureFolder.gnuplot != nil, "gnuplot is not installed: apt install gnuplot-nox"))
  func figuresAreDrawnWithoutComplaint() throws {
    for kind in ["sleep", "serve"] {
      try FigureFolder.with { folder in
        let run = Self.run(kind: kind)
        let outcome = try Figures.write(run, to: folder, gnuplot: FigureFolder.gnuplot)
        // The trials have neither processor time of a client nor threads.
        let others = outcome.remarks.filter { !$0.hasPrefix("tiny-cpu: ") && !$0.hasPrefix("tiny-footprint: ") }
        #expect(others.isEmpty, "\(others)")
        let figure = try #require(try FigureFolder.files(in: folder)["tiny-latency.svg"])
        #expect(String(decoding: figure, as: UTF8.self).contains("only some lanes were served: dispatch 255/10,000"))
      }
    }
  }

  // MARK: What was due

  /// Two trials of 400/s for 5 s; the server did 1,841 operations in each.
  static func stopped(done: UInt64 = 1841) -> Run {
    TinyRun.run(
      (1...2).map { round in
        var trial = TinyRun.trial("epoll", concurrency: 64, round: round, latencies: [1])
        trial.arrivals = .init(kind: "constant", rate: 400)
        trial.lanesServed = 64
        trial.operations.done = done
        trial.operations.due = 2000
        trial.operations.unanswered = 2000 - done
        if done < 2000 { trial.operations.unansweredAge = .init(min: 2_500_000, mean: 200_000_000, max: 397_500_000) }
        var latencies = LatencyHistogram()
        for value in 1...done { latencies.record(value * 1000) }
        trial.latency = .init(service: LatencySummary(latencies), response: LatencySummary(latencies))
        trial.latency?.response?.count(missing: trial.operations.missing)
        return trial
      })
  }

  @Test func pooledPercentilesAreOfAllThatWasDue() throws {
    let point = try #require(try points(Self.stopped()).first)
    let response = try #require(point.response)
    #expect(response.missing == 318)
    #expect((1_000_000...1_001_000).contains(try #require(response.percentile(50))))
    #expect(response.percentile(99) == nil && point.responsePercentiles.p99 == nil)
    #expect(point.due == 4000 && point.unanswered == 318 && point.oldestUnanswered == 397_500_000)
    let whole = try #require(try points(Self.stopped(done: 2000)).first)
    #expect(whole.response?.missing == 0 && whole.response?.percentile(99) != nil && whole.unansweredText == nil)
  }

  @Test func whatIsUnansweredIsSaid() {
    let text = Report(Self.stopped()).render(.text, width: 100, color: false).split { $0.isWhitespace }
      .joined(separator: " ")
    #expect(
      text.contains("epoll at 64: 318 of 4,000 due operations unanswered at the window's end, the oldest for 398 ms"))
    #expect(text.contains("due and unanswered at window end (age of the oldest): epoll 318 of 4,000 (398 ms)"))
    let json = Report(Self.stopped()).render(.json, width: 0, color: false)
    #expect(json.contains("\"operations_due\" : 4000") && json.contains("\"operations_unanswered\" : 318"))
  }
}
