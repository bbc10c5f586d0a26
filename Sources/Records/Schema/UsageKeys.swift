import Plan

extension ProcessUsage.CodingKeys: DescribedKey {
  static let object =
    "What the processes of one side used within the window; peaks are of their whole lives. Of "
    + "several processes it is the sum."
  static let definitionName: String? = "usage"

  var field: FieldDescription {
    switch self {
    case .cpuTime:
      .init(
        "Processor time, by the process's clock: exact, where its two parts are estimates from clock " + "ticks; ns.")
    case .userTime:
      .init(
        "Processor time in user mode, as the kernel estimates it from its ticks: of less than 100 ms "
          + "of processor time in all it says nothing; ns.")
    case .systemTime:
      .init(
        "Processor time in the kernel, as it estimates it from its ticks: of less than 100 ms of "
          + "processor time in all it says nothing; ns.")
    case .directCalls:
      .init(
        "System calls made through the program's own wrappers; those of the language runtime are not " + "among them.")
    case .voluntarySwitches: "Context switches to wait."
    case .involuntarySwitches: "Context switches by the scheduler."
    case .threadsPeak: "The most threads."
    case .descriptorsPeak: "The most descriptors."
    case .memoryPeak: "The most resident memory (VmHWM); bytes."
    case .memory: "Of a server, resident memory at the window's end; bytes."
    case .cpus: "Processors that it was allowed."
    case .operationsDone: "Of a server: operations that it counted."
    case .connections: "Of a server: connections that it accepted."
    case .failed: "Of a server: operations that failed there."
    case .faults: "Of a server that was asked for faults: operations that it has done wrong."
    case .bytesSent: "Of a server: payload sent; bytes."
    case .bytesReceived: "Of a server: payload received; bytes."
    case .longestGap:
      .init(
        "The longest span within the window in which a thread that ticks many times as often did "
          + "not: the process, or its processor, stood still; ns.")
    case .edgeLag: .ofItsType
    }
  }
}

extension ProcessUsage.EdgeLag.CodingKeys: DescribedKey {
  static let object = "How late its counters were read at the window's edges; ns."

  var field: FieldDescription {
    switch self {
    case .open: "At its opening; ns."
    case .close: "At its end; ns."
    }
  }
}

extension MachineUsage.CodingKeys: DescribedKey {
  static let object = "What the whole machine saw."

  var field: FieldDescription {
    switch self {
    case .watched:
      .init(
        "How long the machine was watched, from before the trial's first process started until its "
          + "last one had ended; ns.")
    case .steal: "Time taken by the hypervisor, over all processors, in ticks of 10 ms; ns."
    case .foreign:
      "Processor time that other processes took on the trial's processors, threads of the kernel apart; ns."
    case .throttled: "How long the quota of a control group kept its processes from running; ns."
    case .throttledPeriods: "In how many periods the quota of a control group was used up."
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
  static let object = "What /proc/meminfo and /proc/net/sockstat tell of the whole machine."
  static let definitionName: String? = "memory"

  var field: FieldDescription {
    switch self {
    case .available: "Memory to be had without swapping; bytes."
    case .slab: "The kernel's own structures; bytes."
    case .tcp: "On its way through TCP sockets; bytes."
    case .tcpSockets: "TCP sockets."
    }
  }
}

extension TrialRecord.Audit.CodingKeys: DescribedKey {
  static let object = "Of a trial that was counted from outside, and whose times are not recorded."

  var field: FieldDescription {
    switch self {
    case .tool: .init("What counted.", oneOf: ["perf", "strace"])
    case .operations: "Operations that ended, from the start to the end of the processes."
    case .client: "Of the client."
    case .server: "Of the own server."
    }
  }
}

extension TrialRecord.Counts.CodingKeys: DescribedKey {
  static let object = "What one side's process did from before it had its plan to its end, counted from outside."
  static let definitionName: String? = "counts"

  var field: FieldDescription {
    switch self {
    case .syscalls: "System calls."
    case .switches: "Context switches; with perf alone."
    case .allocations: "Calls of malloc, calloc, realloc, posix_memalign and aligned_alloc."
    case .byName: "System calls by name; with perf only those of a list."
    }
  }
}
