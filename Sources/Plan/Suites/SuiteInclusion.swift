extension Suite {
  /// The suite with all that it includes, which stands before what is its own; the same experiment of two suites stands
  /// there once. Where several of the suites have an experiment of one name, the names of those that are included begin
  /// with their suite's.
  /// - Parameter included: the suites that it names, in that order.
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
          // One that does not fit is no reason to do none of the others.
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
  /// All that trials depend on, and the name they bear.
  fileprivate var substance: Experiment {
    var experiment = self
    experiment.about = nil
    experiment.optional = nil
    return experiment
  }
}
