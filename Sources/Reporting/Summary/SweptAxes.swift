import Plan
import Records

/// The axes on which each experiment has several settings, besides rates.
struct SweptAxes {
  private var axes: [String: Set<Axis>] = [:]

  init(_ trials: [TrialRecord]) {
    for (experiment, trials) in Dictionary(grouping: trials, by: \.experiment) {
      axes[experiment] = Set(
        Setting.sweepable.filter { axis in Set(trials.compactMap { $0.coordinates[axis] }).count > 1 })
    }
  }

  /// The rate of a trial, and the other settings that vary in its experiment.
  func setting(of trial: TrialRecord) -> Setting {
    trial.coordinates.setting.keeping((axes[trial.experiment] ?? []).union([.rate]))
  }

  func isSwept(_ experiment: String) -> Bool { axes[experiment]?.isEmpty == false }
}

extension Setting {
  /// The axes that get a table of their own if an experiment has several values.
  static let sweepable: [Axis] = [.limit, .pool]

  /// The varied settings of such axes.
  var swept: Setting { keeping(Set(Self.sweepable)) }

  /// The name of an experiment, with the rate of an open loop: `http-at-1000-limit-50`.
  func name(of planned: String) -> String {
    planned + (rate.map { "-at-\(NumberText.brief($0))" } ?? "") + suffix
  }

  /// `-limit-50-pool-4`, the suffix of an experiment's name.
  var suffix: String {
    Self.sweepable.compactMap { axis in self[axis]?.count.map { "-\(axis.rawValue)-\($0)" } }.joined()
  }
}

extension TrialRecord {
  /// The trial without a limit and a pool size, to be described together with others.
  var withoutSettings: TrialRecord {
    var trial = self
    trial.limit = nil
    trial.recordedWorkload = recordedWorkload.withoutPool
    return trial
  }
}
