import Measurement
import Modes
import Plan
import Synchronization
import SystemCalls
import Testing
import Workloads

/// A target server in this process, for as long as a test needs it.
final class RunningServer: Sendable {
  let server: TargetServer
  private let thread: SystemCalls.Thread
  private let isStopped = Atomic(false)

  init(
    _ kind: TargetServer.Kind, mode: ModeID = .epoll, on address: SocketAddress, capacity: Int = 4096,
    limits: TimeLimits = .none, allowed: RequestLimits = .none, perAddress: Int? = nil
  ) throws {
    let server = try TargetServer(
      kind, mode: mode, on: address, capacity: capacity, limits: limits, allowed: allowed, perAddress: perAddress)
    self.server = server
    thread = try Thread(name: "server") { try? server.serve() }
  }

  convenience init(
    _ kind: TargetServer.Kind, mode: ModeID = .epoll, capacity: Int = 4096, limits: TimeLimits = .none,
    allowed: RequestLimits = .none, perAddress: Int? = nil
  ) throws {
    try self.init(
      kind, mode: mode, on: SocketAddress(host: "127.0.0.1", port: 0), capacity: capacity, limits: limits,
      allowed: allowed, perAddress: perAddress)
  }

  func stop() {
    if isStopped.exchange(true, ordering: .relaxed) { return }
    server.stop()
    thread.join()
  }

  deinit { stop() }
}

extension ModeID {
  /// Those that this machine can run.
  static let available = allCases.filter { $0.unavailability == nil }
}

/// Agreement between modes does not show that all of them still do the same as before.
func expectPinned(
  _ checksum: UInt64?, _ pinned: UInt64, of workload: String, operations: UInt64,
  location: SourceLocation = #_sourceLocation
) {
  #expect(
    checksum == pinned,
    """
    the work itself has changed: \(operations) operations of \(workload) with seed \(TrialSpec.testSeed) come to \
    0x\(String(checksum ?? 0, radix: 16)), and came to 0x\(String(pinned, radix: 16)). Earlier records are of other work and \
    cannot be compared. Undo it; or, where it is meant, pin the new one, and say so in CHANGELOG among what moves numbers.
    """,
    sourceLocation: location)
}

extension TrialSpec {
  /// The seed of the operations in these tests, and so of their results.
  static let testSeed: UInt64 = 7

  /// A trial with a fixed count of operations against `server`, if it needs one.
  static func counting(
    _ operations: UInt64, _ mode: ModeID, _ workload: WorkloadSpec, concurrency: Int, server: RunningServer? = nil,
    deadline: Nanoseconds = .seconds(20)
  ) -> TrialSpec {
    TrialSpec(
      mode: mode, workload: workload, concurrency: concurrency, operations: operations, duration: nil, warmup: .zero,
      deadline: deadline, seed: testSeed, endpoints: server.map { [$0.server.address.description] } ?? [],
      isOwnServer: server != nil)
  }
}

extension ModeID {
  /// The number of lanes in flight in a trial that is too short for a pool to grow.
  func lanesUnderWay(for concurrency: Int) -> ClosedRange<Int> {
    let lanes = lanes(for: concurrency)
    return self == .dispatchConcurrent || self == .taskgroupBlocking ? 1...lanes : lanes...lanes
  }
}

extension EchoSpec {
  init(_ change: (inout EchoSpec) -> Void) {
    self.init()
    change(&self)
  }
}

extension HTTPSpec {
  init(_ change: (inout HTTPSpec) -> Void) {
    self.init()
    change(&self)
  }
}

extension Trial {
  /// Runs a trial on a separate thread. On its own, a test would block one of the pool's few threads, which `taskgroup`
  /// needs; several of them would wait forever.
  static func finished(_ spec: TrialSpec, edges: WindowEdges? = nil) async throws -> TrialOutcome {
    try await withCheckedThrowingContinuation { continuation in
      do {
        try Thread(name: "trial") {
          continuation.resume(with: Result { try Trial.run(spec, edges: edges) })
        }.detach()
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  /// Repeats a trial that other processes may have disturbed, up to five times, until `isAsExpected` holds. Loops are
  /// pinned to CPUs, and a busy CPU makes its loop late.
  static func finished(
    _ spec: TrialSpec, until isAsExpected: (TrialOutcome) -> Bool
  ) async throws -> TrialOutcome {
    var outcome = try await finished(spec)
    for _ in 0..<4 where !isAsExpected(outcome) { outcome = try await finished(spec) }
    return outcome
  }
}
