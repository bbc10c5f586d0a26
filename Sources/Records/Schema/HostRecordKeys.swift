import Plan

extension RunRecord.Cluster.CodingKeys: DescribedKey {
  static let object = "The hosts of a run over several; absent for a run on one machine."

  var field: FieldDescription {
    switch self {
    case .launch:
      .init("The words of the command that started processes on a host, with {host} for its name.", leastCount: 1)
    case .address: "The address of the server's host to which servers bound, without a port."
    case .isNamed: "Whether that address was given; otherwise it was the first one that all load hosts reached."
    case .maxSkew: "The limit on how far apart hosts may start a trial; ns."
    case .hosts: .init("The server's host, the load hosts, and the observer's if there is one.", leastCount: 2)
    }
  }
}

extension RunRecord.Cluster.Host.CodingKeys: DescribedKey {
  static let object = "A host of the run, as it was before the first trial."

  var field: FieldDescription {
    switch self {
    case .name: "Its name, as it was given."
    case .role: "What it does in the run."
    case .environment: "The machine."
    case .build: .init("The SHA-256 of the program there, which all hosts share.", pattern: "^[0-9a-f]{64}$")
    case .boot: "The boot identifier of its kernel; hosts with the same one are one machine."
    case .addresses: "Its addresses, without those of loopback."
    case .roundTrip: "For other hosts than the server's: the least time to connect to the server's address; ns."
    case .isCopied: "Whether the program was copied there for the run."
    }
  }
}

extension TrialRecord.Host.CodingKeys: DescribedKey {
  static let object = "One host's part of the trial."

  var field: FieldDescription {
    switch self {
    case .name: "The host, as in run.json."
    case .role: "What it does."
    case .processes: .init("The number of its processes in the trial.", minimum: 1)
    case .clock: .ofItsType
    case .startLate: "How late its first process began, by the clock that it was told to start by; ns."
    case .operations:
      "For a load host or the observer: what became of its operations. The observer's are no part of the trial's."
    case .checksum: .init("Of its verified answers; 16 hexadecimal digits.", pattern: #"^[0-9a-f]{16}$"#)
    case .wall: "The length of its window; ns."
    case .throughput: .init("Its operations done in its window; per second.", minimum: 0)
    case .latency: "Its latencies; ns."
    case .lanesServed: "Its lanes that did at least one operation within the window."
    case .usage: "The resources that its processes used."
    case .machine: "How others disturbed its machine from before the start until its record."
    }
  }
}

extension TrialRecord.Host.Clock.CodingKeys: DescribedKey {
  static let object =
    "How far its monotonic clock was ahead of the leading machine's, by the shortest of several round trips. No latency "
    + "is a difference of two clocks."

  var field: FieldDescription {
    switch self {
    case .offset: .init("Before the start; ns.", minimum: -Double(Int64.max))
    case .bound: "The most by which that may be wrong; ns."
    case .offsetAfter: .init("After the end; ns.", minimum: -Double(Int64.max))
    case .boundAfter: "The most by which that may be wrong; ns."
    case .drift:
      .init("How much faster it ran than the leading machine's clock; parts per 10⁹.", minimum: -Double(Int64.max))
    }
  }
}

extension TrialRecord.StartSkew.CodingKeys: DescribedKey {
  static let object = "How far apart the processes on several hosts began; ns."

  var field: FieldDescription {
    switch self {
    case .found: "By the estimates of their clocks; ns."
    case .most: "The most that it may have been, by the bounds of these estimates; ns."
    }
  }
}
