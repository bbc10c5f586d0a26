import Plan

extension RunRecord.CodingKeys: DescribedKey {
  static let object =
    "run.json: what was planned, by what, and on which machine. Written once, before the first trial."

  var field: FieldDescription {
    switch self {
    case .schemaVersion:
      .init(
        "The version of the layout. Readers refuse versions that they do not know; within one, keys "
          + "are added and never renamed.", constant: SchemaVersion.current)
    case .runID: .init("The name of its folder when it was made.", pattern: #"^[^/\x00-\x1f\x7f]{1,255}$"#)
    case .started:
      .init(
        "When, in UTC (ISO 8601). Of a merged run: the earliest of its runs.",
        pattern: #"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"#)
    case .tool: "The program."
    case .command: "The command line."
    case .seed:
      .init(
        "What seeds of trials and the order within rounds are drawn from; a whole number below 2^64. "
          + "Of a merged run: that of its first.")
    case .suite: .init("The plan.", as: Suite.self)
    case .modes:
      .init(
        "What the modes of the suite are, and how figures draw them; absent of runs that were made "
          + "before it was told. Of a merged run: of all its runs.")
    case .trialsPlanned: "Trials that are carried out whatever is measured; searches and precision add to them."
    case .isPatient: "Whether trials were carried out that take minutes by arithmetic."
    case .precision:
      .init(
        "Where rounds are added: the most that half the width of the 95 % interval of a median "
          + "throughput may be, as a part of the median.", above: 0)
    case .maxRounds: .init("The most rounds that an experiment may then have.", minimum: 1)
    case .audit: "Whether every experiment ends with a trial of each point that is counted from outside."
    case .fileFolder: "Where data files were made, where that was not the run's folder."
    case .fileSystem: "The kind of file system that data files were on."
    case .foreignBound:
      .init(
        "The most of one processor's time that other processes might use on a trial's processors, as "
          + "a share of it; absent of runs that were made before it was looked at.", above: 0)
    case .calibration: .ofItsType
    case .environment: "The machine."
    case .mergedFrom:
      .init(
        "The runs that this one is merged from, in the order of their trials; absent where it was measured.",
        leastCount: 1)
    }
  }
}

extension RunRecord.Calibration.CodingKeys: DescribedKey {
  static let object =
    "How fast the client's processors computed before the first trial, where operations are work " + "for them."

  var field: FieldDescription {
    switch self {
    case .iterationsPerSecond: "The median of the runs; steps per second."
    case .low: "The lower end of its 95 % interval; steps per second."
    case .high: "The upper end; steps per second."
    case .runs: .init("How many runs.", minimum: 1)
    }
  }
}

extension RunRecord.Part.CodingKeys: DescribedKey {
  static let object = "One of them."

  var field: FieldDescription {
    switch self {
    case .run: "Its own run.json."
    case .trialOffset: "By how much the numbers of its trials were raised."
    case .roundOffsets: "By how much the rounds of its trials were raised, by experiment; round 0, of audits, was not."
    }
  }
}

extension RunRecord.Tool.CodingKeys: DescribedKey {
  static let object = "The program that measured."
  static let definitionName: String? = "tool"

  var field: FieldDescription {
    switch self {
    case .version: "Its version; of a merged run, all of them."
    case .commit: "The commit that it was built from, with -dirty where the tree had changes."
    case .configuration: "release or debug."
    }
  }
}

extension Environment.CodingKeys: DescribedKey {
  static let object =
    "The machine. What could not be read is absent; in a merged run, also that in which its runs differ."
  static let definitionName: String? = "environment"

  var field: FieldDescription {
    switch self {
    case .cpuModel: "As /proc/cpuinfo names it."
    case .cpusOnline: .init("How many processors are online.", minimum: 1)
    case .cpusAllowed: "Processors that the program was allowed."
    case .clientCPUs: "Processors of the client."
    case .serverCPUs: "Processors of the server."
    case .kernel: "The release, as uname(2) has it."
    case .architecture: "Such as x86_64."
    case .memory: "bytes."
    case .toolchain: "The Swift version."
    case .libc: "The C library and its version."
    case .governor: "The governor of processor frequency."
    case .hypervisor: "Whether this is a virtual machine."
    case .containerCPULimit: "cpu.max of the tightest control group: microseconds of processor time, and of its period."
    case .containerMemoryLimit: "memory.max of the tightest control group; bytes, or max."
    case .descriptorLimit: "The most descriptors of a process."
    case .ephemeralPorts: .init("The first and the last.", leastCount: 2, mostCount: 2)
    case .timerSlack: "How late the kernel may wake a thread; ns."
    case .hasSMT: "Whether cores run two threads."
    case .hasTurbo: "Whether processors may exceed their nominal frequency."
    case .clocksource: "What the kernel's clock reads."
    case .loadAverage: .init("Tasks that ran or waited, over the minute before the run.", minimum: 0)
    case .stealShare:
      .init(
        "Of the allowed processors' time since boot, what the hypervisor gave to others; from 0 to 1.", minimum: 0,
        maximum: 1)
    case .somaxconn: "The longest queue of connections to be accepted."
    case .swapUsed: "Swap space in use; bytes."
    case .softDescriptorLimit: "The descriptors that the process was given."
    }
  }
}
