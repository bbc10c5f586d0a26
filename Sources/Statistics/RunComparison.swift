import Glibc

/// Two samples of runs to compare, with the trials of each run.
public struct RunSeries: Sendable, Equatable {
  /// The name of the comparison.
  public var name: String

  /// The values under judgement, by run and trial.
  public var candidate: [[Double]]

  /// The reference values, by run and trial, in the same unit; the number of runs may differ.
  public var baseline: [[Double]]

  /// The direction in which values are better.
  public var preference: PairedSeries.Preference

  /// Two samples of runs.
  public init(name: String, candidate: [[Double]], baseline: [[Double]], preference: PairedSeries.Preference) {
    self.name = name
    self.candidate = candidate
    self.baseline = baseline
    self.preference = preference
  }
}

/// The result of a comparison of two samples of runs.
public struct RunComparison: Sendable, Equatable {
  /// The name of the comparison.
  public let name: String

  /// The ratio of candidate to baseline: of the geometric means of the runs' medians. Its 95 % interval includes the
  /// variance between runs, and ``Estimate/n`` is the number of runs. Nil if there are too few runs, or they are not
  /// comparable.
  public let ratio: Estimate?

  /// The p-value, adjusted for the family; nil if `ratio` is nil.
  public let adjustedPValue: Double?

  /// The conclusion about the candidate.
  public let verdict: PairedComparison.Verdict
}

/// Compares samples of runs, as one family.
///
/// The trials of a run share the machine's state at that time, so that they are not independent of each other; runs
/// are. Therefore only each run's median counts. Student's *t* compares the logarithms of the medians, with the pooled
/// variance of both sides. A median's variance consists of the variance between runs and the rest of that between its
/// trials. The interval therefore includes both, without an estimate of either (Searle, Casella and McCulloch, section
/// 3.5; Kalibera and Jones).
///
/// Equal variances are assumed: runs vary with the machine, which is the same on both sides. Welch's degrees of freedom
/// were tried. With two runs against six they find false differences in 11 % of families of eight, and with three
/// against three they are too cautious. With equally many runs on both sides, unequal variances matter little.
///
/// A candidate is faster or slower if the p-value, adjusted by ``holmAdjusted(_:family:)``, is at most `level`. The
/// interval is that of a single comparison and is not adjusted. A comparison needs three runs in all, with values on
/// both sides. A single run against several is judged by the variance of those.
///
/// Sources: S. R. Searle, G. Casella and C. E. McCulloch, *Variance Components*, Wiley 1992; T. Kalibera and R. Jones,
/// “Rigorous Benchmarking in Reasonable Time”, ISMM 2013; Student, “The Probable Error of a Mean”, *Biometrika* 6
/// (1908), 1–25.
///
/// - Parameters:
///   - level: the highest probability of any false verdict in the family.
///   - leastEffect: the ratio must lie beyond this for a verdict, such as 0.05 for 5 %.
/// - Returns: a comparison for each of `family`, in its order; nil if it is empty, or `level` is not between 0 and 1.
public func compareRuns(
  _ family: [RunSeries], family name: String, level: Double = 0.05, leastEffect: Double = 0
) -> [RunComparison]? {
  guard level > 0, level < 1 else { return nil }
  let tests = family.map { RunTest($0, leastEffect: leastEffect) }
  guard let holm = holmAdjusted(tests.map { $0?.pValue }, family: name) else { return nil }
  return family.indices.map { index in
    let (series, adjusted) = (family[index], holm.adjustedPValues[index])
    return RunComparison(
      name: series.name, ratio: tests[index]?.ratio, adjustedPValue: adjusted,
      verdict: verdict(of: series, tests[index], adjusted, level: level))
  }
}

private func verdict(
  of series: RunSeries, _ test: RunTest?, _ adjustedPValue: Double?, level: Double
) -> PairedComparison.Verdict {
  guard let test, let adjustedPValue else {
    let runs = [series.candidate, series.baseline].map { $0.filter { !$0.isEmpty }.count }
    return runs.contains(0) || runs[0] + runs[1] < 3 ? .tooFewRounds : .notComparable
  }
  if adjustedPValue > level || test.ratio.median == 1 { return .notSignificant }
  return (test.ratio.median > 1) == (series.preference == .higherIsFaster) ? .faster : .slower
}

/// Student's *t* test of the logarithms of the runs' medians.
private struct RunTest {
  let ratio: Estimate
  let pValue: Double

  init?(_ series: RunSeries, leastEffect: Double) {
    guard let candidate = logMedians(of: series.candidate), let baseline = logMedians(of: series.baseline),
      !candidate.isEmpty, !baseline.isEmpty, candidate.count + baseline.count > 2
    else { return nil }
    let (m, n) = (Double(candidate.count), Double(baseline.count))
    let freedom = m + n - 2
    let difference = mean(candidate) - mean(baseline)
    let variance = (squares(candidate) + squares(baseline)) / freedom
    let error = (variance * (1 / m + 1 / n)).squareRoot()
    let reach = studentBound(tails: 0.05, freedom: freedom) * error
    ratio = Estimate(
      median: exp(difference), low: exp(difference - reach), high: exp(difference + reach), kind: .interval95,
      n: candidate.count + baseline.count)
    guard ratio.low.isFinite, ratio.high.isFinite else { return nil }
    guard let shift = shift(of: ratio.median, beyond: leastEffect) else {
      pValue = 1
      return
    }
    let beyond = abs(difference - log(shift))
    pValue = beyond == 0 ? 1 : studentTails(beyond / error, freedom: freedom)
  }
}

/// The spread between the runs of one program, and between the trials within a run.
public struct RunSpread: Sendable, Equatable {
  /// The relative standard deviation between runs: of the effect that a run has on all its trials. The spread of trials
  /// that remains in a run's median is removed.
  public let between: Double

  /// The relative standard deviation of trials within a run; nil if each run has one trial.
  public let within: Double?

  /// The number of runs.
  public let runs: Int
}

/// The spread between runs and within them, from the trials of each run. Several sides are pooled, each around its own
/// level.
///
/// The spread within runs is the median distance of the trials' logarithms from their run's median, times 1.4826. For
/// normal values this is the standard deviation, and a stall does not move it. The variance between runs is the
/// variance of the log medians less the part that comes from within the runs, and at least 0. A median of *n* trials
/// keeps the share π/2 · 1/*n* of the variance within. This is the moment estimate of one random effect.
///
/// Sources: S. R. Searle, G. Casella and C. E. McCulloch, *Variance Components*, Wiley 1992, section 3.5; P. J. Rousseeuw
/// and C. Croux, “Alternatives to the Median Absolute Deviation”, *JASA* 88 (1993), 1273–1283.
///
/// - Parameter sides: the values of the trials, by side and run.
/// - Returns: nil if no side has two runs with values, or a value is not a positive number.
public func runSpread(of sides: [[[Double]]]) -> RunSpread? {
  let runs = sides.flatMap { $0 }.filter { !$0.isEmpty }
  let logs = sides.map(logMedians)
  guard !logs.contains(where: { $0 == nil }) else { return nil }
  let freedom = logs.reduce(0) { $0 + max(0, ($1?.count ?? 0) - 1) }
  guard freedom > 0 else { return nil }
  let variance = logs.reduce(0) { $0 + squares($1 ?? []) } / Double(freedom)
  let within = spreadWithin(runs)
  let trials = Double(runs.count) / runs.reduce(0) { $0 + 1 / Double($1.count) }
  let kept = within.map { $0 * $0 * (trials < 3 ? 1 : Double.pi / 2) / trials } ?? 0
  return RunSpread(between: max(0, variance - kept).squareRoot(), within: within, runs: runs.count)
}

private func spreadWithin(_ runs: [[Double]]) -> Double? {
  let several = runs.filter { $0.count > 1 }
  let distances = several.flatMap { run -> [Double] in
    let logs = run.map { log($0) }
    guard let middle = median(logs) else { return [] }
    let few = (Double(run.count) / Double(run.count - 1)).squareRoot()
    return logs.map { abs($0 - middle) * few }
  }
  return median(distances).map { 1.4826 * $0 }
}

/// The logarithms of the medians of runs with values; nil if a value is not a positive number.
private func logMedians(of runs: [[Double]]) -> [Double]? {
  guard runs.joined().allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
  return runs.compactMap { median($0).map { log($0) } }
}

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

private func squares(_ values: [Double]) -> Double {
  let middle = mean(values)
  return values.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
}
