import Records
import Statistics

extension Summary {
  /// The warm-ups of a point's trials: medians over the valid trials.
  public struct ColdStart: Sendable {
    /// From the start of the lanes to the first answer, in nanoseconds; nil if a trial had none in its warm-up.
    public let firstDone: Estimate?
    /// The throughput in the warm-up divided by that in the window of the same trial.
    public let throughputRatio: Estimate?

    /// Nil if no trial has a warm-up.
    init?(_ trials: [TrialRecord]) {
      let starts = trials.compactMap { trial in trial.coldStart.map { (trial, $0) } }
      guard !starts.isEmpty else { return nil }
      let first = starts.compactMap(\.1.firstDone).map { Double($0) }
      firstDone = first.count == starts.count ? medianEstimate(of: first) : nil
      throughputRatio = medianEstimate(
        of: starts.compactMap { trial, start in
          guard let throughput = trial.throughput, throughput > 0, start.wall > 0 else { return nil }
          return Double(start.done) / (Double(start.wall) / 1e9) / throughput
        })
    }
  }
}

extension Summary.MeasuredExperiment {
  /// For the highest concurrency with a warm-up. In an open loop, the first answer only follows the schedule.
  var coldStartNote: Note? {
    guard rate == nil, let group = byConcurrency.last(where: { $0.points.contains { $0.coldStart != nil } }) else {
      return nil
    }
    let first = group.points.compactMap { point in
      point.coldStart?.firstDone.map { "\(NumberText.span(nanoseconds: $0.median)) (\(point.name))" }
    }
    let ratios = group.points.compactMap { point in
      point.coldStart?.throughputRatio.map { "\(NumberText.significant($0.median, digits: 2)) × (\(point.name))" }
    }
    let parts =
      (first.isEmpty ? [] : ["first answer after \(first.joined(separator: ", "))"])
      + (ratios.isEmpty
        ? [] : ["throughput in the warm-up \(ratios.joined(separator: ", ")) that of the window"])
    guard !parts.isEmpty else { return nil }
    let place = NumberText.grouped(group.concurrency)
    return Note(text: "cold start at \(place): \(parts.joined(separator: "; "))", isWarning: false)
  }
}
