import Glibc
import Measurement
import Modes
import Plan
import Records
import SystemCalls
import TestSupport
import Testing
import Workloads

@testable import Harness

/// Provokes every reason for an invalid trial in a real trial, and finds that reason only. Without its fault, each
/// trial is valid.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct AuditCoverageTests {
  static let echo = WorkloadSpec.echo(EchoSpec())

  static func echo(delay: Nanoseconds) -> WorkloadSpec {
    var spec = EchoSpec()
    spec.delay = .fixed(delay)
    return .echo(spec)
  }

  static func http(_ target: String) throws -> WorkloadSpec {
    var spec = HTTPSpec()
    spec.targets = [try HTTPTarget(parsing: target)]
    return .http(spec)
  }

  static let sleep = WorkloadSpec.sleep(SleepSpec(duration: .milliseconds(1)))

  /// Eight lanes with operations of 2 ms, for a time.
  static let window = RealTrial.lasting(.seconds(1), echo(delay: .milliseconds(2)), server: .echo)

  // MARK: What came back

  @Test func outOfTime() async throws {
    let trial = RealTrial.counting(40, Self.echo(delay: .milliseconds(100)), server: .echo)
    try await trial.expectReasons([])
    // Five rounds of 100 ms.
    try await trial.with { $0.spec.deadline = .milliseconds(300) }.expectReasons(["out-of-time"])
  }

  @Test(arguments: [Arrivals.constant(rate: 80), .poisson(rate: 80)])
  func outOfTimeBeforeTheLastArrival(_ arrivals: Arrivals) async throws {
    let trial = RealTrial.counting(40, Self.sleep, server: nil).with { $0.spec.arrivals = arrivals }
    try await trial.expectReasons([])
    try await trial.with { $0.spec.deadline = .milliseconds(100) }.expectReasons(["out-of-time"])
  }

  @Test(arguments: [EchoRelay.Fault.wrongByte, .reset]) func failures(_ fault: EchoRelay.Fault) async throws {
    let trial = RealTrial.counting(200, Self.echo, server: .echo)
    try await trial.with { $0.relay = { _, _ in .none } }.expectReasons([])
    try await trial.with { $0.relay = { $1 == 17 ? fault : .none } }.expectReasons(["failures"])
  }

  /// Failed operations were in flight and have no latency, so Little's law cannot be checked.
  @Test func failuresWithinAWindow() async throws {
    var spec = EchoSpec()
    spec.delay = .fixed(.milliseconds(2))
    spec.timeout = .milliseconds(200)
    let trial = RealTrial.lasting(.seconds(1), .echo(spec), server: .echo)
    try await trial.with { $0.relay = { _, _ in .none } }.expectReasons([])
    try await trial.with { $0.relay = { _, operation in operation % 8 == 0 ? .silence : .none } }
      .expectReasons(["failures"])
  }

  /// Faults that were asked for are no reason; other failures are, and so is a fault with another outcome.
  @Test(arguments: [true, false]) func faults(isCounted: Bool) async throws {
    var spec = EchoSpec()
    spec.faults = FaultMix()
    spec.faults?.reset = 0.05
    spec.faults?.truncate = 0.05
    let trial =
      isCounted
      ? RealTrial.counting(400, .echo(spec), server: .echo)
      : RealTrial.lasting(.milliseconds(500), .echo(spec), server: .echo)
    try await trial.expectReasons([])
    let reset = OutcomeKind.errno(.connectionReset)
    try await trial.with { $0.tamper = { $0.failuresByKind[reset, default: 0] += isCounted ? 1 : 1_000_000 } }
      .expectReasons(isCounted ? ["faults", "count"] : ["faults"])
    try await trial.with {
      $0.tamper = { $0.failuresByKind[.wrongContent] = $0.failuresByKind.removeValue(forKey: reset) }
    }
    .expectReasons(isCounted ? ["failures", "faults"] : ["failures"])
  }

  @Test func non2xx() async throws {
    func trial(_ target: String) throws -> RealTrial {
      RealTrial.counting(200, try Self.http(target), server: .http)
    }
    try await trial("http://127.0.0.1/?op={i}").expectReasons([])
    try await trial("http://127.0.0.1/?op=none").expectReasons(["non-2xx"])
  }

  @Test func nothingDone() async throws {
    try await Self.window.expectReasons([])
    try await Self.window.with { $0.spec.workload = Self.echo(delay: .seconds(5)) }.expectReasons(["nothing-done"])
  }

  @Test func unverified() async throws {
    let trial = RealTrial.counting(200, Self.echo, server: .echo)
    try await trial.expectReasons([])
    try await trial.with { $0.tamper = { $0.verified -= 1 } }.expectReasons(["unverified"])
  }

  @Test func count() async throws {
    let trial = RealTrial.counting(200, Self.sleep, server: nil)
    let lost: @Sendable (inout TrialOutcome) -> Void = {
      $0.done -= 1
      $0.verified -= 1
    }
    try await trial.expectReasons([])
    try await trial.with { $0.tamper = lost }.expectReasons(["count"])
    // A server did this, so it is evidence, too.
    try await RealTrial.counting(200, Self.echo, server: .echo).with { $0.tamper = lost }
      .expectReasons(["count", "server-count"])
  }

  @Test func serverCount() async throws {
    let stray: @Sendable (SocketAddress?) -> Void = { server in
      var spec = RealTrial.counting(20, Self.echo, server: .echo).spec
      spec.endpoints = [server!.description]
      _ = try? Trial.run(spec)
    }
    let trial = RealTrial.counting(200, Self.echo, server: .echo)
    try await trial.expectReasons([])
    try await trial.with { $0.opening = stray }.expectReasons(["server-count"])
  }

  // MARK: The harness

  @Test func lateEdge() async throws {
    try await Self.window.expectReasons([])
    // The server's counters; and, if the stall outlasts the window, the client's as well.
    for heldUp: UInt32 in [300_000, 1_200_000] {
      try await Self.window.with { $0.opening = { _ in usleep(heldUp) } }.expectReasons(["late-edge"])
    }
  }

  @Test func little() async throws {
    try await Self.window.with { $0.relay = { _, _ in .none } }.expectReasons([])
    try await Self.window.with { $0.relay = { connection, _ in connection % 2 == 0 ? .none : .silence } }
      .expectReasons(["little"])
  }

  /// Samples in step with the arrivals would all see the same state.
  @Test func trialIsValidWhenArrivalsAreAsFarApartAsSamples() async throws {
    try await Self.window.with { $0.spec.arrivals = .constant(rate: 200) }.expectReasons([])
  }

  /// Overload of a mode is a result, and so is the lateness of its own timers.
  @Test func trialIsValidAndSaturatedWhenMoreIsOfferedThanTheModeCanDo() async throws {
    let trial = RealTrial.lasting(
      .seconds(1), warmup: .zero, .sleep(SleepSpec(duration: .zero)), server: nil
    ).with {
      $0.spec.mode = .blocking
      $0.cpus = [0]
    }
    let calm = try await trial.with { $0.spec.arrivals = .constant(rate: 200) }.carriedOut()
    #expect(calm.isSaturated == false)
    let pressed = trial.with { $0.spec.arrivals = .constant(rate: Arrivals.highestRate) }
    #expect(try await pressed.carriedOut().isSaturated == true)
    try await pressed.expectReasons([])
  }

  @Test func trialIsValidWhenItsOwnTimersAreLate() async throws {
    let trial = RealTrial.counting(60, .sleep(SleepSpec(duration: .zero)), server: nil).with {
      $0.spec.mode = .blocking
      $0.spec.arrivals = .constant(rate: 40)
    }
    let late = trial.with { $0.prepare = { ProcessControl.setTimerSlack(nanoseconds: 5_000_000) } }
    // A thread with priority has no slack.
    try await late.expectReasons([])
    try await late.with { $0.tamper = { $0.pacerLateness = Array(repeating: .milliseconds(2), count: 50) } }
      .expectReasons(["late-timers"])
  }

  @Test func steal() async throws {
    try await Self.window.with { $0.machine = MachineUsage(steal: 0) }.expectReasons([])
    try await Self.window.with { $0.machine = MachineUsage(steal: 100_000_000) }.expectReasons(["steal"])
  }

  @Test func otherLoad() async throws {
    func trial(_ change: @escaping (inout MachineUsage) -> Void) -> RealTrial {
      Self.window.with {
        $0.machine.watched = 1_000_000_000
        change(&$0.machine)
      }
    }
    try await trial { $0.foreign = 10_000_000 }.expectReasons([])
    try await trial { $0.foreign = 30_000_000 }.expectReasons(["foreign-load"])
    try await trial { $0.throttled = 30_000_000 }.expectReasons(["throttled"])
  }

  @Test func stalled() async throws {
    try await Self.window.with { $0.tamper = { $0.longestGap = .milliseconds(60) } }.expectReasons(["stalled"])
  }
}
