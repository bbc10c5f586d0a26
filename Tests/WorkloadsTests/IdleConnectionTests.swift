import Glibc
import Measurement
import Plan
import SystemCalls
import Testing

@testable import Workloads

/// Changes of a connection while it is idle, driven by hand.
@Suite struct IdleConnectionTests {
  /// An operation every 100 ms.
  private func paced(isConnected: Bool = true) -> LaneBench {
    LaneBench(
      isConnected: isConnected,
      schedule: ArrivalSchedule(
        .constant(rate: 10), seed: 1, start: LaneBench.instant(0), warmup: .zero, operations: nil,
        span: .milliseconds(1000)))
  }

  /// One operation has been done, and the second is due.
  private func waited(finding waiting: String?) -> (LaneBench, step: String) {
    let bench = paced()
    _ = bench.begin()
    #expect(bench.exchange() == "sleep 100.0")
    #expect(bench.looks == 0)
    bench.now = LaneBench.instant(100)
    bench.waiting = waiting
    return (bench, bench.woke())
  }

  // MARK: Before it is used again

  @Test func connectionIsLookedAtOnlyAfterAWait() {
    let closed = LaneBench(asked: 3)
    _ = closed.begin()
    for _ in 0..<2 { #expect(closed.exchange() == "send 3") }
    #expect(closed.looks == 0)
    let (bench, step) = waited(finding: nil)
    #expect(step == "send 3" && bench.looks == 1)
  }

  @Test func bytesThatNobodyAskedForFailTheOperationAndTheConnection() {
    let (bench, step) = waited(finding: "v")
    #expect(step == "close" && bench.log.operations == [0])
    #expect(bench.kinds == [.unexpectedBytes: 1] && bench.recorder.done == 1)
    #expect(bench.closed() == "sleep 200.0")
    bench.now = LaneBench.instant(200)
    #expect(bench.woke() == "connect 0")
  }

  @Test(arguments: ["", "timeout"]) func connectionThatWasClosedMeanwhileIsReplaced(_ waiting: String) {
    let (bench, step) = waited(finding: waiting)
    #expect(step == "close")
    #expect(bench.closed() == "connect 0")
    bench.now = LaneBench.instant(103)
    #expect(bench.connected() == "send 3")
    #expect(bench.exchange("v", after: 4) == "sleep 200.0")
    #expect(bench.kinds.isEmpty && bench.recorder.done == 2 && bench.recorder.reconnections == 1)
    #expect(bench.recorder.connections == 2)
    // The time that it took is the operation's.
    var service = LatencyHistogram()
    bench.recorder.snapshot(.service, into: &service)
    #expect((service.maximum ?? 0) >= 6_990_000)
  }

  @Test func replacingNeedsNoMethodThatMayBeRepeated() {
    let (bench, step) = waited(finding: nil)
    bench.log.mayRepeat = false
    #expect(step == "send 3")
    #expect(bench.exchange() == "sleep 200.0")
    bench.now = LaneBench.instant(200)
    bench.waiting = ""
    #expect(bench.woke() == "close")
    #expect(bench.recorder.reconnections == 1 && bench.kinds.isEmpty)
  }

  // MARK: After it was asked on

  private let closings: [(LaneBench) -> String] = [
    { $0.ended() }, { $0.failed(ECONNRESET) }, { $0.failed(EPIPE) }, { $0.failed(ECONNABORTED) },
  ]

  @Test func operationThatMeetsTheEndOfAUsedConnectionIsAskedForAgainOnce() {
    for closing in closings {
      let bench = LaneBench(asked: 2)
      _ = bench.begin()
      #expect(bench.exchange() == "send 3")
      _ = bench.sent()
      #expect(closing(bench) == "close")
      #expect(bench.kinds.isEmpty && bench.start() != nil)
      #expect(bench.closed() == "connect 0")
      #expect(bench.connected() == "send 3")
      #expect(bench.log.operations == [0, 1, 1])
      _ = bench.sent()
      #expect(closing(bench) == "close")
      #expect(bench.recorder.reconnections == 1 && bench.kinds.values.reduce(0, +) == 1)
      #expect(bench.closed() == "finished")
    }
  }

  @Test func operationFailsOnANewConnection() {
    for closing in closings {
      let bench = LaneBench(asked: 1, isConnected: false)
      _ = bench.begin()
      _ = bench.connected()
      _ = bench.sent()
      #expect(closing(bench) == "close")
      #expect(bench.recorder.reconnections == 0 && bench.kinds.values.reduce(0, +) == 1)
    }
  }

  @Test func operationFailsWhoseMethodMayNotBeRepeated() {
    let bench = LaneBench(asked: 1)
    bench.log.mayRepeat = false
    _ = bench.begin()
    _ = bench.sent()
    #expect(bench.ended() == "close")
    #expect(bench.recorder.reconnections == 0 && bench.kinds == [.prematureEnd: 1])
  }

  @Test func operationFailsThatWasAnsweredInPart() {
    let bench = LaneBench(asked: 1)
    _ = bench.begin()
    _ = bench.sent()
    #expect(bench.received(".") == "receive")
    #expect(bench.ended() == "close")
    #expect(bench.recorder.reconnections == 0 && bench.kinds == [.prematureEnd: 1])
  }

  @Test func operationThatHasRunOutOfTimeIsNotAskedForAgain() {
    let bench = LaneBench(asked: 1, timeout: 50)
    _ = bench.begin()
    _ = bench.sent()
    bench.now = LaneBench.instant(50)
    #expect(bench.ended() == "close")
    #expect(bench.recorder.reconnections == 0 && bench.kinds == [.timeout: 1])
  }

  @Test func connectionThatCannotBeReplacedFailsTheOperation() {
    let bench = LaneBench(asked: 1)
    _ = bench.begin()
    _ = bench.sent()
    #expect(bench.ended() == "close")
    #expect(bench.closed() == "connect 0")
    #expect(bench.failed(ECONNRESET) == "finished")
    #expect(bench.kinds == [.errno(Errno(ECONNRESET)): 1])
  }

  // MARK: In the end, and held

  @Test func bytesBeyondTheLastAnswerAreTold() {
    for (waiting, kinds) in [
      (nil, [:]), ("", [:]), ("t", [:]), ("v", [.unexpectedBytes: 1]),
    ] as [(String?, [OutcomeKind: UInt64])] {
      let bench = LaneBench(asked: 1)
      _ = bench.begin()
      bench.waiting = waiting
      #expect(bench.exchange() == "finished")
      #expect(bench.kinds == kinds && bench.looks == 1 && bench.recorder.done == 1)
    }
  }

  @Test(arguments: ["", "t"]) func idleLaneHoldsAnotherConnectionWhereTheServerClosesOne(_ end: String) {
    let bench = LaneBench(opens: 100, bystanders: BystanderSpecTests.idle)
    _ = bench.begin()
    #expect(bench.exchange() == "receive")
    for count in 1...2 as ClosedRange<UInt64> {
      bench.now = LaneBench.instant(500 + count)
      #expect(bench.received(end) == "close")
      #expect(bench.closed() == "connect 0")
      #expect(bench.connected() == "receive")
      #expect(bench.recorder.reconnections == count)
    }
    bench.now = LaneBench.instant(1000)
    #expect(bench.ended() == "finished")
    #expect(bench.kinds.isEmpty && bench.log.operations == [0])
  }

  @Test func idleLaneThatFindsNoOtherConnectionTellsIt() {
    let bench = LaneBench(opens: 100, bystanders: BystanderSpecTests.idle)
    _ = bench.begin()
    _ = bench.exchange()
    bench.now = LaneBench.instant(500)
    #expect(bench.ended() == "close")
    #expect(bench.closed() == "connect 0")
    #expect(bench.failed(ECONNREFUSED) == "finished")
    #expect(bench.kinds == [.errno(Errno(ECONNREFUSED)): 1])
  }

  // MARK: HTTP

  @Test func aReplyOfStatus408IsAFarewell() {
    for (text, isFarewell) in [
      ("HTTP/1.1 408 Request Time-out\r\n", true), ("HTTP/1.0 408 x", true), ("HTTP/1.1 408", true),
      ("HTTP/1.1 400 Bad Request\r\n", false), ("HTTP/1.1 40", false), ("408", false), ("", false),
    ] {
      #expect(withPassingBytes(Array(text.utf8)) { HTTPReplyCheck.isIdleTimeout($0) } == isFarewell, "\(text)")
    }
  }

  @Test(arguments: ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"]) func idempotentMethodsMayBeRepeated(
    _ method: String
  ) {
    #expect(mayRepeat(method))
  }

  @Test(arguments: ["POST", "PATCH", "get", "LOCK"]) func otherMethodsMayNot(_ method: String) {
    #expect(!mayRepeat(method))
  }

  private func mayRepeat(_ method: String) -> Bool {
    var spec = HTTPSpec()
    spec.method = method
    let requests = HTTPRequests(spec, server: ("own", ""), seed: 1)
    return requests.mayRepeat(0)
  }
}
