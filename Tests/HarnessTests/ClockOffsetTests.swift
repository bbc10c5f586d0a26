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

  /// Clocks of hosts, of which each takes its own time to answer.
  private final class Clocks {
    var now: UInt64 = 1_000_000_000
    /// The indices, in the order in which they were asked.
    var asked: [Int] = []
    let ahead: [Int64]
    private var random = SplitMix64(seed: 9)

    init(_ count: Int) { ahead = (0..<count).map { Int64($0) * 1_000_000_000_000 - 5_000_000 } }

    func ask(_ index: Int) -> UInt64 {
      asked.append(index)
      now += random.next() % 300_000
      let read = UInt64(bitPattern: Int64(now) &+ ahead[index])
      now += random.next() % 300_000
      return read
    }

    func estimate() throws -> (clocks: [ClockOffset], longest: UInt64) {
      let answers = try ClockOffset.inTurns(
        ahead.count, now: { Instant(nanoseconds: now) }, ask: { ask($0) })
      guard case .known(let clocks, let longest) = answers else { throw Errno(0) }
      return (clocks, longest)
    }
  }

  @Test(arguments: [1, 2, 7, 300]) func clocksAreAskedInTurns(_ count: Int) throws {
    let clocks = Clocks(count)
    let (known, longest) = try clocks.estimate()
    let turns = clocks.asked.count / count
    #expect((4...32).contains(turns) && clocks.asked == (0..<turns).flatMap { _ in 0..<count })
    // Of so many clocks, a turn takes longer than all turns may.
    #expect(count < 300 || turns == 4)
    for (clock, ahead) in zip(known, clocks.ahead) {
      #expect((clock.offset - ahead).magnitude <= clock.bound && clock.bound <= longest && longest <= 300_000)
    }
  }

  /// Drift and skew grow with the age of estimates: no host's is older because it was asked before others.
  @Test func estimatesOfAllHostsAreOfTheSameAge() throws {
    let clocks = Clocks(100)
    let known = try clocks.estimate().clocks
    let took = clocks.now - 1_000_000_000
    let ages = known.map { clocks.now - $0.at.nanoseconds }
    let (early, late) = (ages.prefix(50).reduce(0, +) / 50, ages.suffix(50).reduce(0, +) / 50)
    #expect(max(early, late) - min(early, late) < took / 4)
    #expect(took < 4 * 100 * 600_000)
  }

  @Test func clockThatDoesNotAnswerIsToldAndNoOtherIsAsked() throws {
    var asked: [Int] = []
    let answers = try ClockOffset.inTurns(3) { index in
      asked.append(index)
      return asked.count == 5 ? nil : 7
    }
    #expect(answers == .silent(1) && asked == [0, 1, 2, 0, 1])
  }

  @Test(arguments: [
    HostOrder.clock, .watch, .report, .doctor, .lease, .keep, .leave, .listen(address: "fe80::1"),
    .reach(address: "10.0.0.1:80"),
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
