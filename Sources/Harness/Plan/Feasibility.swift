import Measurement
import Modes
import Plan
import SystemCalls

/// Checks a plan against the machine's limits, before anything starts.
public struct Feasibility: Sendable {
  public var descriptorLimit: Int
  public var ephemeralPorts: ClosedRange<Int>
  /// Bytes available without swapping.
  public var availableMemory: UInt64?
  /// The tightest limit on further threads and processes.
  var threadCeiling: ThreadCeiling?
  /// The bytes that data files may take.
  public var freeDisk: UInt64?
  /// The number of descriptors that remain of the system's limit.
  public var descriptorsLeft: Int?
  /// The number of connections that remain of the firewall's limit; nil if it tracks none.
  public var trackedLeft: Int?
  /// The file system of data files, if it is only in memory: `tmpfs (/dev/shm)`; nil if they reach a device.
  public var memoryFileSystem: String?

  init(
    descriptorLimit: Int, ephemeralPorts: ClosedRange<Int>, availableMemory: UInt64?,
    threadCeiling: ThreadCeiling? = nil,
    freeDisk: UInt64? = nil, descriptorsLeft: Int? = nil, trackedLeft: Int? = nil
  ) {
    self.descriptorLimit = descriptorLimit
    self.ephemeralPorts = ephemeralPorts
    self.availableMemory = availableMemory
    self.threadCeiling = threadCeiling
    self.freeDisk = freeDisk
    self.descriptorsLeft = descriptorsLeft
    self.trackedLeft = trackedLeft
  }

  /// - Parameter folder: the folder of data files.
  public static func ofThisMachine(filesIn folder: String? = nil) -> Feasibility {
    var feasibility = Feasibility(
      descriptorLimit: ProcessControl.descriptorLimit.hard,
      ephemeralPorts: MachineFacts.ephemeralPorts ?? 32768...60999,
      availableMemory: MachineFacts.memory("MemAvailable:"),
      threadCeiling: ThreadCeiling.ofThisMachine().min { $0.room < $1.room },
      freeDisk: folder.flatMap { FileSystem.freeBytes(at: $0) }, descriptorsLeft: MachineFacts.descriptorsLeft,
      trackedLeft: MachineFacts.trackedLeft)
    feasibility.memoryFileSystem = folder.flatMap(memoryFileSystem)
    return feasibility
  }

  /// The file system of `folder`, if it is only in memory.
  static func memoryFileSystem(of folder: String) -> String? {
    FileSystem.nameInMemory(at: folder).map { "\($0) (\(folder))" }
  }

  /// The descriptors of a process besides its connections.
  static let spareDescriptors = 64

  /// A process with its threads before its first lane, and the threads of the default task executor. Without this
  /// check, a trial would hang rather than fail, because Dispatch waits for a thread indefinitely.
  private static let processTasks = 6
  private static let poolTasks = 5

  /// A pair of idle TCP sockets with their buffers, in the kernel; about 11 KiB when measured.
  private static let connectionMemory = 16 << 10
  private static let laneMemory = 2 << 10
  private static let threadMemory: UInt64 = 32 << 10
  /// A process of the harness before its first lane.
  private static let processMemory: UInt64 = 8 << 20

  /// Why the point does not fit, with the remedy; nil if it fits. For several processes, the message also says how many
  /// lanes would fit.
  func objection(to experiment: Experiment, mode: ModeID, concurrency: Int) -> String? {
    // A point that the mode cannot run is recorded as skipped.
    guard mode != .null, experiment.objection(in: mode) == nil else { return nil }
    guard let shortage = shortage(of: experiment, mode, concurrency) else { return nil }
    let place = "experiment '\(experiment.name)', mode \(mode.rawValue), concurrency \(concurrency)"
    guard experiment.shares.count > 1 else { return "\(place): \(shortage)" }
    let least = max(experiment.shares.count, 1)
    let tooMany = (least..<max(least, concurrency)).partitionPoint {
      self.shortage(of: experiment, mode, $0) != nil
    }
    guard tooMany > least else { return "\(place): \(shortage)" }
    return "\(place): \(shortage); \(tooMany - 1) is the maximum that fits (concurrency \(tooMany - 1))"
  }

  /// The machine's limit that is too low for the point, with the remedy; nil if it fits.
  func shortage(of experiment: Experiment, _ mode: ModeID, _ concurrency: Int) -> String? {
    let needs = Needs(experiment, mode, concurrency)
    if needs.descriptors > descriptorLimit {
      let more = needs.hasSeveral ? "share it among more client and server processes" : "ask for less"
      let ofEach = needs.hasSeveral ? " in a process" : ""
      return "\(needs.descriptors) descriptors are needed\(ofEach), but the hard limit (ulimit -Hn) is "
        + "\(descriptorLimit); raise it (as root: ulimit -Hn \(needs.descriptors)) or \(more)"
    }
    if needs.ports > ephemeralPorts.count {
      let more = needs.hasSeveral ? "use more server processes" : "ask for less"
      return "\(needs.ports) ports are needed\(needs.hasSeveral ? " to one server" : ""), but "
        + "net.ipv4.ip_local_port_range has \(ephemeralPorts.count); "
        + "widen it (sysctl -w net.ipv4.ip_local_port_range='1024 65535') or \(more)"
    }
    if let ceiling = threadCeiling, needs.tasks > ceiling.room {
      return "about \(needs.tasks) threads and processes are needed, but \(ceiling.name) allows only "
        + "\(ceiling.room); raise it or ask for less"
    }
    if let file = experiment.workload.file, let objection = objection(to: file) { return objection }
    if let descriptorsLeft, needs.allDescriptors > descriptorsLeft {
      return "\(needs.allDescriptors) descriptors are needed in all, but the system has \(descriptorsLeft) left; "
        + "raise fs.file-max (sysctl -w fs.file-max=\(2 * needs.allDescriptors)) or ask for less"
    }
    if let trackedLeft, needs.connections > trackedLeft {
      return "\(needs.connections) connections are needed, but the firewall can track only \(trackedLeft) more; "
        + "raise net.netfilter.nf_conntrack_max or ask for less"
    }
    if let availableMemory, needs.memory > availableMemory {
      return "about \(needs.memory >> 20) MiB of memory are needed, but \(availableMemory >> 20) MiB are free; "
        + "free some or ask for less"
    }
    return nil
  }

  private func objection(to file: FileSpec) -> String? {
    let span = UInt64(file.span.count)
    if let memoryFileSystem, file.direct || file.sync != .none {
      let asked = file.direct ? "O_DIRECT (direct)" : "\(file.sync.rawValue) (sync)"
      return "\(asked) reaches no device on \(memoryFileSystem), which is in memory; "
        + "leave it out, or name a folder on a disk for data files"
    }
    if let freeDisk, span > freeDisk {
      return "a file of \(file.span) is needed, but its file system has \(freeDisk >> 20) MiB left; "
        + "free some, ask for less (span), or name another folder for data files"
    }
    if !file.direct, let availableMemory, span > availableMemory {
      return "a file of \(file.span) does not fit the page cache (\(availableMemory >> 20) MiB of free memory); "
        + "ask for less (span) or bypass it (direct)"
    }
    return nil
  }

  /// The needs of a point that several processes share; nil for one process.
  func announcement(of experiment: Experiment, mode: ModeID, concurrency: Int) -> String? {
    guard experiment.shares.count > 1, mode != .null, experiment.objection(in: mode) == nil else { return nil }
    let needs = Needs(experiment, mode, concurrency)
    let servers = experiment.servers > 0 ? " and \(experiment.servers) servers" : ""
    let descriptors =
      needs.descriptors > 0 ? "up to \(needs.descriptors) of \(descriptorLimit) descriptors in each, " : ""
    let ports = needs.ports > 0 ? "\(needs.ports) of \(ephemeralPorts.count) ports to each server, " : ""
    let free = availableMemory.map { " of \($0 >> 20) MiB free memory" } ?? ""
    return "experiment '\(experiment.name)': up to \(needs.lanes) lanes in \(experiment.shares.count) "
      + "processes\(servers): \(descriptors)\(ports)about \(needs.memory >> 20) MiB\(free)"
  }

  /// The limited resources that a point needs.
  private struct Needs {
    var lanes: Int
    /// The connections over the network.
    var connections: Int
    /// For the process that needs the most; zero if lanes need none.
    var descriptors = 0
    var allDescriptors = 0
    /// For the server with the most connections.
    var ports = 0
    /// For lanes.
    var threads: Int
    /// Threads and processes of all kinds.
    var tasks: Int
    var memory: UInt64
    var hasSeveral: Bool

    init(_ experiment: Experiment, _ mode: ModeID, _ concurrency: Int) {
      func sum(_ shares: [Share], _ ofLane: (WorkloadSpec) -> Int) -> Int {
        experiment.sum(over: shares, mode: mode, concurrency: concurrency, ofLane)
      }
      func toServers(_ ofLane: (WorkloadSpec) -> Int) -> Int {
        (0..<max(1, experiment.servers)).map { sum(experiment.shares(askingServer: $0), ofLane) }.max() ?? 0
      }
      let shares = experiment.shares
      lanes = sum(shares) { _ in 1 }
      connections = sum(shares) { $0.usesPorts ? 1 : 0 }
      hasSeveral = shares.count > 1
      let ofFirst = sum([shares[0]], \.descriptorsPerLane)
      if ofFirst > 0 {
        // A server needs one descriptor per connection, like its clients.
        let ofServer = hasSeveral ? toServers { min(1, $0.descriptorsPerLane) } : 0
        descriptors = max(ofFirst, ofServer) + Feasibility.spareDescriptors
        allDescriptors =
          sum(shares) { $0.descriptorsPerLane == 0 ? 0 : max(2, $0.descriptorsPerLane) }
          + (shares.count + experiment.servers) * Feasibility.spareDescriptors
        ports = toServers { $0.usesPorts ? 1 : 0 }
      }
      threads = shares.reduce(0) { $0 + mode.threads(for: sum([$1]) { max(1, $0.descriptorsPerLane) }) }
      let pool = mode == .taskgroup || mode == .taskgroupBlocking ? Feasibility.poolTasks : 0
      tasks = threads + (shares.count + experiment.servers) * Feasibility.processTasks + shares.count * pool
      let ofLanes = sum(shares) { workload in
        Feasibility.laneMemory + (workload.file?.size.count ?? 0)
          + workload.descriptorsPerLane * Feasibility.connectionMemory + experiment.pipelineMemory
      }
      memory = UInt64(ofLanes) + UInt64(threads) * Feasibility.threadMemory
      if hasSeveral { memory += UInt64(shares.count + experiment.servers) * Feasibility.processMemory }
      // Each process holds the whole schedule.
      memory = [memory, experiment.scheduleMemory.multipliedSaturating(by: UInt64(shares.count))].saturatingSum
    }
  }
}

extension Experiment {
  /// The bytes of the longest schedule that is drawn before its trial: 8 per start, and up to three times as many while
  /// the array grows.
  fileprivate var scheduleMemory: UInt64 {
    let span = duration.map { warmup + $0 } ?? Nanoseconds(UInt64(Int64.max))
    let counts = schedules.map { $0.drawnCount(warmup: warmup, operations: operations, span: span) }
    return UInt64(saturating: 24 * (counts.max() ?? 0))
  }
}
