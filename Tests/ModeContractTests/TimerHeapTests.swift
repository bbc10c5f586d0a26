import Measurement
import TestSupport
import Testing

@testable import Modes

struct TimerHeapTests {
  @Test func timersThatAreDueTogetherGoOffInTheOrderOfTheirLanes() {
    var heap = TimerHeap()
    let due = Instant(nanoseconds: 1_000)
    for lane: UInt32 in 0..<200 { heap.insert(lane: lane * 77 % 200, deadline: due) }
    heap.insert(lane: 500, deadline: Instant(nanoseconds: 999))
    var order: [UInt32] = []
    while let lane = heap.popDue(at: due) { order.append(lane) }
    #expect(order == [500] + Array(0..<200))
  }

  /// Sleeps and delays in random order, with delays cancelled, against a plain list.
  @Test(arguments: UInt64(1)...20) func delayThatIsCancelledDoesNotGoOff(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var heap = TimerHeap()
    var expected: [UInt32: UInt64] = [:]
    var isDelay: [UInt32: Bool] = [:]
    var now: UInt64 = 0
    for _ in 0..<3000 {
      let lane = UInt32.random(in: 0..<200, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0, 1:
        guard expected[lane] == nil else { continue }
        let deadline = now + UInt64.random(in: 0..<1000, using: &random)
        let delays = Bool.random(using: &random)
        if delays {
          heap.insertDelay(of: lane, deadline: Instant(nanoseconds: deadline))
        } else {
          heap.insert(lane: lane, deadline: Instant(nanoseconds: deadline))
        }
        (expected[lane], isDelay[lane]) = (max(deadline, delays ? 1 : 0), delays)
      case 2:
        let isDelayed = expected[lane] != nil && isDelay[lane] == true
        let (was, isCancelled) = (heap.isDelayed(lane), heap.cancelDelay(of: lane))
        #expect(was == isDelayed && isCancelled == isDelayed)
        if isDelayed { expected[lane] = nil }
      default:
        now += 20
        var due: Set<UInt32> = []
        while let lane = heap.popDue(at: Instant(nanoseconds: now)) { #expect(due.insert(lane).inserted) }
        #expect(due == Set(expected.filter { $0.value <= now }.keys))
        for lane in due { expected[lane] = nil }
      }
    }
    let count = heap.count
    #expect(count < 2 * expected.count + 64)
  }

  @Test func delaysThatAreCancelledTakeNoMemoryForLong() {
    var heap = TimerHeap()
    for lane: UInt32 in 0..<100 { heap.insert(lane: 1000 + lane, deadline: .distantFuture) }
    for round: UInt64 in 0..<10_000 {
      heap.insertDelay(of: 7, deadline: Instant(nanoseconds: 1_000_000 + round))
      let (isCancelled, count) = (heap.cancelDelay(of: 7), heap.count)
      #expect(isCancelled && count < 300)
    }
    let (due, count) = (heap.popDue(at: Instant(nanoseconds: 2_000_000)), heap.count)
    #expect(due == nil && count == 100)
  }
}
