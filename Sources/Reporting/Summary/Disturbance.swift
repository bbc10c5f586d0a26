import Records
import Statistics

/// What the machine did to a run's trials.
package struct Disturbance {
  /// The number of disturbed trials; all are left out.
  let trials: Int
  let carriedOut: Int
  /// The disturbances by name, most frequent first.
  let reasons: [Summary.Count]
  /// The disturbed trials that were repeated, and those of them whose repeat is valid.
  let repeated: Int
  let replaced: Int
  /// The median CPU time of other processes, as a share of one CPU, in trials that they disturbed.
  let foreignShare: Double?

  /// Nil if no trial was disturbed.
  package init?(_ run: Run) {
    let all = run.trials.filter { $0.skipped == nil && $0.isTimed }
    let disturbed = all.filter(\.wasDisturbed)
    guard !disturbed.isEmpty else { return nil }
    trials = disturbed.count
    carriedOut = all.count
    var counts: [String: UInt64] = [:]
    for reason in disturbed.flatMap(\.reasons) { counts[TrialRecord.name(ofReason: reason), default: 0] += 1 }
    reasons = counts.map { Summary.Count(name: $0, count: $1) }.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    let repeats = all.filter { $0.repeats != nil }
    repeated = Set(repeats.compactMap(\.repeats)).count
    replaced = repeats.count(where: \.valid)
    let shares = disturbed.filter { $0.reasons.contains { $0.hasPrefix("foreign-load:") } }
      .compactMap { trial in
        trial.machine?.foreignShare ?? trial.hosts?.compactMap { $0.machine?.foreignShare }.max()
      }
    foreignShare = Statistics.median(shares)
  }

  /// A sentence without its full stop.
  package var text: String {
    "the machine disturbed \(trials) of \(carriedOut) trials, which are left out (\(Summary.Point.list(reasons)))"
      + (repeated == 0 ? "" : "; \(repeated) were repeated, \(replaced) of them undisturbed")
  }

  /// For the person who made the run: the value of its numbers, and the remedy.
  package var advice: String {
    let load =
      foreignShare.map { "; other programs used \(NumberText.significant($0 * 100, digits: 2)) % of a CPU" } ?? ""
    return
      "\(text)\(load): points may have too few trials for an interval; stop other programs (see `iomodes doctor`) "
      + "and run again"
  }
}
