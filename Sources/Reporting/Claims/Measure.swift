import Statistics

/// A number that a claim is judged by: where it is to lie, and where it was measured.
struct Measure: Sendable {
  enum Unit: Sendable { case seconds, perSecond, bytes, ratio, count }

  /// How the interval of a number lies to where the claim has it.
  enum Standing: String, Sendable {
    case within = "holds"
    case beyond = "does not hold"
    /// The interval spans a bound, or there is no interval.
    case open = "undecided"
  }

  /// In words, without the unit.
  let name: String
  let unit: Unit
  /// Where the claim has it; nil where there is no bound.
  let least: Double?
  let most: Double?
  let estimate: Estimate
  /// The experiment that it is from.
  let experiment: String
  /// Whether each value is a count, which either is so or is not, and which one trial tells.
  let isExact: Bool

  /// Nil where there is no estimate.
  init?(
    _ name: String, _ unit: Unit, least: Double? = nil, most: Double? = nil, _ estimate: Estimate?,
    of experiment: String
  ) {
    guard let estimate else { return nil }
    self.name = name
    self.unit = unit
    self.least = least
    self.most = most
    self.estimate = estimate
    self.experiment = experiment
    isExact = false
  }

  /// Of counts, all of which count. Nil where there are none.
  init?(_ name: String, _ unit: Unit = .count, least: Double?, most: Double?, counts: [Double], of experiment: String) {
    guard let lowest = counts.min(), let highest = counts.max(), let middle = Statistics.median(counts) else {
      return nil
    }
    self.name = name
    self.unit = unit
    self.least = least
    self.most = most
    self.experiment = experiment
    let kind: Estimate.Kind = counts.count == 1 ? .single : .range
    estimate = Estimate(median: middle, low: lowest, high: highest, kind: kind, n: counts.count)
    isExact = true
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
