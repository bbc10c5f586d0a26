import Plan
import Records

/// On which axes each experiment has several settings, besides rates.
struct SweptAxes {
  private var axes: [String: Set<Axis>] = [:]

  init(_ trials: [TrialRecord]) {
    for (experiment, trials) in Dictionary(grouping: trials, by: \.experiment) {
      axes[experiment] = Set(
        Setting.sweepable.filter { axis in Set(trials.compactMap { $0.coordinates[axis] }).count > 1 })
    }
  }

  /// The rate of a trial, and what else its experiment has several of.
  func setting(of trial: TrialRecord) -> Setting {
    trial.coordinates.setting.keeping((axes[trial.experiment] ?? []).union([.rate]))
  }

  func isSwept(_ experiment: String) -> Bool { axes[experiment]?.isEmpty == false }
}

extension Setting {
  /// What makes tables of its own where an experiment has several.
  static let sweepable: [Axis] = [.limit, .pool]

  /// What of it an experiment has several of, besides rates.
  var swept: Setting { keeping(Set(Self.sweepable)) }

  /// The name of an experiment, with the rate of an open loop: `http-at-1000-limit-50`.
  func name(of planned: String) -> String {
    planned + (rate.map { "-at-\(NumberText.brief($0))" } ?? "") + suffix
  }

  /// `-limit-50-pool-4`, as part of an experiment's name.
  var suffix: String {
    Self.sweepable.compactMap { axis in self[axis]?.count.map { "-\(axis.rawValue)-\($0)" } }.joined()
  }
}

extension TrialRecord {
  /// The same without a limit and a width of a pool, to be described together with others.
  var withoutSettings: TrialRecord {
    var trial = self
    trial.limit = nil
    trial.recordedWorkload = recordedWorkload.withoutPool
    return trial
  }
}
