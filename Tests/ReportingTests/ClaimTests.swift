import Measurement
import Records
import Statistics
import Testing

@testable import Reporting

/// The verdict on every claim, from synthetic runs.
struct ClaimTests {
  struct Case: CustomTestStringConvertible {
    var claim: String
    var verdict: ClaimVerdict
    var about: String
    var trials: [TrialRecord] = []
    var limits: [LimitsRecord.Entry] = []
    var testDescription: String { "\(claim): \(verdict.rawValue), \(about)" }

    init(
      _ claim: String, _ verdict: ClaimVerdict, _ about: String, _ trials: [TrialRecord] = [],
      limits: [LimitsRecord.Entry] = []
    ) {
      (self.claim, self.verdict, self.about, self.trials, self.limits) = (claim, verdict, about, trials, limits)
    }
  }

  private typealias R = ClaimRun

  private static func sleeps(_ blocking: Double, _ epoll: Double, rounds: Int = 6) -> [TrialRecord] {
    let sleep = #"{"kind": "sleep", "duration": "1s"}"#
    return R.trials("blocking", "x", sleep, lanes: 5, rounds: rounds, asked: 5, seconds: blocking)
      + R.trials("epoll", "x", sleep, lanes: 5, rounds: rounds, asked: 5, seconds: epoll)
  }

  private static func served(_ mode: String, verified: UInt64) -> [TrialRecord] {
    R.trials(mode, "s", #"{"kind": "serve", "protocol": "http"}"#, lanes: 8, rounds: 1) { trial, _ in
      trial.operations.verified = verified
    }
  }

  /// Four fetches: the slowest takes 100 ms, and all together 200 ms.
  private static func fetches(_ mode: String, milliseconds: Double, rounds: Int = 6) -> [TrialRecord] {
    let workload = #"{"kind": "http", "delay": "50ms", "gather": true}"#
    return R.trials(mode, "f", workload, lanes: 4, rounds: rounds, asked: 4) { trial, factor in
      trial.wall = UInt64(milliseconds * factor * 1e6)
      var latencies = LatencyHistogram()
      for latency in [20, 30, 50, 100] { latencies.record(UInt64(Double(latency) * factor * 1e6)) }
      trial.latency = .init(service: LatencySummary(latencies))
    }
  }

  private static func ratio(
    _ experiment: String, _ workload: String, _ ratio: Double, over single: Double = 50, rounds: Int = 6
  ) -> [TrialRecord] {
    R.trials("blocking", experiment, workload, lanes: 500, rounds: rounds, perSecond: single)
      + R.trials("epoll", experiment, workload, lanes: 500, rounds: rounds, perSecond: single * ratio)
  }

  private static let waits = #"{"kind": "http", "delay": "20ms"}"#
  private static let plain = #"{"kind": "http"}"#

  /// Ratios to either side of 200.
  private static var aroundTwoHundred: [TrialRecord] {
    R.trials("blocking", "u", waits, lanes: 500, perSecond: 50)
      + R.trials("epoll", "u", waits, lanes: 500) { trial, _ in trial.throughput = Double(8000 + 1000 * trial.round) }
  }

  private static func semaphore(_ limited: Double, _ atOnce: Double, rounds: Int = 6) -> [TrialRecord] {
    let workload = #"{"kind": "http", "delay": "500ms"}"#
    return R.trials("epoll", "l", workload, lanes: 1000, rounds: rounds, limit: 500, asked: 1000, seconds: limited)
      + R.trials("epoll", "a", workload, lanes: 1000, rounds: rounds, asked: 1000, seconds: atOnce)
  }

  private static func million(seconds: Double, verified: UInt64 = 1_000_000, rounds: Int = 6) -> [TrialRecord] {
    R.trials(
      "epoll", "m", #"{"kind": "sleep", "duration": "4s"}"#, lanes: 1_000_000, rounds: rounds, asked: 1_000_000
    ) { trial, factor in
      trial.wall = UInt64(seconds * factor * 1e9)
      trial.operations.verified = verified
    }
  }

  private static func requests(pipelined: Double?, single: Double, rounds: Int = 6) -> [TrialRecord] {
    (pipelined.map { R.trials("epoll", "p", plain, lanes: 64, rounds: rounds, pipeline: 24, perSecond: $0) } ?? [])
      + R.trials("epoll", "q", plain, lanes: 64, rounds: rounds, perSecond: single)
  }

  /// Throughputs at 1, 4, 64 and 512 lanes.
  private static func sweep(_ rates: [Double], rounds: Int = 6) -> [TrialRecord] {
    zip([1, 4, 64, 512], rates).flatMap { R.trials("epoll", "w", waits, lanes: $0, rounds: rounds, perSecond: $1) }
  }

  /// Throughputs of 1, 4, 64 and 512 threads.
  private static func pools(_ rates: [Double], rounds: Int = 6) -> [TrialRecord] {
    zip([1, 4, 64, 512], rates).flatMap { size, rate in
      R.trials(
        "epoll", "pools", #"{"kind": "file", "offload": "pool", "pool": \#(size)}"#, lanes: 64, rounds: rounds,
        variant: "pool", perSecond: rate)
    }
  }

  private static func tasks(_ blocking: Double, _ awaiting: Double, rounds: Int = 6) -> [TrialRecord] {
    let workload = #"{"kind": "http", "delay": "50ms"}"#
    return R.trials("taskgroup-blocking", "t", workload, lanes: 64, rounds: rounds, perSecond: blocking)
      + R.trials("taskgroup", "t", workload, lanes: 64, rounds: rounds, perSecond: awaiting)
  }

  private static func computing(_ ratio: Double, rounds: Int = 6) -> [TrialRecord] {
    let workload = #"{"kind": "compute", "work": "1ms", "offload": "inline"}"#
    return R.trials("blocking", "c", workload, lanes: 16, rounds: rounds, perSecond: 1000)
      + R.trials("epoll", "c", workload, lanes: 16, rounds: rounds, variant: "inline", perSecond: 1000 * ratio)
  }

  /// Eight clients, each answered after 100 ms, in a given number of seconds.
  private static func accepting(blocking: Double, epoll: Double, rounds: Int = 6) -> [TrialRecord] {
    let workload = #"{"kind": "serve", "protocol": "http", "delay": "100ms", "connection": "new"}"#
    return R.trials("blocking", "a", workload, lanes: 8, rounds: rounds, asked: 8, seconds: blocking)
      + R.trials("epoll", "a", workload, lanes: 8, rounds: rounds, asked: 8, seconds: epoll)
  }

  /// Operations that wait 8 ms and compute for 2 ms, with a given speed-up over one at a time.
  private static func waitingAndWorking(_ ratio: Double, rounds: Int = 6) -> [TrialRecord] {
    let workload = #"{"kind": "compute", "work": "2ms", "offload": "inline", "delay": "8ms"}"#
    return R.trials("blocking", "i", workload, lanes: 64, rounds: rounds, perSecond: 100)
      + R.trials("epoll", "i", workload, lanes: 64, rounds: rounds, variant: "inline", perSecond: 100 * ratio)
  }

  private static func files(_ isDirect: Bool, _ ratio: Double, rounds: Int = 6) -> [TrialRecord] {
    ["inline", "pool"].flatMap { offload in
      R.trials(
        "epoll", "\(offload)-\(isDirect)", #"{"kind": "file", "direct": \#(isDirect), "offload": "\#(offload)"}"#,
        lanes: 64, rounds: rounds, variant: offload, perSecond: offload == "pool" ? 1000 * ratio : 1000)
    }
  }

  private static func beside(_ trials: [TrialRecord]) -> [TrialRecord] {
    trials.map { trial in
      var trial = trial
      let lanes = TrialRecord.LaneClass(count: 4, operations: trial.operations, latency: trial.latency)
      trial.lanes = ["busy": lanes, "paced": lanes]
      return trial
    }
  }

  static let cases: [Case] =
    [
      Case("sleeps-at-once", .holds, "5 s and 1 s", sleeps(5.001, 1.001)),
      Case("sleeps-at-once", .holdsWithinBounds, "5 s and 3 s", sleeps(5.001, 3)),
      Case("sleeps-at-once", .doesNotHold, "2 s and 3 s", sleeps(2, 3)),
      Case("sleeps-at-once", .undecided, "too few rounds", sleeps(5.001, 1.001, rounds: 5)),
      Case("sleeps-at-once", .undecided, "the interval spans the bound", sleeps(5.001, 1.049)),
      Case(
        "server-greets", .holds, "all verified", served("blocking", verified: 1000) + served("epoll", verified: 1000)),
      Case(
        "server-greets", .holdsWithinBounds, "one mode did not",
        served("blocking", verified: 999) + served("epoll", verified: 1000)),
      Case("server-greets", .doesNotHold, "none did", served("epoll", verified: 0)),
      Case(
        "slowest-fetch", .holds, "the slowest",
        fetches("blocking", milliseconds: 201) + fetches("epoll", milliseconds: 102)),
      Case("slowest-fetch", .doesNotHold, "the sum", fetches("epoll", milliseconds: 200)),
      Case("slowest-fetch", .undecided, "too few rounds", fetches("epoll", milliseconds: 102, rounds: 3)),
      Case("semaphore", .holds, "two waves", semaphore(1.02, 0.51)),
      Case("semaphore", .doesNotHold, "three waves", semaphore(1.6, 0.51)),
      Case("semaphore", .undecided, "too few rounds", semaphore(1.02, 0.51, rounds: 3)),
      Case("million-at-once", .holds, "in time", million(seconds: 6)),
      Case("million-at-once", .holdsWithinBounds, "all of them, too late", million(seconds: 60)),
      Case("million-at-once", .doesNotHold, "not all, and too late", million(seconds: 60, verified: 999_999)),
      Case("million-at-once", .undecided, "too few rounds", million(seconds: 6, rounds: 2)),
      Case("hundreds-of-times", .holds, "waits", ratio("w", waits, 400)),
      Case("hundreds-of-times", .doesNotHold, "no waits", ratio("n", plain, 3)),
      Case(
        "hundreds-of-times", .holdsWithinBounds, "waits alone",
        ratio("w", waits, 400) + ratio("n", plain, 3, over: 20_000)),
      Case("hundreds-of-times", .undecided, "too few rounds", ratio("w", waits, 400, rounds: 4)),
      Case("hundreds-of-times", .undecided, "to either side of 200", aroundTwoHundred),
      Case("hundreds-of-times", .doesNotHold, "150 is no hundreds", ratio("w", waits, 150)),
      Case("millions-per-second", .holds, "both", requests(pipelined: 2e6, single: 1.5e6)),
      Case("millions-per-second", .holdsWithinBounds, "in a pipeline", requests(pipelined: 2e6, single: 1e5)),
      Case("millions-per-second", .doesNotHold, "neither", requests(pipelined: 3e5, single: 1e5)),
      Case("millions-per-second", .undecided, "too few rounds", requests(pipelined: 2e6, single: 2e6, rounds: 2)),
      Case("millions-per-second", .notMeasured, "no pipeline", requests(pipelined: nil, single: 1e5)),
      Case("tune-limits", .holdsWithinBounds, "up to the knee", sweep([50, 200, 1000, 1005], rounds: 9)),
      Case("tune-limits", .doesNotHold, "no gain at all", sweep([50, 50, 50, 50], rounds: 9)),
      Case("tune-limits", .undecided, "six rounds, of which two find the knee", sweep([50, 200, 1000, 1005])),
      Case("tune-limits", .undecided, "too few rounds", sweep([50, 200, 1000, 1005], rounds: 3)),
      Case("tune-limits", .notMeasured, "two points", Array(sweep([50, 200]))),
      Case("tune-pools", .holdsWithinBounds, "up to the knee", pools([50, 200, 450, 455], rounds: 9)),
      Case("tune-pools", .doesNotHold, "no gain at all", pools([50, 51, 52, 50], rounds: 9)),
      Case("tune-pools", .undecided, "too few rounds", pools([50, 200, 450, 455], rounds: 3)),
      Case("select-1024", .holdsWithinBounds, "one remedy", limits: [R.select(served: 1019, others: 2000)]),
      Case("select-1024", .doesNotHold, "none", limits: [R.select(served: 1100, others: 1019)].map(withoutCallbacks)),
      Case("avoid-blocking-calls", .holds, "as wide as the pool", tasks(39.5, 1270)),
      Case("avoid-blocking-calls", .holdsWithinBounds, "more than tasks ÷ width", tasks(39.5, 39.5 * 40)),
      Case("avoid-blocking-calls", .doesNotHold, "as if they awaited", tasks(1270, 1270)),
      Case("avoid-blocking-calls", .undecided, "too few rounds", tasks(39.5, 1270, rounds: 2)),
      Case("avoid-blocking-calls", .notMeasured, "none that blocks", Array(tasks(39.5, 1270).suffix(6))),
      Case(
        "pool-growth", .holds, "as predicted",
        limits: [R.limit("dispatch-threads", ["running": 255], predicted: ["running": 255])]),
      Case(
        "pool-growth", .doesNotHold, "otherwise",
        limits: [R.limit("dispatch-growth", ["growth": 9], predicted: ["growth": 1])]),
      Case("ports-run-out", .holds, "as predicted", limits: [R.limit("ports", ["held": 32], predicted: ["held": 32])]),
      Case(
        "ports-run-out", .holdsWithinBounds, "descriptors otherwise",
        limits: [
          R.limit("ports", ["held": 32], predicted: ["held": 32]),
          R.limit("descriptors", ["left": 2], predicted: ["left": 0]),
        ]),
      Case("keep-alive-slips", .holdsWithinBounds, "half of them", limits: [R.slips(answered: [0, 1, 0, 1])]),
      Case("keep-alive-slips", .doesNotHold, "none answers", limits: [R.slips(answered: [0, 0, 0, 0])]),
      Case("keep-alive-slips", .holds, "all answer", limits: [R.slips(answered: [1, 1, 1, 1])]),
      Case("offload-work", .holds, "as alone", R.alone(p99: 1) + R.work("inline", p99: 40) + R.work("pool", p99: 1.2)),
      Case(
        "offload-work", .doesNotHold, "0.97 of inline",
        R.alone(p99: 1) + R.work("inline", p99: 40) + R.work("pool", p99: 38.8)),
      Case(
        "offload-work", .undecided, "too few rounds",
        R.alone(rounds: 3, p99: 1) + R.work("inline", rounds: 3, p99: 40) + R.work("pool", rounds: 3, p99: 1.2)),
      Case("offload-work", .notMeasured, "nothing but inline", R.alone(p99: 1) + R.work("inline", p99: 40)),
      Case("offload-work", .notMeasured, "no bystanders alone", R.work("inline", p99: 40) + R.work("pool", p99: 1.2)),
      Case("not-for-computation", .holds, "no gain", computing(1)),
      Case("not-for-computation", .doesNotHold, "a gain on one processor", computing(4)),
      Case("not-for-computation", .undecided, "too few rounds", computing(1, rounds: 5)),
      Case("goes-on-accepting", .holds, "all at once", accepting(blocking: 0.81, epoll: 0.103)),
      Case("goes-on-accepting", .doesNotHold, "one after another", accepting(blocking: 0.81, epoll: 0.8)),
      Case("goes-on-accepting", .undecided, "too few rounds", accepting(blocking: 0.81, epoll: 0.103, rounds: 5)),
      Case("limit-speeds-up", .doesNotHold, "half as fast", semaphore(1.02, 0.51)),
      Case("limit-speeds-up", .doesNotHold, "as fast", semaphore(0.51, 0.51)),
      Case("limit-speeds-up", .holds, "faster", semaphore(0.51, 1.02)),
      Case("limit-speeds-up", .undecided, "too few rounds", semaphore(1.02, 0.51, rounds: 3)),
      Case("idle-time", .holds, "a processor always works", waitingAndWorking(5)),
      Case("idle-time", .doesNotHold, "one at a time", waitingAndWorking(1)),
      Case("idle-time", .undecided, "too few rounds", waitingAndWorking(5, rounds: 4)),
      Case("system-1024", .doesNotHold, "epoll serves more", limits: [R.select(served: 1019, others: 2000)]),
      Case("system-1024", .holds, "nothing serves more", limits: [R.select(served: 1019, others: 1019)]),
      Case("file-pool", .holds, "past the cache", files(true, 3)),
      Case("file-pool", .doesNotHold, "cached", files(false, 0.3)),
      Case("file-pool", .holdsWithinBounds, "both", files(true, 3) + files(false, 0.3)),
      Case("file-pool", .undecided, "too few rounds", files(true, 3, rounds: 3)),
      Case("file-pool", .notMeasured, "beside others alone", beside(files(true, 3))),
      Case("tune-pools", .notMeasured, "beside others alone", beside(pools([100, 400, 1000, 1000]))),
    ] + pythonCases + Claim.all.map { Case($0.id, .notMeasured, "nothing") }

  private static func withoutCallbacks(_ limit: LimitsRecord.Entry) -> LimitsRecord.Entry {
    var limit = limit
    limit.measurement = limit.measurement?.filter { !$0.key.contains("1100_at_once_served") }
    return limit
  }

  @Test(arguments: cases) func verdictIsThatOfTheIntervals(_ test: Case) throws {
    let run = ClaimRun.run(test.trials, limits: test.limits)
    let result = try #require(ClaimResult.all(run, Summary(run)).first { $0.claim.id == test.claim })
    let measures = result.measures.map {
      "\($0.name): \($0.predicted), \($0.measured), \($0.standingText)"
    }
    #expect(result.verdict == test.verdict, "\(measures)")
    if test.verdict == .notMeasured { #expect(result.measures.isEmpty) }
  }

  @Test func everyClaimHasItsOwnNameAndCases() {
    let ids = Claim.all.map(\.id)
    #expect(Set(ids).count == ids.count)
    #expect(Set(Self.cases.map(\.claim)) == Set(ids))
    for claim in Claim.all { #expect(Self.cases.contains { $0.claim == claim.id && $0.verdict != .notMeasured }) }
  }

  @Test func trialsThatAreNotValidCountForNoEstimate() throws {
    var trials = Self.sleeps(5.001, 1.001)
    for index in trials.indices where trials[index].mode == "epoll" { trials[index].valid = false }
    let run = ClaimRun.run(trials)
    let result = try #require(ClaimResult.all(run, Summary(run)).first { $0.claim.id == "sleeps-at-once" })
    #expect(result.measures.count == 1 && result.verdict == .holds)
  }

  @Test func experimentWithMostTrialsIsJudgedWhateverItsName() throws {
    var better = Self.sleeps(5.001, 1.001)
    for index in better.indices { better[index].experiment = "another" }
    let run = ClaimRun.run(Self.sleeps(9, 9, rounds: 3) + better)
    let result = try #require(ClaimResult.all(run, Summary(run)).first { $0.claim.id == "sleeps-at-once" })
    #expect(result.verdict == .holds && result.measures.allSatisfy { $0.experiment == "another" })
  }

  @Test func experimentWithoutTheModeInQuestionIsNotJudgedForItsManyTrials() throws {
    let others = ClaimRun.trials(
      "taskgroup", "more", #"{"kind": "http", "delay": "2ms"}"#, lanes: 64, rounds: 9, perSecond: 30_000)
    let run = ClaimRun.run(others + Self.tasks(39.5, 1270))
    let result = try #require(ClaimResult.all(run, Summary(run)).first { $0.claim.id == "avoid-blocking-calls" })
    #expect(result.verdict == .holds)
  }

  // MARK: Reports

  private var run: Run {
    ClaimRun.run(Self.sleeps(5.001, 3), limits: [ClaimRun.select(served: 1019, others: 2000)])
  }

  @Test func textHasClaimsThatAreMeasured() {
    let text = Report(run).render(.text, width: 100, color: false)
    let all = Claim.all.count
    let expected = """
      Claims: 3 of \(all) measured here, \(all - 3) not; the report of claims has all, with reasons
      sleeps-at-once: holds within bounds
      """
    #expect(text.contains(expected), "\(text)")
    #expect(text.contains("blocking: 5 × 1 s one after another"))
    for line in text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    #expect(!Report(TinyRun.example).render(.text, width: 100, color: false).contains("Claims"))
  }

  @Test(arguments: [50, 100]) func claimsAloneHaveAllOfThem(width: Int) {
    let text = Report(run).claims(.text, width: width, color: false)
    for claim in Claim.all { #expect(text.contains("\n\(claim.id): ") || text.hasPrefix("\(claim.id): ")) }
    #expect(text.contains("million-at-once: not measured"))
    for line in text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
  }

  /// The page is that of the whole report.
  @Test(arguments: OutputFormat.allCases.filter { $0 != .html })
  func claimsAreThereInEveryFormat(_ format: OutputFormat) {
    let text = Report(run).claims(format, width: 100, color: false)
    for claim in Claim.all { #expect(text.contains(claim.id)) }
    #expect(text == Report(run).claims(format, width: 100, color: false))
  }

  @Test func markdownAndJSONHaveClaimsThatAreMeasured() {
    let markdown = Report(run).render(.md, width: 100, color: false)
    #expect(markdown.contains("## Claims") && markdown.contains("**holds within bounds**"))
    let json = Report(run).render(.json, width: 100, color: false)
    #expect(json.contains(#""verdict" : "holds within bounds""#) && !json.contains("not measured"))
  }

  @Test func rowsOfCSVHaveAsManyFieldsAsItsHeading() {
    let rows = Report(run).claims(.csv, width: 100, color: false).split(separator: "\n")
    // Of sleeps, of select, and of the system's limit.
    #expect(rows.count == 1 + 2 + 5 + 1 + Claim.all.count - 3)
    #expect(rows[0].split(separator: ",").count == 14)
  }
}
