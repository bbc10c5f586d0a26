import Records
import Statistics

/// A number that a claim is judged by: where it is to lie, and where it was measured.
struct Measure: Sendable {
  enum Unit: Sendable { case seconds, perSecond, bytes, ratio, count }

  /// What it was computed from.
  enum Source: Sendable {
    /// At least one; the experiment of the first is its own.
    case trials([Sample])
    /// An experiment on a limit.
    case limits(LimitsRecord.Entry)
  }

  /// What its bounds are.
  enum Role: String, Sendable {
    /// Where the claim has it: it counts for the verdict.
    case claim
    /// Where arithmetic has it: it says why the claim holds or does not, and has no part in the verdict.
    case arithmetic
  }

  /// How the interval of a number lies to its bounds.
  enum Standing: Sendable {
    case within, beyond
    /// The interval spans a bound, or there is no interval.
    case open
  }

  /// In words, without the unit.
  let name: String
  let unit: Unit
  let role: Role
  /// Which of what is claimed of several it speaks of: `uring, 24 in a pipeline`; nil where the claim is one.
  let subject: String?
  /// Where the claim, or arithmetic, has it; nil where there is no bound.
  let least: Double?
  let most: Double?
  let estimate: Estimate
  let source: Source
  /// What the arithmetic of its name has measured: the throughput without waits over that of `blocking`.
  let floor: Estimate?
  /// Whether each value is a count, which either is so or is not, and which one trial tells.
  let isExact: Bool

  /// Nil where there is no estimate.
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

  /// Of counts, all of which count. Nil where there are none.
  /// - Parameter isExact: false where they are of trials that can decide nothing.
  init?(
    _ name: String, _ unit: Unit = .count, as role: Role = .claim, least: Double?, most: Double?, counts: [Double],
    isExact: Bool = true, from source: Source
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
    subject = nil
    floor = nil
    let kind: Estimate.Kind = counts.count == 1 ? .single : .range
    estimate = Estimate(median: middle, low: lowest, high: highest, kind: kind, n: counts.count)
    self.isExact = isExact
  }

  /// The name of the experiment that it is from.
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

  /// Nil where nothing says where it is to lie.
  var standing: Standing? {
    guard least != nil || most != nil else { return nil }
    guard isExact || estimate.kind == .interval95 else { return .open }
    let (least, most) = (least ?? -.infinity, most ?? .infinity)
    if estimate.low >= least && estimate.high <= most { return .within }
    // Counts have no chance in them: one that is not so is enough.
    if isExact || estimate.high < least || estimate.low > most { return .beyond }
    return .open
  }
}

extension Sample {
  /// All its trials, whatever became of them.
  fileprivate var selector: TrialSelector {
    TrialSelector(
      experiment.plannedName, [point.coordinates.point], concurrency: point.concurrency,
      rate: experiment.rate.map { .exactly($0) } ?? .closed, experiment.setting)
  }
}

extension LimitsRecord.Entry {
  /// As the experiments of a run are named.
  var place: String { "limits/\(name)" }
}
