/// Which of several settings, in ascending order, is to be chosen by what was measured with each of them.
public struct SettingChoice: Sendable, Equatable {
  /// How sure the recommendation is.
  public enum Verdict: Sendable, Equatable, CaseIterable {
    /// The recommended setting is shown to be at most ``settingMargin`` below its closest rival.
    case decided
    /// It may be further below: the rounds disagree too much.
    case uncertain
    /// It was measured in fewer than ``minimumRounds`` rounds, or shares fewer with its closest rival.
    case tooFewRounds
  }

  /// The setting with the highest median, the smallest of equals.
  public let best: Int

  /// The settings that are not significantly worse than the best, itself among them; ascending.
  public let contenders: [Int]

  /// The smallest of the contenders.
  public let candidate: Int

  /// What the candidate is judged by: the best, or where it is the best itself, the contender with the next highest
  /// median. Nil where all other settings are worse.
  public let rival: Int?

  /// The values of the candidate over those of its rival, paired by round.
  public let ratio: Estimate?

  /// Whether the candidate is recommended.
  public let verdict: Verdict

  /// The setting that is recommended; nil where the rounds do not decide it.
  public var recommended: Int? { verdict == .decided ? candidate : nil }
}

/// How far below its rival a recommended setting may be, at the lower end of the ratio's 95 % interval: a tenth.
public let settingMargin = 0.1

/// Chooses the smallest setting that is not significantly worse than the best.
///
/// The best is the setting with the highest median. Each other one is worse where ``comparePairs(_:family:level:seed:)``
/// finds it slower at 5 %, in the rounds that it shares with the best; where these are too few, because trials are
/// missing, where ``compareUnpaired(_:family:level:)`` does, from all that there is. The settings are taken in ascending order, and the
/// first that is not worse is the answer: hypotheses in an order that is fixed beforehand need no correction for their
/// number, so that six rounds may be enough. As the best is picked by the same values, it looks somewhat better than it
/// is, and the choice errs towards larger settings.
///
/// That no difference was found does not show that there is none: the choice stands only where the interval of the
/// ratio to its closest rival excludes a loss of more than ``settingMargin``.
///
/// Complexity: that of the tests, one for each setting.
///
/// Source: W. Maurer, L. A. Hothorn and W. Lehmacher, “Multiple comparisons in drug clinical trials and preclinical
/// assays: a-priori ordered hypotheses”, in *Biometrie in der chemisch-pharmazeutischen Industrie* 6, Fischer 1995, 3–18.
///
/// - Parameters:
///   - values: of each setting, by its round; higher is better.
///   - seed: what the draws of tests that are not exact depend on.
/// - Returns: nil when there are fewer than two settings, or one of them has no value or one that is not positive.
public func chooseSetting(_ values: [[Int: Double]], seed: UInt64 = 0) -> SettingChoice? {
  let medians = values.compactMap { medianEstimate(of: Array($0.values))?.median }
  guard medians.count == values.count, medians.count > 1, values.allSatisfy({ $0.values.allSatisfy { $0 > 0 } })
  else { return nil }
  // The first of equals.
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
