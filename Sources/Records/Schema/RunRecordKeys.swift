import Plan

extension RunRecord.CodingKeys: DescribedKey {
  static let object =
    "run.json: the plan, the program and the machine. Written once, before the first trial."

  var field: FieldDescription {
    switch self {
    case .schemaVersion: .schemaVersion
    case .runID: .init("The name of the run's folder when it was created.", pattern: #"^[^/\x00-\x1f\x7f]{1,255}$"#)
    case .started: .time("When the run began, in UTC (ISO 8601). For a merged run: the earliest of its runs.")
    case .tool: "The program."
    case .command: "The command line."
    case .seed:
      .init(
        "The seed from which the trials' seeds and the order within rounds are drawn; a whole number below 2^64. "
          + "For a merged run: that of its first run.")
    case .suite: .init("The plan.", as: Suite.self)
    case .modes:
      .init(
        "The descriptions of the suite's modes, and how figures draw them; absent in old runs. "
          + "For a merged run: those of all its runs.")
    case .trialsPlanned: "The number of trials that run in any case; searches and precision may add more."
    case .isPatient: "Whether trials ran that were predicted to take minutes."
    case .precision:
      .init(
        "If rounds are added for precision: the target for half the width of the 95 % interval of a median "
          + "throughput, as a fraction of the median.", above: 0)
    case .maxRounds: .init("The maximum number of rounds per experiment with a precision.", minimum: 1)
    case .audit: "Whether every experiment ends with an audit of each point."
    case .fileFolder: "The folder of data files, if it was not the run's folder."
    case .fileSystem: "The type of the data files' file system."
    case .foreignBound:
      .init(
        "The maximum CPU time of other processes on a trial's CPUs, as a share of one CPU; "
          + "absent in old runs, which did not check it.", above: 0)
    case .calibration: .ofItsType
    case .environment: "The machine; for a run over several hosts, the first load host."
    case .cluster: .ofItsType
    case .mergedFrom:
      .init(
        "The runs that this one merges, in the order of their trials; absent for a measured run.",
        leastCount: 1)
    }
  }
}

extension RunRecord.Calibration.CodingKeys: DescribedKey {
  static let object =
    "The client's CPU speed before the first trial, if operations compute."

  var field: FieldDescription {
    switch self {
    case .iterationsPerSecond: "The median of the calibration runs; steps per second."
    case .low: "The lower end of the median's 95 % interval; steps per second."
    case .high: "The upper end of that interval; steps per second."
    case .runs: .init("The number of calibration runs.", minimum: 1)
    }
  }
}

extension RunRecord.Part.CodingKeys: DescribedKey {
  static let object = "One of the merged runs."

  var field: FieldDescription {
    switch self {
    case .run: "Its own run.json."
    case .trialOffset: "The number added to its trial numbers."
    case .roundOffsets: "The number added to its rounds, by experiment; audits keep round 0."
    }
  }
}

extension RunRecord.Tool.CodingKeys: DescribedKey {
  static let object = "The program that measured."
  static let definitionName: String? = "tool"

  var field: FieldDescription {
    switch self {
    case .version: "The program's version; for a merged run, all versions."
    case .commit: "The commit of the build; -dirty marks local changes."
    case .configuration: "release; debug; or slowed, a build that tests `explain`."
    }
  }
}

extension Environment.CodingKeys: DescribedKey {
  static let object =
    "The machine. Unreadable values are absent; so are, in a merged run, values that differ between its runs."
  static let definitionName: String? = "environment"

  var field: FieldDescription {
    switch self {
    case .cpuModel: "The CPU's name in /proc/cpuinfo."
    case .cpusOnline: .init("The number of CPUs online.", minimum: 1)
    case .cpusAllowed: "The CPUs that the program may use."
    case .clientCPUs: "The client's CPUs."
    case .serverCPUs: "The server's CPUs."
    case .kernel: "The kernel's release, uname(2)."
    case .architecture: "The architecture, such as x86_64."
    case .memory: "bytes."
    case .toolchain: "The Swift version."
    case .libc: "The C library and its version."
    case .governor: "The CPU frequency governor."
    case .hypervisor: "Whether this is a virtual machine."
    case .containerCPULimit: "cpu.max of the tightest control group: CPU time per period, in microseconds."
    case .containerMemoryLimit: "memory.max of the tightest control group; bytes, or max."
    case .descriptorLimit: "The maximum number of descriptors per process."
    case .ephemeralPorts: .init("The first and the last port.", leastCount: 2, mostCount: 2)
    case .timerSlack: "How late the kernel may wake a thread; ns."
    case .hasSMT: "Whether cores run two threads."
    case .hasTurbo: "Whether CPUs may exceed their nominal frequency."
    case .clocksource: "What the kernel's clock reads."
    case .loadAverage: .init("The mean number of tasks that ran or waited in the minute before the run.", minimum: 0)
    case .stealShare:
      .init(
        "The share of the allowed CPUs' time since boot that the hypervisor gave to others; from 0 to 1.", minimum: 0,
        maximum: 1)
    case .somaxconn: "The longest queue of connections that wait to be accepted."
    case .swapUsed: "Swap space in use; bytes."
    case .softDescriptorLimit: "The soft limit of descriptors that the process was started with."
    }
  }
}
