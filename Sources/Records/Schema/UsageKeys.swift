import Plan

extension ProcessUsage.CodingKeys: DescribedKey {
  static let object =
    "The resources that one side's processes used within the window; peaks are of their whole lives. "
    + "Several processes are summed."
  static let definitionName: String? = "usage"

  var field: FieldDescription {
    switch self {
    case .cpuTime:
      .init(
        "CPU time by the process's clock. It is exact; its two parts are estimates from clock ticks; ns.")
    case .userTime:
      .init(
        "CPU time in user mode, as the kernel estimates it from its ticks: meaningless below 100 ms "
          + "of total CPU time; ns.")
    case .systemTime:
      .init(
        "CPU time in the kernel, as it estimates it from its ticks: meaningless below 100 ms of "
          + "total CPU time; ns.")
    case .directCalls:
      .init(
        "System calls through the program's own wrappers, without those of the language runtime.")
    case .voluntarySwitches: "Voluntary context switches, to wait."
    case .involuntarySwitches: "Involuntary context switches, by the scheduler."
    case .threadsPeak: "The peak number of threads."
    case .descriptorsPeak: "The peak number of descriptors."
    case .memoryPeak: "The peak resident memory (VmHWM); bytes."
    case .memory: "For a server: resident memory at the window's end; bytes."
    case .cpus: "The CPUs that the process was allowed to use."
    case .operationsDone: "For a server: operations that it counted."
    case .connections: "For a server: connections that it accepted."
    case .failed: "For a server: operations that failed there."
    case .faults: "For a server with faults: operations that it answered wrongly as asked."
    case .bytesSent: "For a server: payload sent; bytes."
    case .bytesReceived: "For a server: payload received; bytes."
    case .longestGap:
      .init(
        "The longest interval within the window without a beat of a thread that should beat far more "
          + "often: the process, or its CPU, was stopped; ns.")
    case .edgeLag: .ofItsType
    }
  }
}

extension ProcessUsage.EdgeLag.CodingKeys: DescribedKey {
  static let object = "The delay of reading its counters at the window's edges; ns."

  var field: FieldDescription {
    switch self {
    case .open: "At the window's opening; ns."
    case .close: "At the window's end; ns."
    }
  }
}

extension MachineUsage.CodingKeys: DescribedKey {
  static let object = "The whole machine."

  var field: FieldDescription {
    switch self {
    case .watched:
      .init(
        "How long the machine was watched, from before the trial's first process started until its "
          + "last one had ended; ns.")
    case .steal: "The time that the hypervisor gave to other guests, over all CPUs, in ticks of 10 ms; ns."
    case .foreign:
      "CPU time of other processes on the trial's CPUs, without kernel threads; ns."
    case .throttled: "The time in which a control group's quota stopped its processes; ns."
    case .throttledPeriods: "The number of periods in which a control group's quota was used up."
    case .memory: .ofItsType
    }
  }
}

extension MachineUsage.Memory.CodingKeys: DescribedKey {
  static let object = "Memory at four points of the trial."

  var field: FieldDescription {
    switch self {
    case .before: "Before the first lane connects."
    case .connected: "With all lanes connected, before the first operation."
    case .done: "After the last operation, with connections still open."
    case .closed: "After the last client has ended."
    }
  }
}

extension MachineMemory.CodingKeys: DescribedKey {
  static let object = "Values for the whole machine from /proc/meminfo and /proc/net/sockstat."
  static let definitionName: String? = "memory"

  var field: FieldDescription {
    switch self {
    case .available: "Memory available without swapping; bytes."
    case .slab: "The kernel's own structures; bytes."
    case .tcp: "Memory in the buffers of TCP sockets; bytes."
    case .tcpSockets: "TCP sockets."
    }
  }
}

extension TrialRecord.Audit.CodingKeys: DescribedKey {
  static let object = "Counts from outside; a trial with them has no times."

  var field: FieldDescription {
    switch self {
    case .tool: .init("What counted.", oneOf: ["perf", "strace"])
    case .operations: "Operations that ended, from the start to the end of the processes."
    case .client: "The client's counts."
    case .server: "The built-in server's counts."
    }
  }
}

extension TrialRecord.Counts.CodingKeys: DescribedKey {
  static let object = "The counts of one process from before it had its plan to its end."
  static let definitionName: String? = "counts"

  var field: FieldDescription {
    switch self {
    case .syscalls: "System calls."
    case .switches: "Context switches; only perf counts them."
    case .allocations: "Calls of malloc, calloc, realloc, posix_memalign and aligned_alloc."
    case .byName: "System calls by name; with perf, only those of a list."
    }
  }
}
