import Foundation
import Measurement
import Records
import Testing

@testable import Reporting

/// Classes of lanes have their own numbers, and those of the busy lanes do not change.
struct ClassTests {
  /// Two rounds; the latencies of the second are ten times those of the first.
  private static func trials(early: UInt64? = nil, rate: Double? = nil) -> [TrialRecord] {
    (1...2).map { round in
      let scale = round == 1 ? 1 : 10 as UInt64
      var trial = TinyRun.trial(
        "epoll", concurrency: 8, round: round, latencies: .init(repeating: 1000 * scale, count: 3000))
      var histogram = LatencyHistogram()
      for _ in 0..<3000 { histogram.record(2_000_000 * scale) }
      var paced = TrialRecord.Operations()
      paced.done = 3000
      paced.unfinished = 2
      trial.arrivals = .init(kind: rate == nil ? "closed" : "constant", rate: rate)
      trial.lanes = [
        "busy": .init(count: 8, operations: trial.operations, latency: trial.latency),
        "paced": .init(
          count: 1500, operations: paced, latency: .init(service: LatencySummary(histogram)), early: early),
      ]
      return trial
    }
  }

  private func render(_ trials: [TrialRecord], _ format: OutputFormat, width: Int = 100) -> String {
    Report(TinyRun.run(trials)).render(format, width: width, color: false)
  }

  @Test func classesArePooledOverTheValidTrials() throws {
    var trials = Self.trials(early: 7)
    var broken = trials[0]
    broken.valid = false
    broken.round = 3
    trials.append(broken)
    let point = try #require(Summary(TinyRun.run(trials)).experiments.first?.points.first)
    #expect(point.classes.map(\.name) == ["busy", "paced"])
    #expect(point.classes.map(\.lanes) == [8, 1500])
    #expect(point.classes.map(\.operations) == [2000, 6000])
    #expect(point.classes[1].early == 14 && point.classes[0].early == nil)
    let latency = try #require(point.classes[1].latency)
    #expect(latency.histogram.count == 6000)
    // Never the average of the trials' own: half of the operations took 2 ms, the others 20 ms.
    #expect(try #require(latency.percentile(50)) < 2_010_000 && #require(latency.percentile(99)) > 19_900_000)
  }

  @Test func allFormatsHaveASmallSectionOfThem() throws {
    let text = render(Self.trials(early: 7), .text)
    #expect(text.contains("tiny: sleep for 10 ms, beside 1,500 paced lanes · 2 valid trials"))
    #expect(text.contains("by class of lanes, of all valid trials together:"))
    #expect(text.contains(/mode +conc\. +class +lanes +operations +p50 µs +p99 µs +p99 of trials +in warm-ups\n/))
    #expect(text.contains(/epoll +8 +paced +1,500 +6,000 +2,001 +20,000 +11,000 \[2,000–20,000\]\* +14\n/))
    let plain = render(Self.trials(), .text)
    #expect(plain.contains(/epoll +8 +paced +1,500 +6,000 +2,001 +20,000 +11,000 \[2,000–20,000\]\*\n/))
    let row = "| epoll | 8 | paced | 1,500 | 6,000 | 2,001 | 20,000 | 11,000 \\[2,000–20,000\\]\\* |"
    #expect(render(Self.trials(), .md).contains(row))

    let document = try JSONDecoder().decode(JSONValue.self, from: Data(render(Self.trials(early: 7), .json).utf8))
    guard case .array(let experiments)? = document["experiments"], case .array(let points)? = experiments[0]["points"]
    else {
      Issue.record("no points")
      return
    }
    let paced = try #require(points[0]["lanes"]?["paced"])
    #expect(paced["count"] == .number(1500) && paced["operations_done"] == .number(6000))
    #expect(paced["operations_done_in_warmup"] == .number(14) && paced["latency_ns"]?["count"] == .number(6000))
    #expect(points[0]["lanes"]?["busy"]?["count"] == .number(8))

    let rows = render(Self.trials(early: 7), .csv).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    /// Counted from the end, as the workload has a comma in it.
    func cell(_ name: String) throws -> Substring {
      let place = try #require(rows[0].firstIndex(of: Substring(name)))
      return rows[1][place + rows[1].count - rows[0].count]
    }
    #expect(try cell("bystanders_class") == "paced" && cell("bystanders_lanes") == "1500")
    #expect(try cell("bystanders_operations_done") == "3000" && cell("bystanders_operations_done_in_warmup") == "7")
    #expect(try cell("bystanders_operations_unfinished") == "2" && cell("bystanders_service_count") == "3000")
  }

  @Test func experimentAtSeveralRatesHasThemByRate() {
    let trials = ([100, 200, 300] as [Double]).flatMap { rate -> [TrialRecord] in Self.trials(rate: rate) }
    let text = render(trials, .text)
    #expect(text.contains(/epoll +8 +200 +paced +1,500 +6,000 +2,001 +20,000 +11,000 \[2,000–20,000\]\*\n/))
    let row = "| epoll | 8 | 300 | paced | 1,500 | 6,000 | 2,001 | 20,000 | 11,000 \\[2,000–20,000\\]\\* |"
    #expect(render(trials, .md).contains(row))
  }

  @Test func reportOfOneClassHasNoneOfIt() {
    for format in OutputFormat.allCases where format != .csv {
      let text = Report(TinyRun.example).render(format, width: 100, color: false)
      #expect(!text.contains("by class") && !text.contains("beside") && !text.contains("\"lanes\""))
    }
  }

  @Test func figuresOfTheBusyLanesAreTheSameWithAndWithoutOthers() throws {
    let beside = Self.trials()
    var alone = beside
    for index in alone.indices { alone[index].lanes = nil }
    func members(_ trials: [TrialRecord]) throws -> NSDictionary {
      let point = try #require(Summary(TinyRun.run(trials)).experiments.first?.points.first)
      let text = JSONValue.object(JSONReport.members(point).filter { $0.key != "lanes" }).text()
      return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
    }
    #expect(try members(beside) == members(alone))
  }

  @Test(arguments: [44, 60, 80, 100, 200]) func tableIsNeverWiderThanAsked(width: Int) {
    for line in render(Self.trials(early: 7), .text, width: width).split(separator: "\n") {
      #expect(line.count <= width, "\(line)")
    }
  }

  @Test func runsBesideOtherBystandersDiffer() throws {
    var others = Self.trials()
    for index in others.indices { others[index].lanes?["paced"]?.count = 10 }
    let comparison = try Comparison(TinyRun.run(Self.trials()), TinyRun.run(others))
    #expect("\(comparison)".contains("bystanders"))
  }
}
