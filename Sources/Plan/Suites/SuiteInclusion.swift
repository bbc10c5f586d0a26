/// What one entry of `include` names: a suite, or one of its experiments as `SUITE/EXPERIMENT`.
public struct Inclusion: Sendable {
  public let suite: String
  /// Nil for all of them.
  public let experiment: String?

  /// Nil if the text is neither.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count < 3, parts.allSatisfy(Suite.isFileName) else { return nil }
    suite = parts[0]
    experiment = parts.count == 2 ? parts[1] : nil
  }

  /// The suite with what is named of it: a single experiment comes without the suite's limits.
  public func selection(of suite: Suite) throws(Suite.Malformed) -> Suite {
    guard let experiment else { return suite }
    var part = suite
    part.limits = nil
    part.experiments.removeAll { $0.name != experiment }
    guard !part.experiments.isEmpty else {
      let known = suite.experiments.map(\.name)
      throw Suite.Malformed(
        "include: '\(suite.name)/\(experiment)': " + Spelling.isNot(experiment, "an experiment of it", among: known))
    }
    return part
  }
}

extension Suite {
  /// The suite with the suites that it includes; their experiments come first. An experiment that several included
  /// suites share appears once. If names clash, the included experiment's name gets its suite's name as a prefix.
  /// - Parameter included: the included suites, in the order in which this one names them.
  public func including(_ included: [Suite]) throws(Malformed) -> Suite {
    var parts = included
    for index in parts.indices {
      let before = parts[..<index].flatMap(\.experiments).map(\.substance)
      parts[index].experiments.removeAll { before.contains($0.substance) }
    }
    let names = (parts + [self]).flatMap { $0.experiments.map(\.name) }
    let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    var whole = self
    whole.include = nil
    whole.experiments =
      parts.flatMap { part in
        part.experiments.map { experiment in
          var experiment = experiment
          if counts[experiment.name] ?? 0 > 1 { experiment.name = "\(part.name)-\(experiment.name)" }
          // An included experiment that does not fit the machine must not stop the others.
          experiment.optional = true
          return experiment
        }
      } + experiments
    let asked = (parts + [self]).flatMap { $0.limits ?? [] }
    whole.limits = asked.isEmpty ? nil : Limit.allCases.filter(asked.contains)
    return try whole.validated()
  }
}

extension Experiment {
  /// The values that trials depend on, and the name.
  fileprivate var substance: Experiment {
    var experiment = self
    experiment.about = nil
    experiment.optional = nil
    return experiment
  }
}
