import Foundation
import Plan

/// Why runs cannot be merged, in one line.
public struct MergeFailure: RemediableFailure {
  public let description: String
  public var remedy: Remedy?
}

extension Run {
  /// Merges several runs of the same work into one: a pure function of them.
  ///
  /// Trials follow each other in the order of `runs`. Each keeps the `run_id` of its original run. Trial numbers
  /// continue from run to run. So do the rounds of an experiment, so that pairs by round stay within one run. The
  /// record of limits is kept if only one run has it, and otherwise left out; so is that of primitives.
  ///
  /// - Parameters:
  ///   - runs: at least one; a merged run counts as its parts.
  ///   - runID: the id, which is the name of its folder.
  ///   - allowsMixture: whether machines and builds may differ; reports then say so.
  public init(
    merging runs: [Run], as runID: String, command: [String], allowsMixture: Bool = false
  ) throws(MergeFailure) {
    var parts: [RunRecord.Part] = []
    var trials: [TrialRecord] = []
    for run in runs {
      let last = trials.map(\.trial).max() ?? 0
      let rounds = Dictionary(trials.map { ($0.experiment, $0.round) }, uniquingKeysWith: max)
      parts += run.parts(after: last, rounds)
      trials += run.trials.map { trial in
        var trial = trial
        trial.trial &+= last
        if trial.round > 0 { trial.round &+= rounds[trial.experiment] ?? 0 }
        return trial
      }
    }
    try Self.checkNames(parts.map(\.run))
    try Self.checkWork(runs)
    let record = RunRecord(merging: parts, as: runID, command: command)
    let mixture = record.mixture
    guard mixture.isEmpty || allowsMixture else {
      throw MergeFailure(
        description: "machines or builds differ: \(mixture.prefix(3).joined(separator: "; "))"
          + (mixture.count > 3 ? " and \(mixture.count - 3) more" : ""),
        remedy: .comparingOrMixing)
    }
    let limits = runs.compactMap(\.limits)
    let primitives = runs.compactMap(\.primitives)
    self.init(
      record: record, trials: trials, limits: limits.count == 1 ? limits[0] : nil,
      primitives: primitives.count == 1 ? primitives[0] : nil)
  }

  private func parts(after last: Int, _ rounds: [String: Int]) -> [RunRecord.Part] {
    let own = record.mergedFrom ?? [RunRecord.Part(run: record, trialOffset: 0, roundOffsets: [:])]
    return own.map { part in
      let experiments = Set(trials.filter { $0.runID == part.run.runID }.map(\.experiment))
      let offsets = experiments.map { ($0, (part.roundOffsets[$0] ?? 0) &+ (rounds[$0] ?? 0)) }
      return RunRecord.Part(
        run: part.run, trialOffset: part.trialOffset &+ last,
        roundOffsets: Dictionary(offsets) { first, _ in first })
    }
  }

  /// Trials are identified by the ids of their runs.
  private static func checkNames(_ runs: [RunRecord]) throws(MergeFailure) {
    var known: [String: RunRecord] = [:]
    for run in runs {
      if let other = known.updateValue(run, forKey: run.runID) {
        throw MergeFailure(
          description: other == run
            ? "\(run.runID) is given twice, and its trials would count twice; name it once"
            : "two different runs are called \(run.runID), and their trials could not be told apart; leave out one")
      }
    }
  }

  private static func checkWork(_ runs: [Run]) throws(MergeFailure) {
    for (index, run) in runs.enumerated() {
      for other in runs[..<index] {
        guard let difference = RunDifferences.work(other, run).first else { continue }
        throw MergeFailure(
          description: "\(other.record.runID) and \(run.record.runID) are not the same work: \(difference.text); "
            + "`iomodes compare` puts them beside each other")
      }
    }
  }
}

extension RunRecord {
  /// Values that all parts share are kept; others are left out if the format allows it.
  fileprivate init(merging parts: [Part], as runID: String, command: [String]) {
    let runs = parts.map(\.run)
    func shared<T: Equatable>(_ value: (RunRecord) -> T?) -> T? {
      runs.dropFirst().allSatisfy { value($0) == value(runs[0]) } ? value(runs[0]) : nil
    }
    func list(_ value: (RunRecord) -> String) -> String { distinct(runs.map(value)).joined(separator: ", ") }
    self.init(
      runID: runID, started: runs.map(\.started).min() ?? "",
      tool: Tool(
        version: list(\.tool.version), commit: shared(\.tool.commit), configuration: list(\.tool.configuration)),
      command: command, seed: runs[0].seed,
      suite: Self.suite(of: runs, named: shared { $0.suite["name"]?.string } ?? runID),
      trialsPlanned: runs.map(\.trialsPlanned).saturatingSum, environment: Self.environment(of: runs),
      isPatient: runs.contains(where: \.isPatient), precision: shared(\.precision), maxRounds: shared(\.maxRounds),
      audit: shared(\.audit), fileFolder: shared(\.fileFolder), fileSystem: shared(\.fileSystem))
    calibration = shared(\.calibration)
    foreignBound = shared(\.foreignBound)
    cluster = shared(\.cluster)
    modes = runs.contains { $0.modes != nil } ? Self.modes(of: runs) : nil
    mergedFrom = parts
  }

  /// Every mode once, from the first run that describes it.
  private static func modes(of runs: [RunRecord]) -> [ModeDescription] {
    var names: Set<ModeID> = []
    return runs.flatMap { $0.modes ?? [] }.filter { names.insert($0.id).inserted }
  }

  /// Every experiment once, from the first run that has one of its name.
  private static func suite(of runs: [RunRecord], named name: String) -> JSONValue {
    var names: Set<String> = []
    let experiments = runs.flatMap(\.plannedExperiments).filter { experiment in
      experiment["name"]?.string.map { names.insert($0).inserted } ?? false
    }
    return .object([
      "name": .string(name), "about": .string("merged from \(runs.map(\.runID).joined(separator: ", "))"),
      "experiments": .array(experiments),
    ])
  }

  private static func environment(of runs: [RunRecord]) -> Environment {
    func members(_ run: RunRecord) -> [String: JSONValue] {
      guard let data = try? JSONEncoder().encode(run.environment) else { return [:] }
      return (try? JSONDecoder().decode([String: JSONValue].self, from: data)) ?? [:]
    }
    let shared = runs.dropFirst().reduce(members(runs[0])) { shared, run in
      let own = members(run)
      return shared.filter { own[$0.key] == $0.value }
    }
    let data = try? JSONEncoder().encode(shared)
    return data.flatMap { try? JSONDecoder().decode(Environment.self, from: $0) } ?? Environment()
  }

  /// In what the machines and builds differ that a merged run is of, a line each; none where it was measured as one.
  package var mixture: [String] {
    let runs = measuredRuns
    guard runs.count > 1 else { return [] }
    let facts = runs.map { run in
      (RunDifferences.facts(run) + [(name: "commit", value: run.tool.commit)]).map {
        ($0.name, $0.value ?? "not recorded")
      }
    }
    return facts[0].indices.compactMap { index in
      let values = facts.map { $0[index].1 }
      let groups = distinct(values).map { value in
        let names = zip(runs, values).filter { $0.1 == value }.map(\.0.runID)
        return "\(value) in \(names.joined(separator: ", "))"
      }
      return groups.count > 1 ? "\(facts[0][index].0): \(groups.joined(separator: "; "))".onOneLine : nil
    }
  }
}

/// Each text once, in the order of first occurrence.
private func distinct(_ texts: [String]) -> [String] {
  var seen: Set<String> = []
  return texts.filter { seen.insert($0).inserted }
}
