import Measurement
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
}
