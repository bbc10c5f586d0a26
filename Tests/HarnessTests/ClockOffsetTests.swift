import Foundation
import Glibc
import Measurement
import Plan
import Records
import SystemCalls
import TestSupport
import Testing

@testable import Harness

/// Estimates of another host's clock.
@Suite struct ClockOffsetTests {
  private func instant(_ nanoseconds: UInt64) -> Instant { Instant(nanoseconds: nanoseconds) }

  @Test func truthLiesWithinTheBoundHoweverTheWayIsDivided() {
    var random = SplitMix64(seed: 5)
    for _ in 0..<10_000 {
      let truth = Int64(bitPattern: random.next()) >> 2
      let asked = random.next() >> 2
      let (there, back) = (random.next() % 5_000_000, random.next() % 5_000_000)
      let read = UInt64(bitPattern: Int64(asked + there) &+ truth)
      let offset = ClockOffset(asked: instant(asked), answered: instant(asked + there + back), read: read)
      #expect((offset.offset - truth).magnitude <= offset.bound && offset.bound <= (there + back + 1) / 2)
      #expect(offset.here(offset.there(instant(asked)).nanoseconds) == asked)
    }
  }

  @Test func delayOfOneWayWidensTheBoundToContainTheTruth() {
    // The answer comes 5 ms late; both clocks are the same.
    let late = ClockOffset(asked: instant(1_000_000), answered: instant(6_040_000), read: 1_020_000)
    #expect(late.bound == 2_520_000 && late.offset == -2_500_000 && late.offset.magnitude <= late.bound)
    let prompt = ClockOffset(asked: instant(1_000_000), answered: instant(1_040_000), read: 1_010_000)
    #expect(ClockOffset.best(of: [late, prompt]) == prompt && prompt.bound == 20_000)
    // A clock may run away by 500 ppm.
    #expect(prompt.bound(at: instant(3_020_000)) == 21_000)
  }

  @Test func driftIsTheChangeOverTheTimeBetween() {
    let first = ClockOffset(asked: instant(0), answered: instant(0), read: 100)
    let last = ClockOffset(asked: instant(2_000_000_000), answered: instant(2_000_000_000), read: 2_000_000_300)
    #expect(ClockOffset.drift(from: first, to: last) == 100)
    #expect(ClockOffset.drift(from: first, to: first) == nil)
  }

  @Test(arguments: [
    HostOrder.clock, .watch, .report, .doctor, .lease, .listen(address: "fe80::1"), .reach(address: "10.0.0.1:80"),
    .window(opens: Instant(nanoseconds: 5), closes: nil),
    .window(opens: Instant(nanoseconds: 5), closes: Instant(nanoseconds: .max)),
  ])
  func orderIsReadAsItWasWritten(_ order: HostOrder) { #expect(HostOrder(order.line) == order) }

  @Test(arguments: ["", "clock 1", "window", "window x", "listen", "close", "123"])
  func otherLinesAreNoOrders(_ line: String) { #expect(HostOrder(line) == nil) }
}

/// Hosts whose starts lie apart, and whose machines were disturbed.
@Suite struct HostValidityTests {
  private static func record(skew: UInt64, foreign: UInt64) -> TrialRecord {
    var record = TrialRecord(
      runID: "run-1", experiment: "x", trial: 1, round: 1, order: 1, seed: 1, mode: "epoll",
      workload: .object(["kind": .string("echo")]), concurrency: 2, operations: .init(), valid: false, reasons: [])
    record.wall = 100_000_000
    record.operations.done = 100
    record.operations.verified = 100
    record.startSkew = .init(found: skew / 2, most: skew)
    record.hosts = ["n1", "n2"].map { name in
      var host = TrialRecord.Host(name: name, role: .load, processes: 1)
      host.machine = MachineUsage(steal: nil)
      host.machine?.watched = 120_000_000
      host.machine?.foreign = name == "n2" ? foreign : 0
      host.usage = ProcessUsage()
      host.usage?.cpus = [0, 1]
      return host
    }
    return record
  }

  @Test func startSkewBeyondTheLimitIsAReason() {
    #expect(Validity.reasons(Self.record(skew: 1_000_000, foreign: 0), ranOutOfTime: false) == [])
    let apart = Validity.reasons(Self.record(skew: 1_000_001, foreign: 0), ranOutOfTime: false)
    #expect(apart == ["start-skew: hosts may have started 1000 µs apart; at most 1ms is allowed"])
    let bounds = DisturbanceBounds(foreign: 0.02, maxSkew: .milliseconds(5), doing: .echo(EchoSpec()))
    #expect(Validity.reasons(Self.record(skew: 4_000_000, foreign: 0), ranOutOfTime: false, bounds: bounds) == [])
  }

  @Test func disturbedHostIsNamed() {
    let reasons = Validity.reasons(Self.record(skew: 0, foreign: 60_000_000), ranOutOfTime: false)
    #expect(
      reasons.count == 1
        && reasons[0].hasPrefix("foreign-load: other processes used 60000 µs of the trial's CPUs on host 'n2', 50 %"))
  }
}
