import Foundation
import Records

extension Suite {
  /// The suite with all that it includes, which stands before what is its own; the same experiment of two suites stands
  /// there once. Where several of the suites have an experiment of one name, the names of those that are included begin
  /// with their suite's.
  /// - Parameters:
  ///   - source: where it stands, which says what the others' names mean.
  ///   - chain: the names of the suites that include it, and its own.
  func including(from source: SuiteSource, within chain: [String]) throws(HarnessFailure) -> Suite {
    guard let include else { return self }
    var parts: [Suite] = []
    for name in include {
      guard !chain.contains(name) else {
        throw HarnessFailure(.usage, "\(source.place): include: '\(name)' would include itself; leave it out")
      }
      parts.append(try Self.read(from: source.other(name), within: chain + [name]))
    }
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
    do throws(HarnessFailure) {
      return try whole.validated()
    } catch {
      throw HarnessFailure(.usage, "\(source.place): \(error.description)")
    }
  }
}

extension Experiment {
  /// All that trials depend on, and the name they bear.
  fileprivate var substance: Data? {
    var experiment = self
    experiment.about = nil
    experiment.optional = nil
    return try? JSONEncoder.stable().encode(experiment)
  }
}
