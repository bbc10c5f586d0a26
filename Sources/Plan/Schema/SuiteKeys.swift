import Measurement

extension Suite.CodingKeys: DescribedKey {
  static let definitionName: String? = "suite"
  static let object =
    "The plan, with what the command line changed. Of a merged run: every experiment as the "
    + "first run has it that has one of its name."

  var field: FieldDescription {
    switch self {
    case .name: "The suite."
    case .about: .init("What it is for.", isAlwaysWritten: true)
    case .include:
      .init(
        "Other suites, all of whose experiments are this one's, too: names of files beside its own, without .json.",
        isNeverWritten: true)
    case .limits:
      .init("Experiments on limits, carried out once, after all trials; their record is limits.json.", leastCount: 1)
    case .experiments: .init("In the order in which they are carried out.", isAlwaysWritten: true)
    }
  }
}

extension Experiment.CodingKeys: DescribedKey {
  package static let definitionName: String? = "experiment"
  package static let object = "One workload in several modes at several concurrencies."

  package var field: FieldDescription {
    switch self {
    case .name: .init("As its trials have it.", pattern: "^[A-Za-z0-9_-][A-Za-z0-9_.-]*$")
    case .about: "What it shows."
    case .optional: "Whether its trials are skipped where they do not fit the machine; else the run does not begin."
    case .workload: "What one operation is."
    case .modes: .init("The ways to wait.", isAlwaysWritten: true)
    case .concurrency:
      .init("Numbers of lanes.", minimum: 1, maximum: Double(PlanRange.lanes.upperBound), isAlwaysWritten: true)
    case .arrivals: .init("When operations start.", oneOf: Arrivals.kinds, isAlwaysWritten: true)
    case .rates: .init("Offered rates of an open loop; per second.", above: 0, isAlwaysWritten: true)
    case .objective: "The objective whose highest rate is searched, such as p99<10ms."
    case .limits:
      .init(
        "How many lanes may have an operation in hand at once; of a list a point for each.", minimum: 1,
        maximum: Double(PlanRange.lanes.upperBound))
    case .pools: .init("How many threads or processes work is left to; of a list a point for each.", minimum: 1)
    case .pipeline: .init("How many requests a connection carries at once.", minimum: 1)
    case .bystanders: .ofItsType
    case .each: .init("How many operations each lane does.", minimum: 1)
    case .processes: .init("Client processes.", minimum: 1)
    case .serverProcesses: .init("Processes of the server.", minimum: 1)
    case .operations: .init("How many operations a trial does.", minimum: 1)
    case .duration: "How long the window of a trial lasts; a number with its unit."
    case .warmup: .init("What comes before the window; a number with its unit.", isAlwaysWritten: true)
    case .rounds: .init("How many trials each point has at least.", minimum: 1, isAlwaysWritten: true)
    }
  }
}

extension AxisValues: WrittenInWays {
  public static var ways: [any Decodable.Type] { [Int.self, [Int].self] }
}

extension Objective: PatternedText {
  public static var pattern: String {
    let percentiles = Percentile.allCases.map { $0.rawValue.replacing(".", with: "\\.") }.joined(separator: "|")
    return "^(\(percentiles))<\(Nanoseconds.pattern.dropFirst())"
  }
}
