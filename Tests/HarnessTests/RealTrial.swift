import Glibc
import Measurement
import Modes
import Plan
import Records
import Synchronization
import SystemCalls
import Testing
import Workloads

@testable import Harness

/// A real trial in this process, with its server, judged as the harness judges its own.
struct RealTrial: Sendable {
  var spec: TrialSpec
  /// The workload of its server, if it has one.
  var server: TargetServer.Kind?
  /// Sits between the client and the server.
  var relay: EchoRelay.Script?
  /// Runs on the trial's thread before the trial begins.
  var prepare: @Sendable () -> Void = {}
  /// Runs when the window has opened, before the server's counters are read.
  var opening: @Sendable (_ server: SocketAddress?) -> Void = { _ in }
  /// Modifies the outcome before it is judged.
  var tamper: @Sendable (inout TrialOutcome) -> Void = { _ in }
  /// The CPUs that the client claims.
  var cpus: [Int]?
  /// The machine's disturbance that the trial claims.
  var machine = MachineUsage(steal: nil)

  /// A trial with a fixed count of operations.
  static func counting(_ operations: UInt64, _ workload: WorkloadSpec, server: TargetServer.Kind?) -> RealTrial {
    RealTrial(spec: spec(workload, operations: operations, duration: nil, warmup: .zero), server: server)
  }

  /// A trial with a fixed time.
  static func lasting(
    _ duration: Nanoseconds, warmup: Nanoseconds = .milliseconds(100), _ workload: WorkloadSpec,
    server: TargetServer.Kind?
  ) -> RealTrial {
    RealTrial(spec: spec(workload, operations: nil, duration: duration, warmup: warmup), server: server)
  }

  private static func spec(
    _ workload: WorkloadSpec, operations: UInt64?, duration: Nanoseconds?, warmup: Nanoseconds
  ) -> TrialSpec {
    TrialSpec(
      mode: .epoll, workload: workload, concurrency: 8, operations: operations, duration: duration, warmup: warmup,
      deadline: .seconds(20), seed: 7, endpoints: [], isOwnServer: workload.needsServer)
  }

  func with(_ change: (inout RealTrial) -> Void) -> RealTrial {
    var trial = self
    change(&trial)
    return trial
  }

  // MARK: Judging

  /// Reasons that a busy machine may add rightly.
  private static let machineReasons: Set = ["late-edge", "late-timers", "little", "stalled"]
  private static let attempts = 10

  /// Runs the trial, and expects exactly these reasons. It repeats a trial to which the machine may have added one.
  func expectReasons(_ expected: [String], sourceLocation: SourceLocation = #_sourceLocation) async throws {
    var record: TrialRecord
    var isDisturbed: Bool
    var attempt = 0
    repeat {
      record = try await carriedOut()
      let others = Set(record.reasonNames).symmetricDifference(expected)
      isDisturbed = !others.isEmpty && others.isSubset(of: Self.machineReasons.subtracting(expected))
      attempt += 1
    } while isDisturbed && attempt < Self.attempts
    withKnownIssue("the machine is too busy") {
      #expect(record.reasonNames == expected, "\(record.reasons)", sourceLocation: sourceLocation)
    } when: {
      isDisturbed && Self.machineIsBusy
    }
  }

  /// Whether more threads are runnable than there are CPUs: the fourth field of /proc/loadavg, proc(5).
  private static var machineIsBusy: Bool {
    let fields = ProcFile.text(of: "/proc/loadavg")?.split(whereSeparator: { " /".contains($0) }) ?? []
    return fields.count > 3 && (Int(fields[3]) ?? 0) > sysconf(Int32(_SC_NPROCESSORS_ONLN))
  }

  // MARK: Carrying out

  /// On a separate thread, because the trial blocks.
  func carriedOut() async throws -> TrialRecord {
    try await withCheckedThrowingContinuation { continuation in
      do {
        try Thread(name: "trial") { continuation.resume(with: Result { try carryOut() }) }.detach()
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  private func carryOut() throws -> TrialRecord {
    let server = try server.map { try TargetServer($0, on: SocketAddress(host: "127.0.0.1", port: 0), capacity: 64) }
    let serving = try server.map { server in try Thread(name: "server") { try? server.serve() } }
    let relay = try relay.map { try EchoRelay(to: server!.address, $0) }
    let readings = Readings(server)
    let edges = WindowEdges(
      opened: {
        opening(server?.address)
        readings.read()
      }, closed: readings.read)
    var spec = spec
    if let address = relay?.address ?? server?.address { spec.endpoints = [address.description] }
    prepare()
    let result = Result { try Trial.run(spec, edges: edges) }
    relay?.stop()
    server?.stop()
    serving?.join()

    var outcome = try result.get()
    tamper(&outcome)
    var partial = PartialRecord(outcome, asked: spec.operations)
    partial.usage.cpus = cpus
    var record = TrialRecord(
      runID: "run-1", experiment: "x", trial: 1, round: 1, order: 1, seed: spec.seed, mode: spec.mode.rawValue,
      workload: .object(["kind": .string(spec.workload.kind)]), concurrency: spec.concurrency,
      operations: TrialRecord.Operations(asked: spec.operations),
      arrivals: TrialRecord.Arrivals(kind: spec.arrivals.kind, rate: spec.arrivals.rate), limit: spec.limit,
      valid: false, reasons: [])
    record.pipeline = spec.pipeline > 1 ? spec.pipeline : nil
    record.fill(
      with: .measured(partial, server: readings.usage(for: spec, partial.window), machine: machine),
      doing: spec.workload, hasWarmup: spec.warmup > .zero)
    return record
  }

  /// The server's counters at the window's edges.
  private final class Readings: Sendable {
    private let server: TargetServer?
    private let readings = Mutex<[(at: Instant, done: UInt64)]>([])

    init(_ server: TargetServer?) { self.server = server }

    func read() {
      guard let server else { return }
      readings.withLock { $0.append((MonotonicClock.now, server.totals.done)) }
    }

    func usage(for spec: TrialSpec, _ window: PartialRecord.Window?) -> ProcessUsage? {
      guard let server, case let readings = readings.withLock({ $0 }), readings.count == 2 else { return nil }
      var usage = ProcessUsage()
      let isCounted = spec.operations != nil && spec.warmup == .zero
      usage.operationsDone = isCounted ? server.totals.done : readings[1].done - readings[0].done
      usage.edgeLag = window?.lag(openRead: readings[0].at.nanoseconds, closeRead: readings[1].at.nanoseconds)
      return usage
    }
  }
}

extension TrialRecord {
  var reasonNames: [String] { reasons.map { String($0.prefix { $0 != ":" }) } }
}

/// Threads of this process that keep CPUs busy until they are stopped.
final class Burners: Sendable {
  private let isStopped = Atomic(false)
  private let threads = Mutex<[Thread]>([])
  private let start = (at: MonotonicClock.now, usage: ResourceUsage.current())

  init(_ count: Int) throws {
    for _ in 0..<count {
      let thread = try Thread(name: "burner") { [self] in while !isStopped.load(ordering: .relaxed) {} }
      threads.withLock { $0.append(thread) }
    }
  }

  /// The average number of CPUs that this process has used since they began.
  var processorsHad: Double {
    let usage = ResourceUsage.current().since(start.usage)
    return Double(usage.userTime.count + usage.systemTime.count) / Double(MonotonicClock.now.since(start.at).count)
  }

  func stop() {
    isStopped.store(true, ordering: .relaxed)
    threads.withLock { for thread in $0 { thread.join() } }
  }
}
