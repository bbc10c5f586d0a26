import Measurement
import Modes
import Plan
import SystemCalls
import TestSupport
import Testing
import Workloads

/// In every mode, the same operations meet the built-in server's faults, and are counted alike.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct AskedFaultTests {
  struct Case: CustomTestStringConvertible {
    var testDescription: String
    var workload: WorkloadSpec
    var server: TargetServer.Kind
  }

  static let operations: UInt64 = 400
  static let seed: UInt64 = 7
  static let modes = ModeID.available.filter { $0 != .null }

  /// About eight operations meet each fault, except for stalls, which take their time limit.
  static var faults: FaultMix {
    var mix = FaultMix()
    for kind in FaultKind.allCases { mix[kind] = kind == .stall ? 0.005 : 0.02 }
    return mix
  }

  static let cases: [Case] = [
    Case(testDescription: "http greeting", workload: http(), server: .http),
    Case(testDescription: "http, new connections", workload: http { $0.connection = .new }, server: .http),
    Case(
      testDescription: "http, 40 KiB after 1 ms",
      workload: http {
        $0.size = ByteCount(40 << 10)
        $0.delay = .fixed(.milliseconds(1))
      }, server: .http),
    Case(testDescription: "http HEAD", workload: http { $0.method = "HEAD" }, server: .http),
    Case(testDescription: "echo 64 bytes", workload: echo(), server: .echo),
    Case(
      testDescription: "echo 100,001 bytes after 1 ms",
      workload: echo {
        $0.size = ByteCount(100_001)
        $0.delay = .fixed(.milliseconds(1))
      }, server: .echo),
  ]

  private static func http(_ change: (inout HTTPSpec) -> Void = { _ in }) -> WorkloadSpec {
    .http(
      HTTPSpec {
        $0.timeout = .milliseconds(500)
        $0.faults = faults
        change(&$0)
      })
  }

  private static func echo(_ change: (inout EchoSpec) -> Void = { _ in }) -> WorkloadSpec {
    .echo(
      EchoSpec {
        $0.timeout = .milliseconds(500)
        $0.faults = faults
        change(&$0)
      })
  }

  @Test(arguments: cases, [8])
  func everyModeMeetsTheSameFaults(_ example: Case, concurrency: Int) async throws {
    let drawn = Self.faults.counts(seed: Self.seed, operations: 0..<Self.operations)
    var expected: [OutcomeKind: UInt64] = [:]
    for (kind, count) in drawn where kind != .drip { expected[example.workload.outcome(of: kind)] = count }
    let faulty = expected.values.reduce(0, +)
    #expect(expected.count == 4 && drawn[.drip] != nil)
    var checksum: UInt64?
    for mode in Self.modes {
      let (outcome, totals) = try await Self.finished(mode, example, concurrency: concurrency) {
        $0.failuresByKind == expected
      }
      #expect(
        outcome.failuresByKind == expected, "\(mode): \(outcome.failuresByKind.map { "\($0.key.name): \($0.value)" })")
      #expect(outcome.verified == Self.operations - faulty && outcome.done == outcome.verified, "\(mode)")
      #expect(outcome.unfinishedAges.isEmpty && !outcome.ranOutOfTime, "\(mode)")
      #expect(outcome.operations == 0..<Self.operations, "\(mode)")
      #expect(outcome.checksum == checksum ?? outcome.checksum, "\(mode)")
      checksum = outcome.checksum
      #expect(totals.faults == faulty && totals.done == Self.operations - faulty, "\(mode)")
      #expect(totals.failed == 0 && totals.ended == totals.connections, "\(mode): \(totals)")
    }
  }

  @Test(arguments: [0, 4].map { cases[$0] }) func everyModeServesTheSameFaults(_ example: Case) async throws {
    let drawn = Self.faults.counts(seed: Self.seed, operations: 0..<Self.operations)
    let failing = drawn.filter { $0.key != .drip }
    let expected = Dictionary(uniqueKeysWithValues: failing.map { (example.workload.outcome(of: $0.key), $0.value) })
    for mode in Self.modes {
      let (outcome, totals) = try await Self.finished(.epoll, example, concurrency: 1, in: mode) {
        $0.failuresByKind == expected
      }
      #expect(
        outcome.failuresByKind == expected, "\(mode): \(outcome.failuresByKind.map { "\($0.key.name): \($0.value)" })")
      let faulty = failing.values.reduce(0, +)
      #expect(totals.faults == faulty && totals.done == Self.operations - faulty && totals.failed == 0, "\(mode)")
    }
  }

  /// A trial and its server's counts. It is repeated if other processes delayed an operation beyond its time limit.
  private static func finished(
    _ mode: ModeID, _ example: Case, concurrency: Int, in serving: ModeID = .epoll,
    until isAsExpected: (TrialOutcome) -> Bool
  ) async throws -> (TrialOutcome, TargetServer.Totals) {
    var last: (TrialOutcome, TargetServer.Totals)
    var attempt = 0
    repeat {
      let server = try RunningServer(example.server, mode: serving)
      defer { server.stop() }
      let outcome = try await Trial.finished(
        TrialSpec.counting(
          operations, mode, example.workload, concurrency: concurrency, server: server, deadline: .seconds(60)))
      #expect(server.server.address.connectionsLeftOpen == [], "\(mode) leaves connections open")
      // The server will soon notice what the client has closed.
      for _ in 0..<200 where server.server.totals.ended < server.server.totals.connections {
        try await Task.sleep(for: .milliseconds(10))
      }
      last = (outcome, server.server.totals)
      attempt += 1
    } while !isAsExpected(last.0) && attempt < 5
    return last
  }

  @Test func operationsThatDripAreSlowAndVerified() async throws {
    for mode in Self.modes {
      let server = try RunningServer(.http)
      defer { server.stop() }
      let workload = WorkloadSpec.http(HTTPSpec { $0.faults = FaultMix { $0.drip = 1 } })
      let outcome = try await Trial.finished(
        TrialSpec.counting(5, mode, workload, concurrency: 1, server: server))
      #expect(outcome.verified == 5 && outcome.failuresByKind.isEmpty, "\(mode)")
      #expect(try #require(outcome.service.minimum) >= 9_000_000, "\(mode)")
    }
  }

  @Test func modeWithoutAConnectionObjects() {
    #expect(ModeID.null.objection(to: Self.echo()) == ModeID.null.objection(to: Self.http()))
    #expect(ModeID.null.objection(to: Self.echo())?.hasPrefix("null has no connection that could break") == true)
    for mode in Self.modes { #expect(mode.objection(to: Self.http()) == nil) }
  }
}

extension FaultMix {
  init(_ change: (inout FaultMix) -> Void) {
    self.init()
    change(&self)
  }
}
