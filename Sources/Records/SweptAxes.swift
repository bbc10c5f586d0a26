import Plan

/// On which axes each experiment has several settings, besides rates.
package struct SweptAxes {
  private var axes: [String: Set<Axis>] = [:]

  package init(_ trials: [TrialRecord]) {
    for (experiment, trials) in Dictionary(grouping: trials, by: \.experiment) {
      axes[experiment] = Set(
        Setting.sweepable.filter { axis in Set(trials.compactMap { $0.coordinates[axis] }).count > 1 })
    }
  }

  /// The rate of a trial, and what else its experiment has several of.
  package func setting(of trial: TrialRecord) -> Setting {
    trial.coordinates.setting.keeping((axes[trial.experiment] ?? []).union([.rate]))
  }

  package func isSwept(_ experiment: String) -> Bool { axes[experiment]?.isEmpty == false }
}

extension Setting {
  /// What makes tables of its own where an experiment has several.
  package static let sweepable: [Axis] = [.limit, .pool]
}

extension TrialRecord {
  /// The same without a limit and a width of a pool, to be described together with others.
  package var withoutSettings: TrialRecord {
    var trial = self
    trial.limit = nil
    trial.recordedWorkload = recordedWorkload.withoutPool
    return trial
  }
}
