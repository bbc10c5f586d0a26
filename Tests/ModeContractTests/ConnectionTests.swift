import Measurement
import Modes
import Plan
import TestSupport
import Testing
import Workloads

/// Connections live equally long, and carry the same operations, in every mode.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct ConnectionTests {
  static let modes = FaultTests.modes

  private func target(_ server: FaultServer) throws -> HTTPTarget {
    try HTTPTarget(parsing: "http://\(server.address)/{i}")
  }

  private func trial(
    _ mode: ModeID, _ servers: [FaultServer], targets: Int, operations: UInt64, concurrency: Int,
    arrivals: Arrivals = .closed, timeout: Nanoseconds = .seconds(10)
  ) async throws -> TrialOutcome {
    let asked = (0..<targets).map { servers[$0 % servers.count] }
    var http = HTTPSpec { $0.timeout = timeout }
    http.targets = try asked.map(target)
    let spec = TrialSpec(
      mode: mode, workload: .http(http), concurrency: concurrency, operations: operations, duration: nil,
      warmup: .zero, arrivals: arrivals, deadline: .seconds(90), seed: 7,
      endpoints: asked.map(\.address.description), isOwnServer: false)
    return try await Trial.finished(spec)
  }

  @Test(arguments: modes) func targetsOfOneAddressShareTheirConnection(_ mode: ModeID) async throws {
    let server = try FaultServer { _ in .healthy }
    defer { server.stop() }
    let outcome = try await trial(mode, [server], targets: 3, operations: 60, concurrency: 2)
    #expect(outcome.verified == 60 && outcome.failuresByKind.isEmpty)
    #expect(outcome.connectionsOpened == UInt64(mode.lanes(for: 2)) && outcome.reconnected == 0)
  }

  @Test(arguments: modes) func laneKeepsAConnectionToEachAddress(_ mode: ModeID) async throws {
    let servers = try (0..<3).map { _ in try FaultServer { _ in .healthy } }
    defer { for server in servers { server.stop() } }
    // More operations than lanes, and not a multiple of the addresses, so that every lane uses all of them.
    let outcome = try await trial(mode, servers, targets: 3, operations: 100, concurrency: 2)
    #expect(outcome.verified == 100 && outcome.failuresByKind.isEmpty && outcome.reconnected == 0)
    #expect((outcome.connectionsOpened ?? 0) <= UInt64(3 * mode.lanes(for: 2)))
    #expect((outcome.connectionsOpened ?? 0) >= 3)
    #expect(servers.allSatisfy { $0.connectionsLeftOpen == [] })
  }

  @Test(arguments: modes) func operationsFindAnotherConnectionWhereTheServerClosesIdleOnes(_ mode: ModeID)
    async throws
  {
    let server = try FaultServer { $0 % 2 == 0 ? .closesSilently : .healthy }
    defer { server.stop() }
    for arrivals in [Arrivals.closed, .constant(rate: 100)] {
      let outcome = try await trial(mode, [server], targets: 1, operations: 20, concurrency: 1, arrivals: arrivals)
      #expect(outcome.verified == 20 && outcome.failuresByKind.isEmpty, "\(outcome.failuresByKind.map(\.key.name))")
      // The last operation leaves its connection open.
      #expect(outcome.reconnected == 10 && outcome.connectionsOpened == 11)
    }
  }

  @Test(arguments: modes) func bytesThatCameBeforeTheRequestAreNoReply(_ mode: ModeID) async throws {
    let server = try FaultServer { $0 == 0 ? .twice : .late }
    defer { server.stop() }
    let outcome = try await trial(
      mode, [server], targets: 1, operations: 4, concurrency: 1, arrivals: .constant(rate: 10))
    #expect(outcome.failuresByKind == [.unexpectedBytes: 1] && outcome.verified == 3)
    #expect(outcome.connectionsOpened == 2)
    // The first is answered at once, and all others after 60 ms.
    #expect(outcome.service.percentile(50).map { $0 >= 59_000_000 } == true)
  }

  @Test(arguments: modes) func replyThatComesAfterTheLimitIsATimeout(_ mode: ModeID) async throws {
    let server = try FaultServer { _ in .late }
    defer { server.stop() }
    let outcome = try await trial(
      mode, [server], targets: 1, operations: 12, concurrency: 2, timeout: .milliseconds(59))
    #expect(outcome.failuresByKind == [.timeout: 12] && outcome.done == 0)
    // None is used again.
    #expect((outcome.connectionsOpened ?? 0) >= 12)
  }
}
