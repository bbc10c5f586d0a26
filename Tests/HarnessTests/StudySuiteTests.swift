import Plan
import Testing

@testable import Harness
@testable import Reporting

/// The suite `study` has what the article *Four ways to wait* names, so that its run leaves no gap.
struct StudySuiteTests {
  private static func experiments() throws -> [Experiment] { try #require(try Suite.builtIn("study")).experiments }

  private static func experiment(_ named: StudyExperiment, among all: [Experiment]) -> Experiment? {
    let prefixed = named.suite.map { "\($0)-\(named.name)" }
    return all.first { $0.name == prefixed } ?? all.first { $0.name == named.name }
  }

  @Test func suiteHasEachExperimentWithItsModesAndConcurrency() throws {
    let all = try Self.experiments()
    let template = try StudyTemplate.fourWaysToWait()
    #expect(template.experiments.count > 5)
    for text in template.experiments {
      #expect(Self.experiment(StudyExperiment(text), among: all) != nil, "\(text)")
    }
    for (named, modes, lanes) in template.points {
      let experiment = try #require(Self.experiment(named, among: all), "\(named.text)")
      let known = Set(experiment.modes.map(\.rawValue))
      #expect(Set(modes).isSubset(of: known), "\(named.text): \(Set(modes).subtracting(known))")
      #expect(lanes.map(experiment.concurrency.contains) ?? true, "\(named.text): \(lanes ?? 0)")
    }
  }
}

extension StudyTemplate {
  /// The points that it names: experiment, modes and concurrency.
  fileprivate var points: [(experiment: StudyExperiment, modes: [String], lanes: Int?)] {
    var points: [(experiment: StudyExperiment, modes: [String], lanes: Int?)] = []
    for block in blocks {
      let passage: Passage
      switch block {
      case .paragraph(let own), .item(let own): passage = own
      default: continue
      }
      for case .placeholder(.number(let query)) in passage.parts {
        if let experiment = query.experiment {
          points.append((experiment, [query.mode].compactMap { $0 }, query.concurrency))
        }
      }
      for case (.order(let experiment, let lanes, _, let modes, _), _) in passage.assertions {
        points.append((experiment, modes, lanes))
      }
    }
    return points
  }
}
