import Glibc
import Measurement
import Plan
import SystemCalls
import Testing

@testable import Workloads

/// Bystander lanes, driven by hand.
@Suite struct BystanderLaneTests {
  @Test func aMillionSleepsStillTakeOneCacheLineEach() {
    #expect(MemoryLayout<ClientLane<SleepConversation>>.stride == 64)
  }

  // MARK: Idle

  private func idle(lanes: Int = 1, opens: UInt64 = 100, isConnected: Bool = true) -> LaneBench {
    LaneBench(lanes: lanes, opens: opens, isConnected: isConnected, bystanders: BystanderSpecTests.idle)
  }

  @Test func idleLaneDoesOneOperationAndHoldsItsConnection() {
    let bench = idle(lanes: 2, isConnected: false)
    for lane in 0..<2 {
      #expect(bench.begin(lane) == "connect 0")
      #expect(bench.connected(lane) == "send 3")
      #expect(bench.exchange("v", lane) == "receive")
      #expect(bench.start(lane) == nil)
    }
    #expect(bench.log.operations == [0, 1])
    #expect(bench.recorder.early == 2 && bench.recorder.done == 0)
    bench.now = LaneBench.instant(1000)
    for lane in 0..<2 { #expect(bench.ended(lane) == "finished") }
    #expect(bench.kinds.isEmpty)
  }

  @Test func idleLaneTellsThatItsConnectionWasTaken() {
    for (event, kind) in [
      ({ $0.received("x") }, OutcomeKind.unexpectedBytes),
      ({ $0.failed(ECONNRESET) }, .errno(Errno(ECONNRESET))),
    ] as [((LaneBench) -> String, OutcomeKind)] {
      let bench = idle()
      _ = bench.begin()
      #expect(bench.exchange() == "receive")
      bench.now = LaneBench.instant(500)
      #expect(event(bench) == "finished")
      #expect(bench.kinds == [kind: 1] && bench.recorder.done == 0)
    }
  }

  @Test func idleLaneEndsWhereTheServerDoesNotKeepItsConnection() {
    let bench = idle(opens: 0)
    _ = bench.begin()
    #expect(bench.exchange("c") == "close")
    #expect(bench.closed() == "finished")
    #expect(bench.recorder.done == 1 && bench.kinds == [.prematureEnd: 1])
  }

  @Test func idleLaneThatIsNotAnsweredIsUnfinished() {
    let bench = idle()
    _ = bench.begin()
    #expect(bench.sent() == "receive")
    bench.now = LaneBench.instant(1000)
    #expect(bench.ended() == "finished")
    #expect(bench.start() != nil && bench.kinds.isEmpty)
  }

  @Test func lanesEndEarlyWhenTheOthersHaveDoneAll() {
    let bench = idle(lanes: 2)
    _ = bench.begin()
    #expect(bench.exchange() == "receive")
    bench.now = LaneBench.instant(200)
    bench.close()
    #expect(bench.ended() == "finished")
    #expect(bench.begin(1) == "finished")
    #expect(bench.kinds.isEmpty && bench.log.operations == [0])
  }

  // MARK: Paced

  /// An operation every 100 ms, until the window closes after 250 ms.
  private func paced() -> LaneBench {
    let schedule = ArrivalSchedule(
      .constant(rate: 10), seed: 1, start: LaneBench.instant(0), warmup: .zero, operations: nil,
      span: .milliseconds(250))
    return LaneBench(closes: 250, schedule: schedule, bystanders: BystanderSpecTests.paced)
  }

  @Test func pacedLaneHoldsItsConnectionWhenNothingMoreIsToStart() {
    let bench = paced()
    #expect(bench.begin() == "send 3")
    for start in [100, 200] as [UInt64] {
      #expect(bench.exchange() == "sleep \(Double(start))")
      bench.now = LaneBench.instant(start)
      #expect(bench.woke() == "send 3")
    }
    #expect(bench.exchange() == "receive")
    #expect(bench.start() == nil)
    bench.now = LaneBench.instant(250)
    #expect(bench.ended() == "finished")
    #expect(bench.recorder.done == 3 && bench.kinds.isEmpty)
  }

  @Test func pacedLaneThatWakesAfterTheEndStartsNothing() {
    let bench = paced()
    _ = bench.begin()
    #expect(bench.exchange() == "sleep 100.0")
    bench.close()
    bench.now = LaneBench.instant(100)
    #expect(bench.woke() == "finished")
    #expect(bench.start() == nil && bench.log.operations == [0])
  }

  // MARK: Slow

  /// Reads a byte a millisecond, which is not quite 1 KiB a second.
  private func slow(closes: UInt64 = 1000) -> LaneBench {
    LaneBench(closes: closes, bystanders: BystanderSpec(count: 1, manner: .slow, rate: ByteCount(1000)))
  }

  @Test func slowLaneSleepsForWhatItReceivedBeforeItReceivesAgain() {
    let bench = slow()
    #expect(bench.begin() == "send 3")
    #expect(bench.sent() == "receive")
    bench.now = LaneBench.instant(10)
    #expect(bench.received(".") == "sleep 11.0")
    bench.now = LaneBench.instant(11)
    #expect(bench.woke() == "receive")
    bench.now = LaneBench.instant(20)
    // The next operation waits for the time of the last reply.
    #expect(bench.received("v") == "sleep 21.0")
    #expect(bench.recorder.done == 1 && bench.start() == nil)
    bench.now = LaneBench.instant(21)
    #expect(bench.woke() == "send 3")
    #expect(bench.log.operations == [0, 1])
  }

  @Test func slowLaneThatIsKeptAtTheEndIsUnfinished() {
    let bench = slow(closes: 10)
    _ = bench.begin()
    _ = bench.sent()
    bench.now = LaneBench.instant(9)
    #expect(bench.received(".") == "sleep 10.0")
    bench.now = LaneBench.instant(10)
    #expect(bench.woke() == "finished")
    #expect(bench.start() == LaneBench.instant(0))
  }

  @Test func slowLaneWaitsBeforeItReceivesWhatItsNextPieceBrings() {
    // An echo of more than a window is sent in pieces, each of which is received before the next is sent.
    let rate = ByteCount(1 << 20)
    let recorder = Recorder.allocate(shared: false)
    defer { recorder.deallocate() }
    withUnsafePointer(
      to: TrialState(
        asked: nil, opens: LaneBench.instant(0), closes: LaneBench.instant(5000), timeout: .zero,
        bystanders: BystanderSpec(count: 1, manner: .slow, rate: rate))
    ) { trial in
      withUnsafePointer(to: LaneGroup(trial: trial, recorder: recorder)) { group in
        var lane = ClientLane(EchoClient(size: 1 << 20, delay: .none, seed: 1), in: group, connectedTo: 0)
        guard case .send(let first) = lane.begin(now: LaneBench.instant(0)) else {
          Issue.record("nothing to send")
          return
        }
        let piece = [UInt8](first)
        guard case .receive = lane.resume(.sent(piece.count)) else {
          Issue.record("nothing to receive")
          return
        }
        let step = piece.withUnsafeBytes { lane.resume(.received($0, now: LaneBench.instant(0))) }
        guard case .send(let second) = step, case .sleep(let until) = lane.resume(.sent(second.count)) else {
          Issue.record("\(step)")
          return
        }
        #expect(until.since(LaneBench.instant(0)).count == UInt64(piece.count) * 1_000_000_000 / UInt64(rate.count))
        guard case .receive = lane.resume(.woke(now: until)) else {
          Issue.record("it does not go on")
          return
        }
      }
    }
  }
}
