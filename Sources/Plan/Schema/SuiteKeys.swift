import Measurement

extension Suite.CodingKeys: DescribedKey {
  static let definitionName: String? = "suite"
  static let object =
    "The plan, with the changes of the command line. In a merged run, each experiment is the first of its "
    + "name among the runs."

  var field: FieldDescription {
    switch self {
    case .name: "The suite."
    case .about: .init("The purpose.", isAlwaysWritten: true)
    case .include:
      .init(
        "Other suites whose experiments this one includes: names of files in the same folder, without .json; or "
          + "SUITE/EXPERIMENT for one of its experiments.",
        isNeverWritten: true)
    case .limits:
      .init("Limit experiments, which run once, after all trials; their record is limits.json.", leastCount: 1)
    case .experiments: .init("In the order in which they run.", isAlwaysWritten: true)
    }
  }
}

extension Experiment.CodingKeys: DescribedKey {
  package static let definitionName: String? = "experiment"
  package static let object = "One workload in several modes at several concurrencies."

  package var field: FieldDescription {
    switch self {
    case .name: .init("The name, as in the trials.", pattern: "^[A-Za-z0-9_-][A-Za-z0-9_.-]*$")
    case .about: "What the experiment shows."
    case .optional: "Whether trials that do not fit the machine are skipped; otherwise the run does not begin."
    case .workload: "What one operation is."
    case .modes: .init("The modes to compare.", isAlwaysWritten: true)
    case .concurrency:
      .init("Numbers of lanes.", minimum: 1, maximum: Double(PlanRange.lanes.upperBound), isAlwaysWritten: true)
    case .arrivals: .init("When operations start.", oneOf: Arrivals.kinds, isAlwaysWritten: true)
    case .rates: .init("Offered rates of an open loop, in operations per second.", above: 0, isAlwaysWritten: true)
    case .objective: "The latency objective, such as p99<10ms; the search finds the highest rate that meets it."
    case .limits:
      .init(
        "The maximum number of lanes with an operation in flight; a list gives one point for each.", minimum: 1,
        maximum: Double(PlanRange.lanes.upperBound))
    case .pools: .init("The number of threads or processes to offload to; a list gives one point for each.", minimum: 1)
    case .pipeline: .init("The number of requests in flight per connection.", minimum: 1)
    case .bystanders: .ofItsType
    case .each: .init("The number of operations per lane.", minimum: 1)
    case .processes: .init("Client processes.", minimum: 1)
    case .serverProcesses: .init("The number of server processes.", minimum: 1)
    case .hosts: .ofItsType
    case .operations: .init("The number of operations per trial.", minimum: 1)
    case .duration: "The length of a trial's window; a number with its unit."
    case .warmup: .init("The warm-up before the window; a number with its unit.", isAlwaysWritten: true)
    case .rounds: .init("The minimum number of trials per point.", minimum: 1, isAlwaysWritten: true)
    }
  }
}

extension HostNeeds.CodingKeys: DescribedKey {
  static let object = "The hosts that the experiment needs, by their roles; without it, it takes all that a run has."

  var field: FieldDescription {
    switch self {
    case .load: .init("How many hosts load the server: the first ones of the run.", minimum: 1)
    case .observer: "Whether a host observes."
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
