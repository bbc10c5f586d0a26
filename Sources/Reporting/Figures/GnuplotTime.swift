import Records
import Statistics

extension GnuplotData {
  /// Throughput and threads over time, of one trial in each mode.
  init(
    timeOf experiment: Summary.MeasuredExperiment, at concurrency: Int, _ points: [Summary.Point],
    _ provenance: Provenance
  ) {
    let trials = points.compactMap { point in point.timeline.map { "\(point.name) \($0.trial)" } }
    let names = ["throughput_per_s", "threads", "pool_per_s"]
    // If several processes share the lanes, the threads may be unknown.
    let hasThreads = points.contains { $0.timeline?.intervals.contains { $0.threads != nil } ?? false }
    self.init(
      .time, experiment.name, experiment.description, provenance,
      question: hasThreads
        ? "How steady are throughput and threads within a trial?" : "How steady is throughput within a trial?",
      subject: "throughput\(hasThreads ? " and threads" : "") over time, at concurrency "
        + NumberText.grouped(concurrency),
      place: "-\(concurrency)",
      remarks: [
        ("columns", "the middle of an interval, in seconds from the window's opening, then those named"),
        ("concurrency", NumberText.grouped(concurrency)),
        (
          "trials",
          "for each mode the valid trial with the median throughput, or the lower of the two: "
            + trials.joined(separator: ", ").onOneLine
        ),
        (
          "pool",
          "pool_per_s is the width of the pool / service time; the width is the most in flight (taskgroup-blocking), or "
            + "what was in flight in the first interval plus one thread a second (dispatch-concurrent)"
        ),
      ],
      blocks: points.map { point in
        let rows = point.timeline?.intervals.map { interval -> [Double?] in
          let width = point.poolWidth(after: interval.middle)
          return [
            interval.middle, interval.throughput, interval.threads,
            experiment.serviceTime.flatMap { time in width.map { min($0, Double(concurrency)) / time } },
          ]
        }
        return Block(name: point.name, columns: names, rows: rows ?? [[nil, nil, nil, nil]])
      })
  }

  /// Memory against the number of lanes at work.
  init(memoryOf experiment: Summary.MeasuredExperiment, _ provenance: Provenance) {
    let lines = Dictionary(uniqueKeysWithValues: experiment.memoryPerLane.map { ($0.name, $0.line) })
    let peak = "\(experiment.side)_rss_peak_bytes"
    let names = [peak, "low_bytes", "high_bytes", "concurrency", "bytes_per_lane", "r_squared"]
    self.init(
      .memory, experiment.name, experiment.description, provenance,
      question: "How much memory does one more lane take?",
      subject: "memory of the \(experiment.side) against concurrency",
      remarks: [
        ("columns", "lanes at work, then those named"), Self.intervals,
        ("line", "bytes_per_lane is the slope of the least-squares line through the points of the mode"),
      ] + Self.gaps(experiment),
      blocks: experiment.byName.map { name, points in
        let rows = experiment.byConcurrency.map { concurrency, _ -> [Double?] in
          let point = points.first { $0.concurrency == concurrency }
          return [Double(point?.lanesHeld ?? concurrency)] + Self.columns(point?.memory)
            + [Double(concurrency), lines[name]?.slope, lines[name]?.rSquared]
        }
        return Block(name: name, columns: names, rows: rows)
      })
  }
}

extension Summary.Point {
  /// The number of threads in the pool that runs blocking calls, at a time in seconds after the window opens; nil if the
  /// mode has no such pool. The pool of tasks does not grow. That of a concurrent queue grows by one thread a second while
  /// all of its threads wait (libdispatch, `event/workqueue.c`).
  fileprivate func poolWidth(after seconds: Double) -> Double? {
    switch mode {
    case "taskgroup-blocking": inFlight?.max.map { Double($0) }
    case "dispatch-concurrent": timeline?.inFlight?.first.map { $0.rounded() + seconds }
    default: nil
    }
  }
}
