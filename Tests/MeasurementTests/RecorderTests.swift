import Glibc
import SystemCalls
import TestSupport
import Testing

@testable import Measurement

@Suite(.endsHangs) struct RecorderTests {
  /// Runs `body` on several threads at once, and waits for them.
  private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) throws {
    let threads = try (0..<count).map { index in try Thread(name: "recorder") { body(index) } }
    for thread in threads { thread.join() }
  }

  private final class SharedCounter: Sendable {
    let counter = Counter()
  }

  @Test func counterAddsUpWhatSeveralThreadsAdd() throws {
    let shared = SharedCounter()
    try onThreads(4) { index in
      for _ in 0..<50_000 { shared.counter.add(UInt64(index), shared: true) }
    }
    #expect(shared.counter.count == 50_000 * 6)
  }

  @Test func counterWrapsAround() {
    for shared in [true, false] {
      let counter = Counter()
      counter.add(.max, shared: shared)
      counter.add(3, shared: shared)
      #expect(counter.count == 2)
    }
  }

  @Test(arguments: [1, 4]) func totalsAreExactWhereSeveralThreadsRecord(threads: Int) throws {
    let recorder = Recorder.allocate(shared: threads > 1)
    defer { recorder.deallocate() }
    let each = 20_000
    try onThreads(threads) { index in
      for number in 1...each {
        let end = Instant(nanoseconds: UInt64(number * threads + index))
        recorder.completed(
          at: end, service: Nanoseconds(UInt64(number)), checksum: number % 10 == 0 ? nil : UInt64(number), sent: 3,
          received: 5)
        recorder.responded(Nanoseconds(UInt64(number * 2)))
        if number % 5 == 0 { recorder.queued(Nanoseconds(3)) }
        if number % 10 == 0 { recorder.count(kind: number % 100 == 0 ? 1404 : 7) }
        if number % 4 == 0 { recorder.lagged(Nanoseconds(1)) }
        if number % 8 == 0 { recorder.readLeniently() }
      }
    }
    let total = UInt64(threads * each)
    #expect(recorder.done == total && recorder.verified == total * 9 / 10)
    let sum = (1...each).filter { $0 % 10 != 0 }.reduce(0, +)
    #expect(recorder.checksum == UInt64(sum * threads))
    #expect(recorder.sentBytes == 3 * total && recorder.receivedBytes == 5 * total)
    #expect(recorder.lenientReads == total / 8)
    #expect(recorder.kinds == [7: total * 9 / 100, 1404: total / 100])
    #expect(recorder.lastEnd == Instant(nanoseconds: UInt64(each * threads + threads - 1)))
    let snapshots = [Recorder.Span.service, .response, .lag, .queueing].map { span in
      var histogram = LatencyHistogram()
      recorder.snapshot(span, into: &histogram)
      return histogram
    }
    #expect(snapshots.map(\.count) == [total, total, total / 4, total / 5])
    #expect(snapshots[0].minimum == 1 && snapshots[2].maximum == 1)
  }

  @Test func nothingIsRecordedInTheBeginning() {
    let recorder = Recorder.allocate(shared: false)
    defer { recorder.deallocate() }
    #expect(recorder.done == 0 && recorder.verified == 0 && recorder.checksum == 0 && recorder.lastEnd == nil)
    #expect(recorder.kinds.isEmpty)
    var histogram = LatencyHistogram()
    recorder.snapshot(.service, into: &histogram)
    #expect(histogram.count == 0)
  }

  @Test func operationThatFailedHasAnEndAndNothingElse() {
    let recorder = Recorder.allocate(shared: false)
    defer { recorder.deallocate() }
    recorder.ended(at: Instant(nanoseconds: 5))
    #expect(recorder.lastEnd == Instant(nanoseconds: 5) && recorder.done == 0)
  }

  @Test func kindsOutOfRangeAreCountedAsNone() {
    let recorder = Recorder.allocate(shared: false)
    defer { recorder.deallocate() }
    for kind in [-1, Recorder.kindCount, .max, 0, Recorder.kindCount - 1] { recorder.count(kind: kind) }
    #expect(recorder.kinds == [0: 4, Recorder.kindCount - 1: 1])
  }
}

@Suite struct ResourceUsageTests {
  @Test func usageGrowsWithWhatIsDone() throws {
    let process = ResourceUsage.current()
    let thread = ResourceUsage.ofThread()
    let (near, far) = try Socket.pair(tcp: false, blocking: true)
    near.close()
    far.close()
    var work: UInt64 = 1
    while ResourceUsage.ofThread().since(thread).userTime.count
      + ResourceUsage.ofThread().since(thread).systemTime.count
      < 2_000_000
    {
      for _ in 0..<10_000 { work = work &* 6_364_136_223_846_793_005 &+ 1 }
    }
    #expect(work != 0)
    let used = ResourceUsage.current().since(process)
    #expect(used.userTime.count + used.systemTime.count >= 1_000_000)
    #expect(used.directCalls >= 3)
    #expect(ResourceUsage.ofThread().since(thread).directCalls >= 3)
  }

  /// To the nanosecond, of a process and of its threads.
  @Test func processorTimeIsThatOfTheClock() {
    let (process, thread) = (ResourceUsage.current(), ResourceUsage.ofThread())
    var work: UInt64 = 1
    while ResourceUsage.ofThread().since(thread).cpuTime < .milliseconds(1) {
      for _ in 0..<10_000 { work = work &* 6_364_136_223_846_793_005 &+ 1 }
    }
    #expect(work != 0 && ResourceUsage.current().since(process).cpuTime >= .milliseconds(1))
    #expect(ResourceUsage.of(process: getpid()).cpuTime >= process.cpuTime)
    #expect(process.cpuTime.count > 0 && thread.cpuTime <= process.cpuTime)
  }

  @Test func timeByTheClockIsAddedAndTakenOutApart() {
    let process = ResourceUsage(
      cpuTime: Nanoseconds(1001), userTime: Nanoseconds(600), systemTime: Nanoseconds(200), directCalls: 0,
      voluntarySwitches: 0, involuntarySwitches: 0)
    var thread = ResourceUsage.zero
    thread.cpuTime = Nanoseconds(1)
    #expect(process.without(thread).cpuTime == Nanoseconds(1000) && process.since(thread).cpuTime == Nanoseconds(1000))
    thread.add(process)
    #expect(thread.cpuTime == Nanoseconds(1002) && ResourceUsage.zero.since(thread).cpuTime == .zero)
  }

  @Test func differencesNeverWrap() {
    let less = ResourceUsage(
      userTime: Nanoseconds(5), systemTime: Nanoseconds(5), directCalls: 1, voluntarySwitches: 1, involuntarySwitches: 1
    )
    let more = ResourceUsage(
      userTime: Nanoseconds(9), systemTime: Nanoseconds(3), directCalls: 2, voluntarySwitches: 2, involuntarySwitches: 2
    )
    let between = less.since(more)
    #expect(between.userTime == .zero && between.systemTime == Nanoseconds(2) && between.directCalls == 0)
    #expect(between.voluntarySwitches == 0 && between.involuntarySwitches == 0)
    let left = less.without(more)
    #expect(left.userTime == .zero && left.systemTime == .zero && left.directCalls == 0 && left.voluntarySwitches == 0)
  }

  @Test func usageOfAThreadIsTakenOutAndTheRestSplitAsBefore() {
    let process = ResourceUsage(
      userTime: Nanoseconds(600), systemTime: Nanoseconds(200), directCalls: 50, voluntarySwitches: 9,
      involuntarySwitches: 4)
    let thread = ResourceUsage(
      userTime: Nanoseconds(0), systemTime: Nanoseconds(400), directCalls: 20, voluntarySwitches: 4,
      involuntarySwitches: 1)
    let left = process.without(thread)
    #expect(left.userTime == Nanoseconds(300) && left.systemTime == Nanoseconds(100))
    #expect(left.directCalls == 30 && left.voluntarySwitches == 5 && left.involuntarySwitches == 3)
  }
}

@Suite struct ProcFileTests {
  @Test func processIsDescribedByPlausibleNumbers() throws {
    #expect(try #require(ProcFile.peakMemory) > 1 << 20)
    #expect(try #require(ProcFile.threads) >= 1)
    #expect(try #require(ProcFile.openDescriptors) >= 3)
    if let stolen = ProcFile.stolenTime { #expect(stolen % 1_000_000 == 0) }
  }

  @Test func threadsAreCounted() throws {
    // Other tests start and end threads meanwhile; these hundred are there at the same time.
    let (near, far) = try Socket.pair(tcp: false, blocking: true)
    let threads = try (0..<100).map { _ in
      try Thread(name: "counted") {
        var byte: [UInt8] = [0]
        _ = byte.withUnsafeMutableBytes { far.receive(into: $0) }
      }
    }
    #expect(try #require(ProcFile.threads) > 100)
    near.shutdown()
    for thread in threads { thread.join() }
    near.close()
    far.close()
  }

  @Test func descriptorsAreCounted() throws {
    let descriptors = (0..<100).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
    #expect(try #require(ProcFile.openDescriptors) >= 103)
    for descriptor in descriptors { close(descriptor) }
  }

  @Test func fileThatIsMissingHasNoText() {
    #expect(ProcFile.text(of: "/proc/nothing") == nil)
    #expect(ProcFile.text(of: "/proc/self/comm")?.isEmpty == false)
  }
}
