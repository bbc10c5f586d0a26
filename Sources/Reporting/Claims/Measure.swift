import Records
import Statistics

/// A number by which a claim is judged: its bounds and its measurement.
struct Measure: Sendable {
  enum Unit: Sendable { case seconds, perSecond, bytes, ratio, count }

  /// The data from which it was computed.
  enum Source: Sendable {
    /// At least one sample; the first one's experiment is the number's own.
    case trials([Sample])
    /// An experiment on a limit.
    case limits(LimitsRecord.Entry)
  }

  /// The meaning of the bounds.
  enum Role: String, Sendable {
    /// The bounds of the claim; the number counts for the verdict.
    case claim
    /// Bounds from arithmetic, which explain the result; the number does not count for the verdict.
    case arithmetic
  }

  /// The position of the interval relative to the bounds.
  enum Standing: Sendable {
    case within, beyond
    /// The interval spans a bound, or there is no interval.
    case open
  }

  /// The name in words, without the unit.
  let name: String
  let unit: Unit
  let role: Role
  /// The part of the claim that it concerns, such as `uring, 24 in a pipeline`; nil if the claim has only one.
  let subject: String?
  /// The bounds, by the claim or by arithmetic; nil if there is none on that side.
  let least: Double?
  let most: Double?
  let estimate: Estimate
  let source: Source
  /// The measured floor in the number's name: the throughput without waits over that of `blocking`.
  let floor: Estimate?
  /// Whether the values are exact counts, for which one trial suffices.
  let isExact: Bool

  /// Nil if there is no estimate.
  init?(
    _ name: String, _ unit: Unit, as role: Role = .claim, least: Double? = nil, most: Double? = nil,
    _ estimate: Estimate?, subject: String? = nil, floor: Estimate? = nil, from source: Source
  ) {
    guard let estimate else { return nil }
    self.name = name
    self.unit = unit
    self.role = role
    self.subject = subject
    self.least = least
    self.most = most
    self.estimate = estimate
    self.source = source
    self.floor = floor
    isExact = false
  }

  /// A number from counts, all of which matter. Nil if there are none.
  /// - Parameter isExact: false if they come from trials that cannot decide anything.
  init?(
    _ name: String, _ unit: Unit = .count, as role: Role = .claim, least: Double?, most: Double?, counts: [Double],
    isExact: Bool = true, subject: String? = nil, from source: Source
  ) {
    guard let lowest = counts.min(), let highest = counts.max(), let middle = Statistics.median(counts) else {
      return nil
    }
    self.name = name
    self.unit = unit
    self.role = role
    self.least = least
    self.most = most
    self.source = source
    self.subject = subject
    floor = nil
    let kind: Estimate.Kind = counts.count == 1 ? .single : .range
    estimate = Estimate(median: middle, low: lowest, high: highest, kind: kind, n: counts.count)
    self.isExact = isExact
  }

  /// The name of its experiment.
  var experiment: String {
    switch source {
    case .trials(let samples): samples[0].experiment.name
    case .limits(let limit): limit.place
    }
  }

  var origin: CitationOrigin {
    switch source {
    case .trials(let samples): .trials(samples.map(\.selector))
    case .limits: .limits
    }
  }

  /// Nil if there are no bounds.
  var standing: Standing? {
    guard least != nil || most != nil else { return nil }
    guard isExact || estimate.kind == .interval95 else { return .open }
    let (least, most) = (least ?? -.infinity, most ?? .infinity)
    if estimate.low >= least && estimate.high <= most { return .within }
    // Counts are not random: one beyond the bounds is enough.
    if isExact || estimate.high < least || estimate.low > most { return .beyond }
    return .open
  }
}

extension Sample {
  /// Selects all its trials, valid or not.
  fileprivate var selector: TrialSelector {
    TrialSelector(
      experiment.plannedName, [point.coordinates.point], concurrency: point.concurrency,
      rate: experiment.rate.map { .exactly($0) } ?? .closed, experiment.setting)
  }
}

extension LimitsRecord.Entry {
  /// The name, like those of a run's experiments.
  var place: String { "limits/\(name)" }
}
