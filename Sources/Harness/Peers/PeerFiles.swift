import Glibc
import Measurement
import Modes
import Plan
import SystemCalls
import Workloads

/// The files of a trial that harness and peer share. They are in memory if there is space.
struct PeerFiles {
  let folder: ScratchFolder
  /// The number of rows that fit.
  let capacity: Int
  /// The intended starts of an open loop; nil for a closed loop.
  let schedule: PeerSchedule?
  /// The peer's plan.
  let plan: PeerPlan

  var rows: String { plan.rows }

  /// The maximum operations per second to reserve space for.
  private static let highestRate = 2_000_000.0

  init(_ spec: TrialSpec, endpoint: String?) throws(HarnessFailure) {
    let schedule = PeerSchedule(spec)
    let lanes = spec.lanes
    let span = spec.duration.map { spec.warmup + $0 } ?? spec.warmup
    // The number of operations in a timed window is unknown; with a fixed count, only the warm-up's is.
    let guessed = schedule?.count ?? UInt64(saturating: span.seconds * Self.highestRate)
    let asked = schedule == nil ? spec.operations ?? 0 : 0
    let wanted = Int(clamping: [guessed, asked, UInt64(4 * lanes)].saturatingSum)
    let parent: String
    (parent, capacity) = Self.place(for: wanted)
    guard capacity >= min(wanted, 1 << 16) else {
      throw HarnessFailure(
        "\(parent) has no space for \(wanted) rows of \(PeerRow.size) bytes; free some, or set TMPDIR"
      )
    }
    do throws(Errno) {
      folder = try ScratchFolder(in: parent)
    } catch {
      throw HarnessFailure("cannot make a folder in \(parent): \(error); set TMPDIR to a writable folder")
    }
    let path = folder.path
    var plan = PeerPlan(
      workload: spec.workload.kind, lanes: lanes, endpoint: endpoint, count: nil, duration: spec.duration?.count,
      warmup: spec.warmup.count, capacity: capacity, timeout: spec.workload.timeout.count, limit: spec.limit,
      rows: "\(path)/rows", record: true)
    plan.count = schedule.flatMap { spec.operations == nil ? nil : $0.count } ?? spec.operations
    do throws(Errno) {
      try Self.makeRoom(capacity * PeerRow.size, at: plan.rows)
      if let schedule {
        plan.starts = "\(path)/starts"
        try Self.write(schedule.offsets, to: "\(path)/starts")
      }
      try Self.fill(&plan, with: spec, in: path)
    } catch {
      throw HarnessFailure(
        "cannot write the files of a peer's trial to \(path): \(error); set TMPDIR to a folder with space")
    }
    self.plan = plan
    self.schedule = schedule
  }

  /// Adds the workload's parameters to the plan.
  private static func fill(_ plan: inout PeerPlan, with spec: TrialSpec, in path: String) throws(Errno) {
    let delay: Delay
    switch spec.workload {
    case .sleep(let sleep):
      plan.sleep = sleep.duration.count
      return
    case .echo(let echo):
      plan.size = echo.size.count
      delay = echo.delay
    case .http(let http):
      plan.size = http.size?.count
      plan.connection = http.connection.rawValue
      if http.size == nil { plan.greeting = TrialSpec.greeting }
      delay = http.delay
    default: preconditionFailure("the contract has no \(spec.workload.kind)")
    }
    plan.content = try writeContent(in: path)
    if case .fixed(let span) = delay {
      plan.delay = span.count / 1000
    } else {
      let values = (0..<plan.capacity).map {
        UInt32(clamping: delay.drawn(seed: spec.seed, operation: UInt64($0)).count / 1000)
      }
      plan.delays = "\(path)/delays"
      try write(values, to: "\(path)/delays")
    }
    if let faults = spec.workload.faults {
      let codes = (0..<plan.capacity).map { faults.drawn(seed: spec.seed, operation: UInt64($0))?.code ?? 0 }
      plan.faults = "\(path)/faults"
      try write(codes, to: "\(path)/faults")
    }
  }

  /// Writes the pool of content, twice.
  static func writeContent(in path: String) throws(Errno) -> String {
    try write(Array(Pattern.twice), to: "\(path)/content")
    return "\(path)/content"
  }

  /// The folder with enough space, and the number of rows that fit: memory before disk.
  private static func place(for wanted: Int) -> (folder: String, capacity: Int) {
    let memory: UInt64 = (MachineFacts.memory("MemAvailable:") ?? 1 << 30) / 4
    var best = (folder: Leftovers.temporary, capacity: 0)
    for folder in ["/dev/shm", Leftovers.temporary] where access(folder, W_OK | X_OK) == 0 {
      let free = min(memory, (FileSystem.freeBytes(at: folder) ?? 0) / 2)
      let capacity = min(wanted, Int(clamping: free / UInt64(PeerRow.size)))
      if capacity > best.capacity { best = (folder, capacity) }
    }
    return best
  }

  private static func makeRoom(_ size: Int, at path: String) throws(Errno) {
    let descriptor = try SystemCall.checked { open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
    defer { close(descriptor) }
    try SystemCall.checked { ftruncate(descriptor, size) }
  }

  private static func write<Value: BitwiseCopyable>(_ values: [Value], to path: String) throws(Errno) {
    let descriptor = try SystemCall.checked { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
    defer { close(descriptor) }
    if let error = values.withUnsafeBytes({ SystemCall.writeAll($0, to: descriptor) }) { throw error }
  }
}

/// The intended starts of an open loop, as offsets from its start.
struct PeerSchedule: Sendable {
  /// In nanoseconds, ascending.
  let offsets: [UInt64]
  /// The number of starts before the window.
  let warmUpCount: UInt64

  var count: UInt64 { UInt64(offsets.count) }

  /// Nil for a closed loop.
  init?(_ spec: TrialSpec) {
    let span = spec.duration.map { spec.warmup + $0 } ?? spec.deadline
    guard
      let schedule = ArrivalSchedule(
        spec.arrivals, seed: spec.seed, warmup: spec.warmup, operations: spec.operations, span: span)
    else { return nil }
    offsets = (0..<schedule.count).map { schedule.start(of: $0).nanoseconds }
    warmUpCount = schedule.warmUpCount
  }
}
