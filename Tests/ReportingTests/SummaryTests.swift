import Foundation
import Measurement
import Records
import Testing

@testable import Reporting

struct SummaryTests {
  private func point(_ trials: [TrialRecord], mode: String = "epoll") throws -> Summary.Point {
    let experiment = try #require(Summary(TinyRun.run(trials)).experiments.first)
    return try #require(experiment.points.first { $0.mode == mode })
  }

  @Test func pointsAreOrderedByConcurrencyThenModeThenVariant() throws {
    var inline = TinyRun.trial("epoll", concurrency: 1)
    inline.variant = "inline"
    let modes = ["zeta", "null", "epoll", "alpha", "taskgroup", "blocking"]
    let trials = modes.map { TinyRun.trial($0, concurrency: 8) } + [inline, TinyRun.trial("epoll", concurrency: 1)]
    let experiment = try #require(Summary(TinyRun.run(trials)).experiments.first)
    #expect(
      experiment.points.map { "\($0.name) \($0.concurrency)" }
        == [
          "epoll 1", "epoll/inline 1", "blocking 8", "taskgroup 8", "epoll 8", "null 8", "alpha 8", "zeta 8",
        ])
  }

  @Test func experimentsAreInTheOrderOfThePlanWhateverTheOrderOfTheTrials() {
    var first = TinyRun.trial("epoll", experiment: "zebra")
    first.trial = 1
    var second = TinyRun.trial("epoll", experiment: "ant")
    second.trial = 2
    #expect(Summary(TinyRun.run([second, first])).experiments.map(\.name) == ["zebra", "ant"])
  }

  @Test func percentilesComeFromMergedHistogramsNotFromAverages() throws {
    // A trial's median is 100 or 1000, and the median over all operations is 100, because there are more of them.
    let latency = try #require(
      try point([
        TinyRun.trial("epoll", round: 1, latencies: .init(repeating: 100, count: 70)),
        TinyRun.trial("epoll", round: 2, latencies: .init(repeating: 1000, count: 40)),
      ]).latency)
    #expect(latency.histogram.count == 110)
    #expect(latency.percentile(50) == 100)
    #expect(latency.percentile(90) == 1000)
    #expect(latency.percentile(99) == nil, "fewer than ten operations lie beyond")
    #expect(latency.maximum == 1000)
  }

  @Test func unreadableHistogramsAreCountedAndTheOthersPooled() throws {
    var damaged = TinyRun.trial("epoll", round: 2, latencies: [5])
    damaged.latency?.service.histogram = "not base64"
    let latency = try #require(
      try point([TinyRun.trial("epoll", latencies: .init(repeating: 7, count: 20)), damaged]).latency)
    #expect(latency.unreadable == 1)
    #expect(latency.percentile(50) == 7)
  }

  @Test func invalidTrialsAreCountedAndLeftOut() throws {
    var invalid = TinyRun.trial("epoll", round: 2, throughput: 9000, latencies: .init(repeating: 1, count: 100))
    invalid.valid = false
    invalid.reasons = ["steal", "steal", "counts differ"]
    let point = try point([TinyRun.trial("epoll", throughput: 100), invalid])
    #expect(point.validTrials == 1)
    #expect(point.invalidTrials == 1)
    #expect(point.throughput?.median == 100)
    #expect(point.latency == nil)
    #expect(point.invalidReasons == [.init(name: "counts differ", count: 1), .init(name: "steal", count: 1)])
  }

  @Test func ratioPairsTrialsOfTheSameRoundAndConcurrency() throws {
    // A round that is slow for all modes does not change the ratio.
    let trials = [
      TinyRun.trial("blocking", round: 1, throughput: 10), TinyRun.trial("epoll", round: 1, throughput: 30),
      TinyRun.trial("blocking", round: 2, throughput: 1), TinyRun.trial("epoll", round: 2, throughput: 3),
      TinyRun.trial("epoll", round: 3, throughput: 1000),
      TinyRun.trial("blocking", concurrency: 1, round: 1, throughput: 5),
    ]
    let ratio = try #require(try point(trials).ratioToBlocking)
    #expect(ratio.median == 3)
    #expect(ratio.low == 3)
    #expect(ratio.high == 3)
    #expect(ratio.n == 2)
    #expect(try point(trials, mode: "blocking").ratioToBlocking == nil)
  }

  @Test func ratioIsAbsentWithoutAValidBaseline() throws {
    var invalid = TinyRun.trial("blocking")
    invalid.valid = false
    #expect(try point([invalid, TinyRun.trial("epoll")]).ratioToBlocking == nil)
    #expect(try point([TinyRun.trial("blocking", throughput: 0), TinyRun.trial("epoll")]).ratioToBlocking == nil)
  }

  @Test func processorTimeIsPerOperationInMicroseconds() throws {
    var trial = TinyRun.trial("epoll")
    trial.client = TinyRun.usage(user: 40_000_000, system: 60_000_000)
    trial.client?.directCalls = 2500
    let client = try point([trial]).client
    #expect(client.cpu?.median == 100)
    #expect(client.userCPU?.median == 40 && client.systemCPU?.median == 60)
    #expect(client.directCalls?.median == 2.5)
  }

  @Test func processorTimeIsThatOfTheProcessClockWhereTheRecordHasIt() throws {
    var trial = TinyRun.trial("epoll")
    trial.client = TinyRun.usage(user: 40_000_000, system: 60_000_000)
    trial.client?.cpuTime = 120_000_000
    let client = try point([trial]).client
    #expect(client.cpu?.median == 120 && client.userCPU?.median == 40)
    #expect(ComparisonMetric(rawValue: "cpu")?.value(trial, isResponse: false) == 120)
    let rows = Report(TinyRun.run([trial])).render(.csv, width: 0, color: false).split(separator: "\n")
    #expect(rows[0].contains(",client_cpu_ns,client_cpu_user_ns,") && rows[1].contains(",120000000,40000000,60000000,"))
  }

  /// Below ten clock ticks, the kernel's division is noise.
  @Test func userAndSystemTimeAreAbsentWhereATrialUsedLessThanTenTicks() throws {
    var short = TinyRun.trial("epoll", round: 2)
    short.client = TinyRun.usage(user: 40_000_000, system: 59_999_999)
    var long = TinyRun.trial("epoll")
    long.client = TinyRun.usage(user: 40_000_000, system: 60_000_000)
    #expect(try point([long]).client.userCPU != nil)
    let client = try point([long, short]).client
    #expect(client.cpu?.n == 2 && client.userCPU == nil && client.systemCPU == nil)
    let run = TinyRun.run([long, short])
    #expect(!Report(run).render(.json, width: 0, color: false).contains("cpu_user_us_per_operation"))
    #expect(!(try CitationRuns.citations(run)).all.contains { $0.metric.hasSuffix("user-cpu") })
    let data = try #require(GnuplotData.files(of: run).first { $0.kind == .cpu }).text
    #expect(data.contains(" 100 NaN NaN NaN NaN NaN NaN "), "\(data)")
  }

  /// A histogram's slot yields its highest value, which may exceed all recorded ones.
  @Test func percentileIsNeverAboveTheMaximumNorBelowTheMinimum() throws {
    let slow = TinyRun.trial("epoll", latencies: .init(repeating: 5_000_000_000, count: 2000))
    let latency = try #require(try point([slow, slow]).latency)
    #expect(try #require(latency.histogram.percentile(50)) > 5_000_000_000, "or there is nothing to clamp")
    for percentile in [50, 90, 99] as [Double] { #expect(latency.percentile(percentile) == 5_000_000_000) }
    let text = Report(TinyRun.run([slow, slow])).render(.json, width: 0, color: false)
    #expect(text.contains("\"p50\" : 5000000000,"))
  }

  @Test(arguments: CitationRuns.recorded.map(\.name))
  func noPercentileOfAPublishedRunIsBeyondItsExtremes(name: String) throws {
    let points = try CitationRuns.summary(name).experiments.flatMap(\.points)
    let latencies = points.flatMap { point in
      [point.latency, point.response, point.queueing, point.sendLag]
        + point.classes.flatMap { [$0.latency, $0.response] }
    }.compactMap { $0 }
    #expect(!latencies.isEmpty)
    for latency in latencies {
      for percentile in [1, 50, 90, 99, 99.9, 99.99] {
        let value = latency.value(at: percentile) ?? latency.minimum
        #expect((latency.minimum...latency.maximum).contains(value), "\(value), \(latency.maximum)")
      }
    }
  }

  @Test func nothingIsPerOperationWhereNoneWasDone() throws {
    var trial = TinyRun.trial("epoll", throughput: 0)
    trial.operations.done = 0
    trial.client = TinyRun.usage(user: 1, system: 1)
    #expect(try point([trial]).client.cpu == nil)
  }

  @Test func wallTimeIsAnAnswerOnlyWhereOperationsWereAskedFor() throws {
    var counted = TinyRun.trial("epoll")
    counted.operations.asked = 5
    counted.wall = 2_000_000_000
    #expect(try point([counted]).wallSeconds?.median == 2)
    counted.operations.asked = nil
    #expect(try point([counted]).wallSeconds == nil)
  }

  @Test(
    arguments: [
      (#"{"kind":"sleep","duration":"1.5s"}"#, "sleep for 1.5 s", 1.5),
      (#"{"kind":"echo","size":"64B","transport":"unix"}"#, "echo 64 B over UNIX sockets", nil),
      (
        #"{"kind":"echo","size":"1KiB","ends":"both","delay":"0ns"}"#,
        "echo 1 KiB over socket pairs, both ends in the mode", nil
      ),
      (
        #"{"kind":"http","delay":"exponential:2ms","connection":"new"}"#,
        "HTTP GET, a new connection each, exponential delay, mean 2 ms", 0.002
      ),
      (
        #"{"kind":"http","method":"POST","targets":["http://a:1/x","http://b/"],"size":"4KiB"}"#,
        "HTTP POST http://a:1/x and 1 more, keep-alive, 4 KiB replies", nil
      ),
      (#"{"kind":"disk","block":"4KiB","depth":2}"#, "disk, block 4 KiB, depth 2", nil),
      (
        #"{"kind":"file","access":"read","pattern":"random","size":"4KiB","span":"64MiB","direct":true,"sync":"none"}"#,
        "random reads of 4 KiB, in a file of 64 MiB, past the page cache", nil
      ),
      (
        #"{"kind":"file","access":"write","pattern":"sequential","size":"4KiB","span":"1MiB","direct":false,"sync":"fsync"}"#,
        "sequential writes of 4 KiB, in a file of 1 MiB, fsync after each", nil
      ),
      ("[]", "unknown workload", nil),
      (#"{"kind":7,"delay":[]}"#, "unknown workload", nil),
    ] as [(String, String, Double?)])
  func workloadIsDescribedInWords(json: String, words: String, serviceTime: Double?) throws {
    var trial = TinyRun.trial("epoll")
    trial.workload = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
    let experiment = try #require(Summary(TinyRun.run([trial])).experiments.first)
    #expect(experiment.description == words)
    #expect(experiment.serviceTime == serviceTime)
  }

  @Test func meanOfALognormalDelayIsThatOfTheDistribution() throws {
    var trial = TinyRun.trial("epoll")
    trial.workload = .object(["kind": .string("http"), "delay": .string("lognormal:2ms:0.5")])
    let serviceTime = try #require(Summary(TinyRun.run([trial])).experiments.first?.serviceTime)
    #expect(abs(serviceTime - 0.002 * exp(0.125)) < 1e-12)
  }
}
