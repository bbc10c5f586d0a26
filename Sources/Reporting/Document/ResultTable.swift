import Statistics

/// The cells of one experiment's table: what text and Markdown have in common.
struct ResultTable {
  let experiment: Summary.MeasuredExperiment
  let timeUnit: TimeUnit
  let rateUnit: RateUnit
  /// Whether trials are a number of operations, so that the time they take is an answer.
  let countsOperations: Bool
  /// Whether a mode left lanes unserved, so that each row says how many it served.
  let showsServed: Bool
  /// Whether its percentiles are those of the response time, and not of the service time.
  let showsResponse: Bool

  init(_ experiment: Summary.MeasuredExperiment) {
    self.experiment = experiment
    let points = experiment.points
    let hasResponse = points.contains { $0.response != nil }
    showsResponse = hasResponse
    let times = points.compactMap { hasResponse ? $0.response : $0.latency }
      .flatMap { [$0.percentile(50), $0.percentile(99)] }.compactMap { $0 }
    timeUnit = .fitting(times.map { Double($0) })
    rateUnit = .fitting(points.compactMap(\.throughput?.high))
    showsServed = points.contains(where: \.leavesLanesUnserved)
    countsOperations = points.contains { $0.wallSeconds != nil }
  }

  func percentileHeading(_ percentile: String) -> String {
    "\(showsResponse ? "resp. " : "")p\(percentile) \(timeUnit.rawValue)"
  }

  var latencyHeading: String { showsResponse ? "response" : "latency" }

  /// The axis that the points have in common; nil where they have no latencies.
  func axis(_ points: [Summary.Point]) -> LatencyAxis? { LatencyAxis(points.compactMap(latency)) }

  func sparkline(of point: Summary.Point, on axis: LatencyAxis, width: Int) -> String {
    latency(point).map { Terminal.sparkline(axis.counts(of: $0.histogram, parts: width)) } ?? ""
  }

  /// What stands at the ends of an axis.
  func ends(_ axis: LatencyAxis) -> (lowest: String, highest: String) {
    func text(_ time: UInt64) -> String { NumberText.significant(Double(time) / timeUnit.nanoseconds, digits: 2) }
    return (text(axis.lowest), text(axis.highest))
  }

  var rateHeading: String { "\(rateUnit == .one ? "" : "\(rateUnit.rawValue) ")op/s" }

  func throughput(_ point: Summary.Point) -> EstimateText { EstimateText(point.throughput, over: rateUnit.factor) }

  /// Response times, or service times where there are no others.
  func latency(_ point: Summary.Point) -> Summary.PooledLatency? { showsResponse ? point.response : point.latency }

  func percentile(_ percentile: Double, _ point: Summary.Point) -> String {
    latency(point)?.percentile(percentile)
      .map { NumberText.significant(Double($0) / timeUnit.nanoseconds, digits: 3) } ?? NumberText.none
  }

  /// The median over the trials of each trial's own.
  func trialPercentile99(_ point: Summary.Point) -> EstimateText {
    let percentiles = showsResponse ? point.responsePercentiles : point.servicePercentiles
    return EstimateText(percentiles.p99, over: timeUnit.nanoseconds, digits: 3)
  }

  /// `255 of 10,000`.
  func served(_ point: Summary.Point) -> String {
    showsServed ? point.servedText ?? NumberText.none : NumberText.none
  }

  func wall(_ point: Summary.Point) -> String { EstimateText(point.wallSeconds).median }

  func cpu(_ point: Summary.Point) -> EstimateText { EstimateText(point.tested.cpu, digits: 3) }

  func threads(_ point: Summary.Point) -> String {
    point.threadsPeak.map { NumberText.grouped($0) } ?? NumberText.none
  }

  func memory(_ point: Summary.Point) -> String { Self.mebibytes(point.memory) }

  /// The median over the trials of their peaks.
  static func mebibytes(_ peak: Estimate?) -> String {
    peak.map { NumberText.significant($0.median / 1_048_576, digits: 3) } ?? NumberText.none
  }

  func ratio(_ point: Summary.Point) -> EstimateText {
    point.mode == "blocking" && point.throughput != nil
      ? EstimateText(median: "1", interval: "") : EstimateText(point.ratioToBlocking, digits: 3)
  }

  /// `6 valid trials at each point`.
  var trialCount: String { Self.count(of: experiment.points) }

  static func count(of points: [Summary.Point]) -> String {
    let counts = points.filter { $0.prediction == nil }.map(\.validTrials)
    guard let least = counts.min(), let most = counts.max() else { return "no trials" }
    let number = least == most ? "\(most)" : "\(least) to \(most)"
    return "\(number) valid \(most == 1 ? "trial" : "trials") at each point"
  }
}

/// A median and its interval as text.
struct EstimateText {
  var median: String
  /// `[low–high]`; with an asterisk where it is the range of too few values for an interval; empty for a single value.
  var interval: String

  init(median: String, interval: String) {
    self.median = median
    self.interval = interval
  }

  /// A time in the largest unit in which it is at least 1: `2.31 ms [2.20–2.50]`.
  init(span estimate: Estimate?) {
    let unit = TimeUnit.allCases.last { estimate?.median ?? 0 >= $0.nanoseconds } ?? .nanoseconds
    self.init(estimate, over: unit.nanoseconds, digits: 3)
    if estimate != nil { median += " \(unit.rawValue)" }
  }

  init(_ estimate: Estimate?, over factor: Double = 1, digits: Int = 4) {
    guard let estimate else {
      self.init(median: NumberText.none, interval: "")
      return
    }
    func text(_ value: Double) -> String { NumberText.significant(value / factor, digits: digits) }
    let mark = estimate.kind == .range ? "*" : ""
    self.init(
      median: text(estimate.median),
      interval: estimate.kind == .single ? "" : "[\(text(estimate.low))–\(text(estimate.high))]\(mark)")
  }
}
