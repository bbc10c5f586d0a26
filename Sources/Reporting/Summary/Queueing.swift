import Records

extension Summary.MeasuredExperiment {
  /// How long operations waited for their permits.
  var queueingNote: Note? {
    guard let limit else { return nil }
    let texts = points.compactMap { point -> String? in
      guard let queueing = point.queueing, let median = queueing.percentile(50) else { return nil }
      func text(_ nanoseconds: UInt64) -> String { NumberText.span(nanoseconds: Double(nanoseconds)) }
      return "\(point.place): \(text(median))" + (queueing.percentile(99).map { " (p99 \(text($0)))" } ?? "")
    }
    guard !texts.isEmpty else { return nil }
    let permits = limit == 1 ? "the one permit" : "one of \(NumberText.grouped(limit)) permits"
    return Note(text: "median wait for \(permits): \(texts.joined(separator: "; "))", isWarning: false)
  }
}
