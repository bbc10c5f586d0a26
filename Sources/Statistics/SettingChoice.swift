/// The choice among several settings, in ascending order, from the measurements of each.
public struct SettingChoice: Sendable, Equatable {
  /// The certainty of the recommendation.
  public enum Verdict: Sendable, Equatable, CaseIterable {
    /// The recommended setting is shown to be at most ``settingMargin`` below its closest rival.
    case decided
    /// The setting may be further below: the rounds disagree too much.
    case uncertain
    /// The setting was measured in fewer than ``minimumRounds`` rounds, or shares fewer with its closest rival.
    case tooFewRounds
  }

  /// The setting with the highest median; among equals, the smallest.
  public let best: Int

  /// The settings that are not significantly worse than the best, including it; ascending.
  public let contenders: [Int]

  /// The smallest of the contenders.
  public let candidate: Int

  /// The setting that the candidate is compared with. This is the best, or if the candidate is the best, the contender
  /// with the next highest median. Nil if all other settings are worse.
  public let rival: Int?

  /// The ratio of the candidate's values to its rival's, paired by round.
  public let ratio: Estimate?

  /// Whether the candidate is recommended.
  public let verdict: Verdict

  /// The recommended setting; nil if the rounds do not decide.
  public var recommended: Int? { verdict == .decided ? candidate : nil }
}

/// How far a recommended setting may be below its rival, at the lower end of the ratio's 95 % interval: 10 %.
public let settingMargin = 0.1

/// Chooses the smallest setting that is not significantly worse than the best.
///
/// The best setting has the highest median. Another one is worse if ``comparePairs(_:family:level:seed:)`` finds it
/// slower at 5 %, in the rounds that it shares with the best. If missing trials leave too few such rounds,
/// ``compareUnpaired(_:family:level:)`` decides from all trials. The settings are tested in ascending order, and the
/// first that is not worse is the candidate. An order fixed beforehand needs no correction for the number of
/// hypotheses, so that six rounds may suffice. Because the same values select the best, it looks slightly better than
/// it is. The choice therefore errs towards larger settings.
///
/// Finding no difference does not prove that there is none. The choice is therefore made only if the interval of the
/// ratio to the closest rival excludes a loss of more than ``settingMargin``.
///
/// Complexity: that of the tests, one for each setting.
///
/// Source: W. Maurer, L. A. Hothorn and W. Lehmacher, “Multiple comparisons in drug clinical trials and preclinical
/// assays: a-priori ordered hypotheses”, in *Biometrie in der chemisch-pharmazeutischen Industrie* 6, Fischer 1995, 3–18.
///
/// - Parameters:
///   - values: for each setting, its values by round; higher is better.
///   - seed: the seed of tests that draw at random because they are not exact.
/// - Returns: nil if there are fewer than two settings, or one has no value or one that is not positive.
public func chooseSetting(_ values: [[Int: Double]], seed: UInt64 = 0) -> SettingChoice? {
  let medians = values.compactMap { medianEstimate(of: Array($0.values))?.median }
  guard medians.count == values.count, medians.count > 1, values.allSatisfy({ $0.values.allSatisfy { $0 > 0 } })
  else { return nil }
  // The first among equals.
  func highest(_ settings: some Sequence<Int>) -> Int? {
    settings.reduce(nil) { highest, next in highest.map { medians[next] > medians[$0] ? next : $0 } ?? next }
  }
  func pairs(_ first: Int, _ second: Int) -> (first: [Double], second: [Double]) {
    let rounds = values[first].keys.filter { values[second][$0] != nil }.sorted()
    return (rounds.compactMap { values[first][$0] }, rounds.compactMap { values[second][$0] })
  }
  func sample(_ setting: Int) -> [Double] { values[setting].sorted { $0.key < $1.key }.map(\.value) }
  guard let best = highest(values.indices) else { return nil }
  let contenders = values.indices.filter { setting in
    guard setting != best else { return true }
    let (own, others) = pairs(setting, best)
    let series = PairedSeries(name: "", candidate: own, baseline: others, preference: .higherIsFaster)
    let verdict = comparePairs([series], family: "", seed: seed)?.comparisons[0].verdict
    guard verdict == .tooFewRounds else { return verdict != .slower }
    let samples = UnpairedSeries(
      name: "", candidate: sample(setting), baseline: sample(best), preference: .higherIsFaster)
    return compareUnpaired([samples], family: "")?[0].verdict != .slower
  }
  let candidate = contenders[0]
  let rival = candidate == best ? highest(contenders.dropFirst()) : best
  let ratio = rival.flatMap { rival in
    let (own, others) = pairs(candidate, rival)
    return ratioEstimate(own, over: others)
  }
  let verdict: SettingChoice.Verdict =
    if values[candidate].count < minimumRounds || (rival != nil && ratio?.kind != .interval95) {
      .tooFewRounds
    } else if rival == nil {
      .decided
    } else {
      (ratio?.low ?? 0) >= 1 - settingMargin ? .decided : .uncertain
    }
  return SettingChoice(
    best: best, contenders: contenders, candidate: candidate, rival: rival, ratio: ratio, verdict: verdict)
}
