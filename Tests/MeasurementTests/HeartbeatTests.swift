import Testing

@testable import Measurement

@Suite struct HeartbeatTests {
  private func gap(isPreferred: Bool, busy: Bool) -> Nanoseconds {
    var heart = Heartbeat(isPreferred: isPreferred)
    let start = MonotonicClock.now
    heart.beat(at: start)
    let used = ResourceUsage.current().cpuTime.count
    while busy && ResourceUsage.current().cpuTime.count < used + 20_000_000 {}
    heart.beat(at: start + .milliseconds(30))
    return heart.longestGap
  }

  @Test func gapIsFoundWhenTheProcessDidNothing() {
    var heart = Heartbeat(isPreferred: false)
    let start = MonotonicClock.now
    heart.beat(at: start)
    heart.beat(at: start + .seconds(10))
    heart.beat(at: start + .seconds(11))
    #expect(heart.longestGap == .seconds(10))
  }

  @Test func gapIsNoneWhenOnlyTheProcessItselfKeptTheThreadWaiting() {
    #expect(gap(isPreferred: true, busy: true) == .milliseconds(30))
    #expect(gap(isPreferred: false, busy: true) == .zero)
  }
}
