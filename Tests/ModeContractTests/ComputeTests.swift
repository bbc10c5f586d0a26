import Measurement
import Modes
import Plan
import TestSupport
import Testing
import Workloads

/// Work after each reply: the same in every mode, wherever it is done.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct ComputeTests {
  /// Modes that this machine can run, each in all ways that need no other process.
  static let ways: [(mode: ModeID, offload: ComputeSpec.Offload)] = ModeID.available.flatMap { mode in
    let offloads: [ComputeSpec.Offload] = mode.supportsOffload ? [.inline, .pool] : [.inline]
    return offloads.map { (mode: mode, offload: $0) }
  }

  private static func workload(_ offload: ComputeSpec.Offload, pool: Int = 2) -> WorkloadSpec {
    var spec = ComputeSpec()
    spec.offload = offload
    spec.pool = offload == .inline ? nil : pool
    return .compute(spec)
  }

  private static func spec(
    _ mode: ModeID, _ offload: ComputeSpec.Offload, iterations: UInt64, concurrency: Int = 8, server: RunningServer
  ) -> TrialSpec {
    var spec = TrialSpec.counting(200, mode, workload(offload), concurrency: concurrency, server: server)
    spec.iterations = iterations
    return spec
  }

  @Test(arguments: [1, 8]) func everyWayDoesTheSameWork(concurrency: Int) async throws {
    var first: UInt64?
    for (mode, offload) in Self.ways {
      let server = try RunningServer(.http)
      let outcome = try await Trial.finished(
        Self.spec(mode, offload, iterations: 20_000, concurrency: concurrency, server: server))
      #expect(outcome.done == 200 && outcome.verified == 200 && outcome.failuresByKind.isEmpty, "\(mode) \(offload)")
      #expect(outcome.unfinishedAges.isEmpty && !outcome.ranOutOfTime, "\(mode) \(offload)")
      #expect(outcome.checksum == first ?? outcome.checksum, "\(mode) \(offload) differs")
      first = first ?? outcome.checksum
      if mode != .null {
        server.stop()
        #expect(server.server.totals.done == 200, "\(mode) \(offload): the server's count")
      }
    }
    expectPinned(first, 0x7ec0_d101_da4b_123d, of: "compute", operations: 200)
  }

  @Test func checksumIsOfTheAmountOfWork() async throws {
    let server = try RunningServer(.http)
    var checksums: Set<UInt64> = []
    for iterations in [0, 1, 1000] as [UInt64] {
      checksums.insert(
        try await Trial.finished(Self.spec(.epoll, .inline, iterations: iterations, server: server)).checksum)
    }
    #expect(checksums.count == 3)
  }

  @Test func oneThreadServesManyLanesOfSeveralLoops() async throws {
    let server = try RunningServer(.http)
    for mode in ModeID.available where mode.supportsOffload {
      var spec = TrialSpec.counting(500, mode, Self.workload(.pool, pool: 1), concurrency: 64, server: server)
      spec.iterations = 2000
      let outcome = try await Trial.finished(spec)
      #expect(outcome.verified == 500 && outcome.failuresByKind.isEmpty, "\(mode)")
    }
  }

  /// Work that takes longer than the window: bystanders that computed would finish nothing.
  @Test func bystandersDoNotWork() async throws {
    let server = try RunningServer(.http)
    let start = MonotonicClock.now
    #expect(Computation(iterations: 1_000_000, seed: 1).result() != 1)
    let iterations = 1_000_000_000_000_000 / MonotonicClock.now.since(start).count
    for (mode, offload) in Self.ways where mode.lanes(for: 2) > 1 && (offload == .pool || mode == .threads) {
      var spec = TrialSpec(
        mode: mode, workload: Self.workload(offload, pool: 1), concurrency: 1, operations: nil,
        duration: .milliseconds(300), warmup: .zero,
        bystanders: BystanderSpec(count: 4, manner: .paced, every: .milliseconds(20)), deadline: .seconds(20), seed: 7,
        endpoints: [server.server.address.description], isOwnServer: true)
      // A second.
      spec.iterations = iterations
      let outcome = try await Trial.finished(spec) { ($0.bystanders?.done ?? 0) > 10 }
      #expect(outcome.done == 0 && outcome.unfinishedAges.count == 1, "\(mode) \(offload)")
      let bystanders = try #require(outcome.bystanders)
      #expect(bystanders.done > 10 && bystanders.failuresByKind.isEmpty, "\(mode) \(offload): \(bystanders.done)")
    }
  }

  @Test func whoComputesInPlaceOffloadsNothing() {
    for mode in ModeID.allCases {
      #expect(mode.objection(to: Self.workload(.inline)) == nil)
      #expect((mode.objection(to: Self.workload(.pool)) == nil) == mode.supportsOffload)
      #expect((mode.objection(to: Self.workload(.processes)) == nil) == mode.supportsOffload)
      #expect(mode.variant(doing: Self.workload(.pool)) == (mode.supportsOffload ? "pool" : nil))
      #expect(mode.variant(doing: .http(HTTPSpec())) == nil)
    }
    #expect(
      ModeID.threads.objection(to: Self.workload(.pool))
        == "threads computes in place, on the thread that carries the lane; "
        + "offload goes with taskgroup, epoll, executor, uring")
  }

  @Test func planWithoutCalibrationCannotBegin() {
    let failure = #expect(throws: TrialFailure.self) {
      try Trial.run(TrialSpec.counting(1, .null, Self.workload(.inline), concurrency: 1))
    }
    #expect(failure?.description == "compute needs a number of iterations, but the plan has none")
  }
}
