import Glibc

/// Two samples of runs that are to be compared, each run with its trials.
public struct RunSeries: Sendable, Equatable {
  /// What is compared.
  public var name: String

  /// The values of the trials of each run that is judged.
  public var candidate: [[Double]]

  /// Those of the runs that they are judged by, in the same unit; not necessarily as many.
  public var baseline: [[Double]]

  /// Which values are the better ones.
  public var preference: PairedSeries.Preference

  /// Two samples of runs.
  public init(name: String, candidate: [[Double]], baseline: [[Double]], preference: PairedSeries.Preference) {
    self.name = name
    self.candidate = candidate
    self.baseline = baseline
    self.preference = preference
  }
}

/// What a comparison of two samples of runs came to.
public struct RunComparison: Sendable, Equatable {
  /// What was compared.
  public let name: String

  /// The ratio of candidate to baseline: of the geometric means of the runs' medians, with an interval of 95 % that the
  /// variance between runs is in. ``Estimate/n`` is the number of runs. Nil where runs are too few, or not comparable.
  public let ratio: Estimate?

  /// The p-value, corrected for the family; nil where `ratio` is.
  public let adjustedPValue: Double?

  /// What may be said of the candidate.
  public let verdict: PairedComparison.Verdict
}

/// Compares samples of runs, as one family.
///
/// The trials of a run share what the machine was like while it ran, so that they are not independent of each other; the
/// run is. Of each run only the median counts, and the logarithms of the medians are compared by Student's *t* with the
/// variance of both sides together. A run's median carries the variance between runs and what is left of that between
/// its trials, and so the interval has both, without an estimate of either (Searle, Casella and McCulloch, section 3.5;
/// Kalibera and Jones). Equal variances are assumed, since what varies between runs is the machine, which is the same on
/// both sides. Welch's degrees of freedom were tried: with two runs beside six they find differences that are not there
/// in 11 % of families of eight, and with three beside three they are too cautious. With as many runs on both sides
/// unequal variances matter little.
///
/// A candidate is faster or slower when the p-value, adjusted by ``holmAdjusted(_:family:)``, is at most `level`. The
/// interval is of one comparison, and not corrected for the family. There must be three runs in all, with values on both
/// sides; a single run beside several is judged by the variance of those.
///
/// Sources: S. R. Searle, G. Casella and C. E. McCulloch, *Variance Components*, Wiley 1992; T. Kalibera and R. Jones,
/// “Rigorous Benchmarking in Reasonable Time”, ISMM 2013; Student, “The Probable Error of a Mean”, *Biometrika* 6
/// (1908), 1–25.
///
/// - Parameters:
///   - level: the probability, at most, of even one false verdict in the family.
///   - leastEffect: a verdict is that the ratio lies beyond so much, such as 0.05 for 5 %.
/// - Returns: a comparison for each of `family`, in its order; nil when it is empty, or `level` is not between 0 and 1.
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

/// Student's test of the logarithms of the runs' medians.
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

/// How far the runs of one program lie apart, beside how far trials within a run do.
public struct RunSpread: Sendable, Equatable {
  /// The relative standard deviation between runs: of what a run adds to all of its trials, without what is left of the
  /// spread of trials in a run's median.
  public let between: Double

  /// The relative standard deviation of trials within a run; nil where each run has one trial.
  public let within: Double?

  /// The number of runs.
  public let runs: Int
}

/// The spread between runs and within them, from the trials of each run; several sides are put together, each about its
/// own level.
///
/// Within runs it is the median distance of the trials' logarithms from their run's median, times 1.4826, which is the
/// standard deviation of normal values and not moved by a stall. The variance between runs is that of the logarithms of
/// medians, less the share of the variance within that a median of *n* trials keeps (π/2 of 1/*n*), and at least 0: the
/// estimate by moments of one random effect.
///
/// Sources: S. R. Searle, G. Casella and C. E. McCulloch, *Variance Components*, Wiley 1992, section 3.5; P. J. Rousseeuw
/// and C. Croux, “Alternatives to the Median Absolute Deviation”, *JASA* 88 (1993), 1273–1283.
///
/// - Parameter sides: for each side, for each run, the values of its trials.
/// - Returns: nil when no side has two runs with values, or a value is not a positive number.
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

/// The logarithms of the medians of the runs that have values; nil where a value is not a positive number.
private func logMedians(of runs: [[Double]]) -> [Double]? {
  guard runs.joined().allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
  return runs.compactMap { median($0).map { log($0) } }
}

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

private func squares(_ values: [Double]) -> Double {
  let middle = mean(values)
  return values.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
}
