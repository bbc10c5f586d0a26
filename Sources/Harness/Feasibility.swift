import Measurement
import Modes
import SystemCalls
import Workloads

/// Whether a plan fits the machine's limits. It is asked before anything is started.
public struct Feasibility: Sendable {
  public var descriptorLimit: Int
  public var ephemeralPorts: ClosedRange<Int>
  /// Bytes that can be had without swapping.
  public var availableMemory: UInt64?
  /// How many threads the system has room for.
  public var threadLimit: Int?
  /// Bytes that data files may take.
  public var freeDisk: UInt64?

  public init(
    descriptorLimit: Int, ephemeralPorts: ClosedRange<Int>, availableMemory: UInt64?, threadLimit: Int? = nil,
    freeDisk: UInt64? = nil
  ) {
    self.descriptorLimit = descriptorLimit
    self.ephemeralPorts = ephemeralPorts
    self.availableMemory = availableMemory
    self.threadLimit = threadLimit
    self.freeDisk = freeDisk
  }

  /// - Parameter folder: where data files are to be made.
  public static func ofThisMachine(filesIn folder: String? = nil) -> Feasibility {
    Feasibility(
      descriptorLimit: ProcessControl.descriptorLimit.hard,
      ephemeralPorts: MachineFacts.ephemeralPorts ?? 32768...60999,
      availableMemory: MachineFacts.memory("MemAvailable:"), threadLimit: MachineFacts.threadLimit,
      freeDisk: folder.flatMap { FileSystem.freeBytes(at: $0) })
  }

  /// What a process needs besides its connections.
  static let spareDescriptors = 64

  /// A pair of TCP sockets with their buffers at rest, in the kernel; measured at about 11 KiB.
  private static let connectionMemory: UInt64 = 16 << 10
  private static let laneMemory: UInt64 = 2 << 10
  private static let threadMemory: UInt64 = 32 << 10

  /// Why the point does not fit, with a remedy; nil where it does.
  func objection(to experiment: Experiment, mode: ModeID, concurrency: Int) -> String? {
    // What cannot be done at all is recorded as skipped.
    guard mode != .null, experiment.objection(in: mode) == nil else { return nil }
    let place = "experiment '\(experiment.name)', mode \(mode.rawValue), concurrency \(concurrency)"
    let lanes = experiment.client(of: mode).lanes(for: concurrency) + (experiment.bystanders?.count ?? 0)
    let perLane = experiment.workload.descriptorsPerLane
    let needed = lanes * perLane + Self.spareDescriptors
    if perLane > 0 && needed > descriptorLimit {
      return "\(place): \(needed) descriptors are needed, and the hard limit (ulimit -Hn) is \(descriptorLimit); "
        + "raise it (as root: ulimit -Hn \(needed)) or ask for less"
    }
    if usesPorts(experiment.workload) && lanes > ephemeralPorts.count {
      return "\(place): \(lanes) ports are needed, and net.ipv4.ip_local_port_range has \(ephemeralPorts.count); "
        + "widen it (sysctl -w net.ipv4.ip_local_port_range='1024 65535') or ask for less"
    }
    let threads = mode.threads(for: lanes * max(1, perLane))
    if let threadLimit, threads > threadLimit {
      return "\(place): \(threads) threads are needed, and there is room for \(threadLimit) "
        + "(kernel.threads-max, kernel.pid_max, vm.max_map_count); raise them or ask for less"
    }
    if let file = experiment.workload.file, let objection = objection(to: file) { return "\(place): \(objection)" }
    let buffer = UInt64(experiment.workload.file?.size.count ?? 0)
    let laneMemory = Self.laneMemory + buffer + UInt64(perLane) * Self.connectionMemory + experiment.pipelineMemory
    let memory = UInt64(lanes) * laneMemory + UInt64(threads) * Self.threadMemory
    if let availableMemory, memory > availableMemory {
      return "\(place): about \(memory >> 20) MiB of memory are needed, and \(availableMemory >> 20) MiB are free; "
        + "free some or ask for less"
    }
    return nil
  }

  private func objection(to file: FileSpec) -> String? {
    let span = UInt64(file.span.count)
    if let freeDisk, span > freeDisk {
      return "a file of \(file.span) is needed, and its file system has \(freeDisk >> 20) MiB left; "
        + "free some, ask for less (--span), or name another folder (--file-dir)"
    }
    if !file.direct, let availableMemory, span > availableMemory {
      return "a file of \(file.span) does not fit the page cache, for which \(availableMemory >> 20) MiB are free; "
        + "ask for less (--span) or go past it (--direct)"
    }
    return nil
  }

  private func usesPorts(_ workload: WorkloadSpec) -> Bool {
    switch workload {
    case .sleep, .file: false
    case .echo(let spec): spec.transport == .tcp
    case .http, .compute: true
    case .serve(let spec): usesPorts(spec.workload)
    }
  }
}
