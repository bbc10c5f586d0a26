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
