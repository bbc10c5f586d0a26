import Measurement
import Plan
import Records
import Testing
import Workloads

@testable import Harness

@Suite struct MergingTests {
  /// The record of some of a trial's operations, as one process would write it.
  private static func partial(_ operations: [UInt64], window: PartialRecord.Window) -> PartialRecord {
    var latencies = LatencyHistogram()
    for operation in operations { latencies.record(latency(operation)) }
    var counts = TrialRecord.Operations(asked: 1000)
    counts.done = UInt64(operations.count)
    counts.verified = counts.done
    counts.unfinished = 0
    var usage = ProcessUsage()
    usage.userTime = UInt64(operations.count) * 7
    usage.threadsPeak = 2
    let sum = operations.reduce(0) { $0 &+ Randomness.mix($1) }
    let hex = String(sum, radix: 16)
    var record = PartialRecord(
      operations: counts, checksum: String(repeating: "0", count: 16 - hex.count) + hex,
      bytes: .init(sent: UInt64(operations.count) * 64, received: UInt64(operations.count) * 64),
      wall: window.closes - window.opens,
      latency: .init(service: LatencySummary(latencies), queueing: LatencySummary(latencies)),
      inFlight: .init(mean: 2, max: 3, samples: 40), series: [], usage: usage, ranOutOfTime: false)
    record.window = window
    return record
  }

  private static func latency(_ operation: UInt64) -> UInt64 { 100 + Randomness.mix(operation) % 10_000_000 }

  private static let window = PartialRecord.Window(opens: 1000, closes: 2_001_000, openRead: 1500, closeRead: 2_001_500)

  @Test(arguments: [1, 2, 3, 4, 7]) func sharesTogetherAreTheWhole(processes: Int) throws {
    let whole = Self.partial(Array(0..<1000), window: Self.window)
    let parts = (0..<processes).map { process in
      Self.partial(
        Array(stride(from: UInt64(process), to: 1000, by: processes)), window: Self.window)
    }
    let merged = try PartialRecord(merging: parts)
    #expect(merged.operations == whole.operations && merged.checksum == whole.checksum && merged.bytes == whole.bytes)
    #expect(merged.latency.service.histogram == whole.latency.service.histogram)
    #expect(merged.latency.queueing?.histogram == whole.latency.queueing?.histogram && merged.latency.response == nil)
    #expect(merged.latency.service.count == 1000 && merged.latency.service.min == whole.latency.service.min)
    #expect(merged.latency.service.max == whole.latency.service.max)
    #expect(merged.latency.service.p99 == whole.latency.service.p99)
    #expect(abs((merged.latency.service.mean ?? 0) / (whole.latency.service.mean ?? 1) - 1) < 1e-12)
    #expect(merged.wall == whole.wall && merged.window == whole.window && merged.usage.userTime == 7000)
    #expect(merged.usage.threadsPeak == 2 * processes)
    #expect(merged.inFlight?.mean == 2 * Double(processes))
    #expect(merged.inFlight?.max == (processes == 1 ? 3 : nil))
  }

  /// The processes of a host are merged to its row, and all processes to the trial's.
  @Test(arguments: [1, 2, 4]) func rowsOfHostsTogetherAreTheWhole(hosts: Int) throws {
    let whole = Self.partial(Array(0..<1000), window: Self.window)
    let processes = 2 * hosts
    let parts = (0..<processes).map { process in
      Self.partial(Array(stride(from: UInt64(process), to: 1000, by: processes)), window: Self.window)
    }
    let rows = try (0..<hosts).map { host in try PartialRecord(merging: [parts[host], parts[host + hosts]]) }
    let merged = try PartialRecord(merging: rows)
    #expect(try PartialRecord(merging: parts).latency.service.histogram == whole.latency.service.histogram)
    #expect(merged.latency.service.histogram == whole.latency.service.histogram)
    #expect(merged.latency.queueing?.histogram == whole.latency.queueing?.histogram)
    #expect(merged.operations == whole.operations && merged.checksum == whole.checksum && merged.bytes == whole.bytes)
    #expect(merged.latency.service.min == whole.latency.service.min)
    #expect(merged.latency.service.max == whole.latency.service.max)
  }

  /// A process may be someone else's program.
  @Test func countsAtTheEndOfTheirRangeStayThere() throws {
    var part = Self.partial([0, 1], window: Self.window)
    part.operations.done = .max
    part.operations.failed = ["timeout": .max]
    part.operations.unfinished = .max
    part.operations.unfinishedAge = .init(min: 1, mean: .max, max: .max, within: .max)
    part.bytes = .init(sent: .max, received: .max)
    part.usage.userTime = .max
    part.usage.threadsPeak = .max
    part.lanesServed = .max
    let merged = try PartialRecord(merging: [part, part])
    #expect(merged.operations.done == .max && merged.operations.failed == ["timeout": .max])
    #expect(merged.operations.unfinishedAge == .init(min: 1, mean: .max, max: .max, within: .max))
    #expect(merged.bytes == .init(sent: .max, received: .max) && merged.usage.userTime == .max)
    #expect(merged.usage.threadsPeak == .max && merged.lanesServed == .max)
  }

  @Test func theWindowEndsWithTheLastProcess() throws {
    var early = Self.window
    early.closes = 1_001_000
    let merged = try PartialRecord(
      merging: [Self.partial([0], window: early), Self.partial([1], window: Self.window)])
    #expect(merged.wall == 2_000_000)
    // The first had two in flight for half of the window.
    #expect(merged.inFlight?.mean == 3)
  }

  @Test func pointsOfTheSeriesKeepTheirCountsAndHaveNoPercentile() throws {
    func point(_ t: UInt64, _ done: UInt64) -> SeriesPoint {
      SeriesPoint(t: t, done: done, p50: 5, p99: 9, max: done, threads: 1, counts: counts(done))
    }
    func counts(_ done: UInt64) -> String {
      var latencies = LatencyHistogram()
      latencies.record(1000, count: done)
      return CoarseHistogram(latencies).encoded()
    }
    var (a, b) = (Self.partial([0], window: Self.window), Self.partial([1], window: Self.window))
    a.series = [point(10, 4), point(21, 5), point(30, 6)]
    b.series = [point(22, 1), point(33, 2)]
    let merged = try PartialRecord(merging: [a, b]).series
    #expect(merged.map(\.t) == [22, 33] && merged.map(\.done) == [10, 8] && merged.map(\.max) == [5, 6])
    #expect(merged.allSatisfy { $0.p50 == nil && $0.p99 == nil && $0.threads == 2 })
    #expect(merged.map(\.counts) == [counts(10), counts(8)])
  }

  /// Merged slots must not yield more than the recorded values.
  @Test func percentilesOfSeveralAreNotAboveTheirMaximum() throws {
    var latencies = LatencyHistogram()
    latencies.record(5_000_000_000, count: 1000)
    let merged = try #require(try LatencySummary(merging: [LatencySummary(latencies), LatencySummary(latencies)]))
    #expect(merged.max == 5_000_000_000 && merged.p50 == merged.max && merged.p99 == merged.max)
  }

  @Test func processorTimeByTheClockIsTheSumWhereAllHaveIt() throws {
    var (a, b) = (ProcessUsage(), ProcessUsage())
    (a.cpuTime, a.userTime, a.systemTime) = (90, 40, 40)
    (b.cpuTime, b.userTime, b.systemTime) = (20, 10, 5)
    #expect(ProcessUsage(merging: [a, b]).totalCPU == 110)
    b.cpuTime = nil
    #expect(ProcessUsage(merging: [a, b]).totalCPU == 95)
  }

  @Test func whatFailedIsAddedUpByKind() throws {
    var (a, b) = (Self.partial([0], window: Self.window), Self.partial([1], window: Self.window))
    a.operations.failed = ["timeout": 2]
    a.operations.unfinished = 1
    a.operations.unfinishedAge = .init(min: 5, mean: 5, max: 5, within: 5)
    b.operations.failed = ["timeout": 1, "wrong-content": 3]
    b.operations.unfinished = 3
    b.operations.unfinishedAge = .init(min: 7, mean: 9, max: 11, within: 9)
    let merged = try PartialRecord(merging: [a, b]).operations
    #expect(merged.failed == ["timeout": 3, "wrong-content": 3] && merged.asked == 1000)
    #expect(merged.unfinished == 4 && merged.unfinishedAge == .init(min: 5, mean: 8, max: 11, within: 8))
  }

  @Test func whatWasDueAndWhoWasServedIsAddedUp() throws {
    var (a, b) = (Self.partial([0], window: Self.window), Self.partial([1], window: Self.window))
    (a.lanesServed, b.lanesServed) = (3, 4)
    (a.operations.due, b.operations.due) = (10, 11)
    (a.operations.unanswered, b.operations.unanswered) = (1, 3)
    a.operations.unansweredAge = .init(min: 5, mean: 5, max: 5)
    b.operations.unansweredAge = .init(min: 7, mean: 9, max: 11)
    let merged = try PartialRecord(merging: [a, b])
    #expect(merged.lanesServed == 7 && merged.operations.due == 21 && merged.operations.unanswered == 4)
    #expect(merged.operations.unansweredAge == .init(min: 5, mean: 8, max: 11))
    b.lanesServed = nil
    #expect(try PartialRecord(merging: [a, b]).lanesServed == nil, "one did not count")
  }

  @Test func aHistogramThatCannotBeReadIsNotMerged() {
    var wrong = Self.partial([0], window: Self.window)
    wrong.latency.service.histogram = "nonsense"
    #expect(throws: HistogramCodingError.self) {
      try PartialRecord(merging: [wrong, Self.partial([1], window: Self.window)])
    }
  }

  @Test func sharesOfANumberAddUpToIt() {
    for total in [0, 1, 5, 100, 1_000_003] {
      for processes in [1, 2, 3, 52] {
        let shares = (0..<processes).map { Share(process: $0, of: processes).count(of: total) }
        #expect(shares.reduce(0, +) == total && (shares.max() ?? 0) - (shares.min() ?? 0) <= 1)
      }
    }
  }
}
