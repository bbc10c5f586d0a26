import Foundation
import Glibc
import Measurement
import Modes
import Plan
import SystemCalls
import Workloads

/// A built-in mode as a client that keeps the contract for peers: the usual lanes and loops, which also write a row for
/// each operation.
enum OwnPeer {
  /// Longer than any harness waits.
  private static let deadline = Nanoseconds.seconds(86_400)

  /// Reads a plan, keeps the contract, and ends when standard input ends.
  static func run(_ mode: String) -> Never {
    let plan: PeerPlan = Children.readPlan()
    Children.prepare(cpus: [])
    let orders = ParentCommands()
    Children.followParent(orders)
    guard let mode = ModeID(rawValue: mode) else { fail("\(mode) is not a mode of this build") }
    let spec = TrialSpec(
      mode: mode, workload: workload(of: plan), concurrency: plan.lanes, operations: plan.count,
      duration: plan.duration.map { Nanoseconds($0) }, warmup: Nanoseconds(plan.warmup), limit: plan.limit,
      deadline: deadline, seed: 0, endpoints: plan.endpoint.map { [$0] } ?? [], isOwnServer: plan.endpoint != nil)
    var shared = SharedWithHarness()
    if let path = plan.starts {
      guard let data = FileManager.default.contents(atPath: path) else { fail("cannot read \(path)") }
      shared.starts = data.withUnsafeBytes { bytes in Array(bytes.bindMemory(to: UInt64.self)) }
    }
    if plan.record { shared.rows = map(plan) }
    let edges = WindowEdges(
      opened: {}, closed: {},
      started: {
        say("ready")
        return Instant(nanoseconds: orders.next().split(separator: " ").last.flatMap { UInt64($0) } ?? 0)
      })
    do throws(TrialFailure) {
      _ = try Trial.run(spec, edges: edges, asPeer: shared)
    } catch {
      fail(error.description)
    }
    say("done")
    while true { pause() }
  }

  private static func workload(of plan: PeerPlan) -> WorkloadSpec {
    let delay = Delay.fixed(.microseconds(plan.delay ?? 0))
    let timeout = Nanoseconds(plan.timeout)
    switch plan.workload {
    case "sleep": return .sleep(SleepSpec(duration: Nanoseconds(plan.sleep ?? 0)))
    case "echo":
      var echo = EchoSpec()
      echo.size = ByteCount(plan.size ?? echo.size.count)
      if plan.endpoint?.hasPrefix("unix:") == true { echo.transport = .unix }
      (echo.delay, echo.timeout) = (delay, timeout)
      return .echo(echo)
    case "http":
      var http = HTTPSpec()
      http.size = plan.size.map { ByteCount($0) }
      http.connection = plan.connection.flatMap { HTTPSpec.Connection(rawValue: $0) } ?? .keepAlive
      (http.delay, http.timeout) = (delay, timeout)
      return .http(http)
    default: fail("\(plan.workload) is not a workload of the contract")
    }
  }

  private static func map(_ plan: PeerPlan) -> OperationRows {
    let descriptor = open(plan.rows, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0,
      let base = mmap(nil, plan.capacity * PeerRow.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      base != MAP_FAILED
    else { fail("cannot map \(plan.rows): \(Errno.current)") }
    close(descriptor)
    return OperationRows(at: base, capacity: plan.capacity)
  }

  private static func say(_ line: String) { SystemCall.writeAll(Array("\(line)\n".utf8), to: STDOUT_FILENO) }

  private static func fail(_ reason: String) -> Never {
    say("failed \(reason)")
    _exit(1)
  }
}
