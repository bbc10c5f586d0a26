extension ModeDescription.CodingKeys: DescribedKey {
  static let object = "A mode, as a value."
  static let definitionName: String? = "mode"

  var field: FieldDescription {
    switch self {
    case .id: "Its name."
    case .kind:
      .init(
        "Headline modes are compared by default; reference modes answer a question that those raise; a "
          + "control measures the harness itself; a peer is another program that keeps the contract for peers.")
    case .about: "How an operation waits, in one line."
    case .look: .ofItsType
    case .carrier:
      .init(
        "What carries the lanes: one thread for a single lane; a few threads for all lanes; one thread per lane; "
          + "one thread per lane, in a pool that grows by one per second; one thread per CPU, which a lane holds "
          + "while it waits; unknown.")
    case .pipelines: .init("Whether it can have several requests in flight per connection.", isAlwaysWritten: true)
    case .offloads: .init("The kinds of workload whose work it can offload.", isAlwaysWritten: true)
    case .refusals: .init("The features that it lacks, each with the reason.", isAlwaysWritten: true)
    case .otherNames: .init("Its names elsewhere.", isAlwaysWritten: true)
    case .mostThreads: .init("The maximum number of threads, one per lane.", minimum: 1)
    case .hasLoops: .init("Whether it can run one loop on each of several CPUs.", isAlwaysWritten: true)
    case .peer: .ofItsType
    }
  }
}

extension ModeDescription.Look.CodingKeys: DescribedKey {
  static let object = "How figures draw the mode."

  var field: FieldDescription {
    switch self {
    case .colour: .init("Red, green and blue.", pattern: #"^#[0-9A-F]{6}$"#)
    case .dash: .init("Gnuplot's dash type.", minimum: 1, maximum: 5)
    case .marker: .init("Gnuplot's point type.", minimum: 1)
    case .ink: .init("The nearest of a terminal's 256 colours on a dark background.", maximum: 255)
    }
  }
}

extension PeerDescription.CodingKeys: DescribedKey {
  static let object = "What a peer is and can do."

  var field: FieldDescription {
    switch self {
    case .label: "The name in figures."
    case .language: "The programming language; absent for a server of which only the address is known."
    case .runtime: "The runtime."
    case .version: "The first line that its version command printed."
    case .drives: .init("The workloads that its client runs.", oneOf: PeerDescription.workloads)
    case .serves: .init("The protocols that its server answers.", oneOf: PeerDescription.protocols)
    case .features: "What its client supports beyond a plain closed loop."
    case .mode: "The built-in mode that runs as this peer, if any."
    case .url: "The URL to request, for a server that does not know the contract."
    }
  }
}
