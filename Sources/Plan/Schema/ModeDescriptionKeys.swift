extension ModeDescription.CodingKeys: DescribedKey {
  static let object = "A mode, as a value."
  static let definitionName: String? = "mode"

  var field: FieldDescription {
    switch self {
    case .id: "Its name."
    case .kind:
      .init(
        "Whether it is compared unless others are asked for, answers a question that those raise, "
          + "measures the harness itself, or is another program, by the contract for peers.")
    case .about: "What waits, in a line."
    case .look: .ofItsType
    case .carrier:
      .init(
        "What carries its lanes: one thread one lane; few threads all of them; a thread each; a "
          + "thread each, of which there is one more a second; a thread for each processor, which a lane "
          + "holds while it waits; what is not known.")
    case .pipelines: .init("Whether it sends several requests at once on a connection.", isAlwaysWritten: true)
    case .offloads: .init("The kinds of workload whose work it can leave to others.", isAlwaysWritten: true)
    case .refusals: .init("What it cannot do, and why.", isAlwaysWritten: true)
    case .otherNames: .init("What it is called elsewhere.", isAlwaysWritten: true)
    case .mostThreads: .init("The most threads that lanes have one each of.", minimum: 1)
    case .hasLoops: .init("Whether it has a loop on each of several processors.", isAlwaysWritten: true)
    case .peer: .ofItsType
    }
  }
}

extension ModeDescription.Look.CodingKeys: DescribedKey {
  static let object = "How its curves are drawn."

  var field: FieldDescription {
    switch self {
    case .colour: .init("Red, green and blue.", pattern: #"^#[0-9A-F]{6}$"#)
    case .dash: .init("Gnuplot's dash type.", minimum: 1, maximum: 5)
    case .marker: .init("Gnuplot's point type.", minimum: 1)
    case .ink: .init("The nearest of a terminal's 256 colours on a dark ground.", maximum: 255)
    }
  }
}

extension PeerDescription.CodingKeys: DescribedKey {
  static let object = "Of a peer: what the program is, and what it can do."

  var field: FieldDescription {
    switch self {
    case .label: "What figures may call it."
    case .language: "What it is written in; absent of a server of which only the address is known."
    case .runtime: "What runs it."
    case .version: "The first line that its version command printed."
    case .drives: .init("The workloads that its client does.", oneOf: PeerDescription.workloads)
    case .serves: .init("The protocols that its server answers.", oneOf: PeerDescription.protocols)
    case .features: "What else its client can do."
    case .mode: "The mode of this program that it is, where that runs as a peer."
    case .url: "Of a server that nobody wrote for this program: what it is asked for."
    }
  }
}
