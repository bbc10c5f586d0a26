import Glibc
import Measurement
import SystemCalls
import Testing

@testable import Workloads

@Suite struct ClientLaneTests {
  @Test func everyOperationIsTakenOnceBySeveralLanes() {
    let bench = LaneBench(lanes: 3, asked: 10)
    for lane in 0..<3 { #expect(bench.begin(lane) == "send 3") }
    var steps: [String] = []
    for turn in 0..<10 { steps.append(bench.exchange("v", turn % 3)) }
    #expect(bench.log.operations == Array(0..<10))
    #expect(steps == Array(repeating: "send 3", count: 7) + Array(repeating: "finished", count: 3))
    #expect(bench.recorder.done == 10 && bench.recorder.verified == 10 && bench.recorder.checksum == 10)
    #expect(bench.recorder.sentBytes == 30 && bench.recorder.receivedBytes == 10)
    #expect(bench.kinds.isEmpty)
  }

  @Test func laneIsFinishedAtOnceWhereNoOperationIsLeft() {
    let bench = LaneBench(lanes: 2, asked: 1)
    #expect(bench.begin(0) == "send 3")
    #expect(bench.begin(1) == "finished")
    #expect(bench.start(0) != nil && bench.start(1) == nil)
  }

  @Test func answerInPiecesIsOneOperation() {
    let bench = LaneBench(asked: 1)
    _ = bench.begin()
    #expect(bench.sent() == "receive")
    #expect(bench.received(".") == "receive")
    bench.now = LaneBench.instant(5)
    #expect(bench.received("v") == "finished")
    #expect(bench.recorder.done == 1 && bench.recorder.receivedBytes == 2)
    var latency = LatencyHistogram()
    bench.recorder.snapshot(.service, into: &latency)
    #expect(latency.count == 1 && (latency.minimum ?? 0) >= 4_995_000)
    #expect(bench.recorder.lastEnd == LaneBench.instant(5))
  }

  // MARK: The window

  @Test func warmUpIsNumberedApartAndNotRecordedWhereOperationsAreCounted() {
    let bench = LaneBench(asked: 2, opens: 10)
    #expect(bench.begin() == "send 3")
    #expect(bench.exchange("v", after: 4) == "send 3")
    #expect(bench.exchange("n", after: 4) == "send 3")
    // It begins before the window opens and ends after: it belongs to the warm-up.
    #expect(bench.exchange("v", after: 4) == "send 3")
    #expect(bench.recorder.done == 0 && bench.kinds.isEmpty && bench.recorder.lastEnd == nil)
    // The operation that ended after the window's opening counts for neither.
    #expect(bench.recorder.early == 2 && bench.recorder.firstEarlyEnd == LaneBench.instant(4))
    #expect(bench.exchange("v", after: 4) == "send 3")
    #expect(bench.exchange("v", after: 4) == "finished")
    #expect(bench.log.operations == [0, 1, 2, 0, 1])
    #expect(bench.recorder.done == 2)
  }

  @Test func onlyWhatIsAnsweredInTheWarmUpIsOfTheColdStart() {
    let bench = LaneBench(opens: 10, closes: 20)
    _ = bench.begin()
    #expect(bench.exchange("w", after: 3) == "close")
    #expect(bench.recorder.early == 0 && bench.recorder.firstEarlyEnd == nil)
    let warm = LaneBench(opens: 10, closes: 20)
    _ = warm.begin()
    for _ in 0..<6 { _ = warm.exchange("v", after: 3) }
    #expect(warm.recorder.early == 3 && warm.recorder.firstEarlyEnd == LaneBench.instant(3))
    #expect(warm.recorder.done == 3)
  }

  @Test func operationBegunInTheWarmUpCountsWhereTheWindowIsATime() {
    let bench = LaneBench(opens: 10, closes: 20)
    _ = bench.begin()
    #expect(bench.exchange("v", after: 6) == "send 3")
    #expect(bench.recorder.done == 0)
    #expect(bench.exchange("v", after: 6) == "send 3")
    #expect(bench.recorder.done == 1)
    #expect(bench.log.operations == [0, 1, 2])
  }

  @Test(arguments: [(UInt64(9), UInt64(0)), (10, 1), (19, 1), (20, 0)])
  func operationCountsWhereItEndsInTheWindow(end: UInt64, done: UInt64) {
    let bench = LaneBench(opens: 10, closes: 20)
    _ = bench.begin()
    _ = bench.sent()
    bench.now = LaneBench.instant(end)
    #expect(bench.received("v") == (end == 20 ? "finished" : "send 3"))
    #expect(bench.recorder.done == done)
  }

  @Test(arguments: ["v", "n", "w"]) func operationStaysInHandWhereItEndsBeyondTheWindow(answer: String) {
    let bench = LaneBench(closes: 20)
    bench.now = LaneBench.instant(3)
    _ = bench.begin()
    #expect(bench.exchange(answer, after: 17) == "finished")
    #expect(bench.start() == LaneBench.instant(3))
    #expect(bench.recorder.done == 0 && bench.kinds.isEmpty)
  }

  @Test func operationStaysInHandWhereItsConnectionIsShutDownAtTheWindowsEnd() {
    let bench = LaneBench(closes: 20)
    _ = bench.begin()
    _ = bench.sent()
    bench.now = LaneBench.instant(21)
    #expect(bench.ended() == "finished")
    #expect(bench.start() == LaneBench.instant(0) && bench.kinds.isEmpty)
  }

  @Test func nothingIsTakenWhereTheWindowHasClosed() {
    let bench = LaneBench(closes: 20)
    bench.now = LaneBench.instant(20)
    #expect(bench.begin() == "finished")
    #expect(bench.start() == nil && bench.log.operations.isEmpty)
  }

  // MARK: Connections

  @Test func connectionIsOpenedWhereThereIsNone() {
    let bench = LaneBench(asked: 1, isConnected: false)
    #expect(bench.begin() == "connect 0")
    #expect(bench.log.operations.isEmpty && bench.start() == LaneBench.instant(0))
    #expect(bench.connected() == "send 3")
    #expect(bench.exchange() == "finished")
  }

  @Test func connectionIsReplacedWhereItIsNotKept() {
    let bench = LaneBench(asked: 2)
    _ = bench.begin()
    #expect(bench.exchange("c") == "close")
    #expect(bench.log.disconnections == 1)
    #expect(bench.closed() == "connect 0")
    #expect(bench.connected() == "send 3")
    #expect(bench.exchange("c") == "close")
    #expect(bench.closed() == "finished")
    #expect(bench.recorder.verified == 2 && bench.kinds.isEmpty)
  }

  @Test func laneGoesFromEndpointToEndpointWithItsOperations() {
    let bench = LaneBench(asked: 3, endpoints: 2)
    #expect(bench.begin() == "send 3")
    #expect(bench.exchange() == "connect 1")
    #expect(bench.connected() == "send 3")
    #expect(bench.exchange() == "connect 0")
    #expect(bench.reached() == "send 3")
    #expect(bench.exchange() == "finished")
    #expect(bench.log.operations == [0, 1, 2] && bench.kinds.isEmpty)
    #expect(bench.recorder.connections == 2 && bench.log.disconnections == 0)
  }

  @Test func operationIsCountedByItsErrorAndTheConnectionReplaced() {
    let bench = LaneBench(asked: 4, isConnected: false)
    _ = bench.begin()
    _ = bench.connected()
    #expect(bench.failed(EPIPE) == "close")
    #expect(bench.closed() == "connect 0")
    #expect(bench.connected() == "send 3")
    _ = bench.sent()
    #expect(bench.failed(ECONNRESET) == "close")
    #expect(bench.closed() == "connect 0")
    _ = bench.connected()
    _ = bench.sent()
    #expect(bench.ended() == "close")
    _ = bench.closed()
    _ = bench.connected()
    #expect(bench.exchange("vx") == "close")
    #expect(bench.closed() == "finished")
    #expect(
      bench.kinds == [.errno(Errno(EPIPE)): 1, .errno(Errno(ECONNRESET)): 1, .prematureEnd: 1, .unexpectedBytes: 1])
    #expect(bench.recorder.done == 0 && bench.recorder.lastEnd == bench.now)
    #expect(bench.recorder.sentBytes == 0 && bench.recorder.receivedBytes == 0)
  }

  @Test func refusedReplyIsDoneAndNotVerified() {
    let bench = LaneBench(asked: 2)
    _ = bench.begin()
    #expect(bench.exchange("n") == "send 3")
    #expect(bench.exchange("w") == "close")
    #expect(bench.recorder.done == 1 && bench.recorder.verified == 0 && bench.recorder.checksum == 0)
    #expect(bench.kinds == [.status(404): 1, .wrongContent: 1])
  }

  @Test func laneWaitsLongerAndLongerUpToABoundWhereConnectionsAreRefused() {
    let bench = LaneBench(asked: 13, closes: 10_000, isConnected: false)
    var step = bench.begin()
    var waits: [Double] = []
    for _ in 0..<10 {
      #expect(step == "connect 0")
      step = bench.failed(ECONNREFUSED)
      guard step.hasPrefix("sleep ") else { continue }
      let before = bench.now
      let deadline = Double(step.dropFirst(6))!
      waits.append(deadline - Double(before.since(LaneBench.instant(0)).count) / 1e6)
      bench.now = LaneBench.instant(UInt64(deadline))
      step = bench.woke()
    }
    #expect(waits == [1, 2, 4, 8, 16, 32, 64, 64, 64, 64])
    #expect(bench.kinds == [.errno(Errno(ECONNREFUSED)): 10])
    // After a success, the count of failures starts anew.
    #expect(step == "connect 0")
    #expect(bench.connected() == "send 3")
    #expect(bench.exchange("c") == "close")
    #expect(bench.closed() == "connect 0")
    #expect(bench.failed(ECONNREFUSED) == "sleep \(Double(bench.now.since(LaneBench.instant(0)).count) / 1e6 + 1)")
  }

  @Test func waitBeforeConnectingEndsWithTheWindow() {
    let bench = LaneBench(closes: 20, isConnected: false)
    _ = bench.begin()
    for _ in 0..<4 {
      bench.now = bench.now + .milliseconds(1)
      if bench.failed(ECONNREFUSED).hasPrefix("sleep") { _ = bench.woke() }
    }
    bench.now = LaneBench.instant(19)
    #expect(bench.failed(ECONNREFUSED) == "sleep 20.0")
    bench.now = LaneBench.instant(20)
    #expect(bench.woke() == "finished")
    #expect(bench.start() == LaneBench.instant(19))
  }

  // MARK: Timeouts

  /// The monitor shuts down a connection whose operation has run out of time: the lane then receives an end.
  @Test(arguments: [(99, 1, [:]), (100, 0, [OutcomeKind.timeout: 1])] as [(UInt64, UInt64, [OutcomeKind: UInt64])])
  func answerThatEndsWithItsConnectionIsDoneOnlyInTime(
    after milliseconds: UInt64, done: UInt64, kinds: [OutcomeKind: UInt64]
  ) {
    let bench = LaneBench(asked: 1, timeout: 100)
    _ = bench.begin()
    #expect(bench.exchange("o") == "receive")
    bench.now = bench.now + .milliseconds(milliseconds - 1)
    #expect(bench.ended() == "close")
    #expect(bench.recorder.done == done && bench.kinds == kinds)
  }

  @Test func failureIsATimeoutWhereTheOperationHasTakenThatLong() {
    let bench = LaneBench(asked: 5, timeout: 100)
    _ = bench.begin()
    _ = bench.sent()
    bench.now = bench.now + .milliseconds(100)
    #expect(bench.ended() == "close")
    #expect(bench.kinds == [.timeout: 1])
    _ = bench.closed()
    _ = bench.connected()
    #expect(bench.exchange("n", after: 99) == "send 3")
    #expect(bench.kinds == [.timeout: 1, .status(404): 1])
    #expect(bench.exchange("v", after: 99) == "send 3")
    bench.log.mayRepeat = false
    _ = bench.sent()
    bench.now = bench.now + .milliseconds(99)
    #expect(bench.failed(ECONNRESET) == "close")
    #expect(bench.kinds == [.timeout: 1, .status(404): 1, .errno(Errno(ECONNRESET)): 1])
    #expect(bench.recorder.done == 2 && bench.recorder.verified == 1)
  }

  @Test(arguments: ["v", "n", "c", "w"]) func answerThatComesAtTheLimitIsATimeout(_ answer: String) {
    let bench = LaneBench(asked: 2, timeout: 100)
    _ = bench.begin()
    #expect(bench.exchange(answer, after: 100) == "close")
    #expect(bench.kinds == [.timeout: 1] && bench.recorder.done == 0)
    // The connection may be about to be shut down, so it is not used again.
    #expect(bench.closed() == "connect 0")
  }

  @Test func nothingIsATimeoutWhereThereIsNoLimit() {
    let bench = LaneBench(asked: 1, closes: 100_000)
    _ = bench.begin()
    _ = bench.sent()
    bench.now = LaneBench.instant(99_999)
    bench.log.mayRepeat = false
    _ = bench.ended()
    #expect(bench.kinds == [.prematureEnd: 1])
  }

  // MARK: Permits and arrivals

  @Test func permitIsTakenForEachOperationAndGivenBack() {
    let bench = LaneBench(asked: 2, isLimited: true)
    #expect(bench.begin() == "acquire")
    #expect(bench.start() == nil)
    bench.now = LaneBench.instant(7)
    #expect(bench.resume(.acquired(now: bench.now)) == "send 3")
    #expect(bench.start() == LaneBench.instant(7))
    #expect(bench.exchange("c", after: 5) == "release")
    #expect(bench.resume(.released(now: bench.now)) == "close")
    #expect(bench.closed() == "acquire")
    #expect(bench.resume(.acquired(now: bench.now)) == "connect 0")
    _ = bench.connected()
    #expect(bench.exchange() == "release")
    #expect(bench.resume(.released(now: bench.now)) == "finished")
    var (response, queueing) = (LatencyHistogram(), LatencyHistogram())
    bench.recorder.snapshot(.response, into: &response)
    bench.recorder.snapshot(.queueing, into: &queueing)
    // The response time includes the queueing; the second operation had none.
    #expect(response.count == 2 && (response.maximum ?? 0) >= 11_990_000)
    #expect(queueing.count == 2 && queueing.minimum == 0 && (6_990_000...7_000_000).contains(queueing.maximum ?? 0))
  }

  @Test func permitThatComesTooLateIsGivenBackWithTheOperationUnfinished() {
    let bench = LaneBench(closes: 20, isLimited: true)
    bench.now = LaneBench.instant(4)
    _ = bench.begin()
    bench.now = LaneBench.instant(20)
    #expect(bench.resume(.acquired(now: bench.now)) == "release")
    #expect(bench.resume(.released(now: bench.now)) == "finished")
    #expect(bench.start() == LaneBench.instant(4) && bench.log.operations.isEmpty)
  }

  @Test func laneWaitsForTheArrivalOfItsOperation() {
    let schedule = ArrivalSchedule(
      .constant(rate: 100), seed: 7, start: LaneBench.instant(0), warmup: .zero, operations: 3, span: .seconds(1))
    let bench = LaneBench(asked: 3, schedule: schedule)
    #expect(bench.begin() == "send 3")
    #expect(bench.exchange(after: 4) == "sleep 10.0")
    #expect(bench.start() == nil)
    bench.now = LaneBench.instant(12)
    #expect(bench.woke() == "send 3")
    #expect(bench.start() == LaneBench.instant(12))
    // The third was to start at 20 ms: it starts at once, late.
    #expect(bench.exchange(after: 13) == "send 3")
    #expect(bench.exchange(after: 5) == "finished")
    #expect(bench.log.operations == [0, 1, 2])
    var (response, lag) = (LatencyHistogram(), LatencyHistogram())
    bench.recorder.snapshot(.response, into: &response)
    bench.recorder.snapshot(.lag, into: &lag)
    #expect(response.count == 3 && (response.maximum ?? 0) >= 14_985_000)
    // Only the harness delayed the second; the third was delayed by its lane.
    #expect(lag.count == 1 && (lag.maximum ?? 0) >= 1_998_000)
  }
}
