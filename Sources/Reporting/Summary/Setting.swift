import Records

/// What a user can set, beside the mode: a number that an experiment may have several of.
public enum TuningAxis: String, CaseIterable, Sendable {
  /// Lanes.
  case concurrency
  /// Permits that lanes queue for.
  case limit
  /// Threads or processes that work is left to.
  case pool

  func value(of trial: TrialRecord) -> Int? {
    switch self {
    case .concurrency: trial.concurrency
    case .limit: trial.limit
    case .pool: trial.pool
    }
  }
}

/// The limit and the width of the pool of a trial, as far as its experiment has several.
struct Setting: Hashable, Comparable, Sendable {
  var limit: Int?
  var pool: Int?

  func value(of axis: TuningAxis) -> Int? {
    switch axis {
    case .concurrency: nil
    case .limit: limit
    case .pool: pool
    }
  }

  /// The name of an experiment, with the rate of an open loop: `http-at-1000-limit-50`.
  func name(of planned: String, at rate: Double?) -> String {
    planned + (rate.map { "-at-\(NumberText.brief($0))" } ?? "") + suffix
  }

  /// `-limit-50-pool-4`, as part of an experiment's name.
  var suffix: String { (limit.map { "-limit-\($0)" } ?? "") + (pool.map { "-pool-\($0)" } ?? "") }

  static func < (a: Setting, b: Setting) -> Bool { (a.limit ?? 0, a.pool ?? 0) < (b.limit ?? 0, b.pool ?? 0) }
}

/// Which experiments have several limits, or several widths of a pool.
struct Sweeps {
  private var axes: [String: Set<TuningAxis>] = [:]

  init(_ trials: [TrialRecord]) {
    for (experiment, trials) in Dictionary(grouping: trials, by: \.experiment) {
      axes[experiment] = Set(
        [TuningAxis.limit, .pool].filter { axis in Set(trials.compactMap { axis.value(of: $0) }).count > 1 })
    }
  }

  func setting(of trial: TrialRecord) -> Setting {
    let swept = axes[trial.experiment] ?? []
    return Setting(
      limit: swept.contains(.limit) ? trial.limit : nil, pool: swept.contains(.pool) ? trial.pool : nil)
  }

  func isSwept(_ experiment: String) -> Bool { axes[experiment]?.isEmpty == false }
}

extension TrialRecord {
  /// How many threads or processes the mode left work to; nil where it left none to others.
  var pool: Int? {
    guard let variant, variant != "inline" else { return nil }
    return workload["pool"]?.number.flatMap { Int(exactly: $0) }
  }

  /// The same without a limit and a width of a pool, to be described together with others.
  var withoutSettings: TrialRecord {
    var trial = self
    trial.limit = nil
    if case .object(var members) = workload {
      members["pool"] = nil
      trial.workload = .object(members)
    }
    return trial
  }
}
