import Records
import Statistics

extension Summary.MeasuredExperiment {
  /// The client's memory per additional lane, for each mode and variant with enough concurrencies: a line through its
  /// points, in bytes over lanes.
  var memoryPerLane: [(name: String, points: [Summary.Point], line: LeastSquaresLine)] {
    byName.compactMap { name, points in
      let measured = points.filter { $0.memory != nil }
      return leastSquaresLine(
        x: measured.map { Double($0.lanesHeld) }, y: measured.compactMap { $0.memory?.median }
      ).map { (name, measured, $0) }
    }
  }

  /// Covers the modes whose memory grows linearly with the lanes.
  var memoryNote: Note? {
    let texts = memoryPerLane.compactMap { name, _, line -> String? in
      guard let rSquared = line.rSquared, rSquared >= Self.goodFit, line.slope > 0 else { return nil }
      return "\(name) \(NumberText.bytes(line.slope)) (r² \(NumberText.share(rSquared)))"
    }
    let waiters = limit.map { ", where all but \(NumberText.grouped($0)) queue" } ?? ""
    return texts.isEmpty
      ? nil : Note(text: "memory per lane of the \(side)\(waiters): \(texts.joined(separator: ", "))", isWarning: false)
  }

  private static let goodFit = 0.9

  /// Whether some mode has worked with lanes that are numerous and far enough apart for a figure of memory.
  var spansMemory: Bool {
    byName.contains { _, points in
      let lanes = Set(points.filter { $0.memory != nil }.map(\.lanesHeld))
      guard lanes.count >= minimumLineCount, let least = lanes.min(), let most = lanes.max() else { return false }
      return most / 10 >= least
    }
  }
}

extension Summary.Point {
  /// The lanes that worked: at most those seen in flight, unless lanes wait for an arrival or a permit.
  var lanesHeld: Int { response == nil ? inFlight?.max ?? concurrency : concurrency }
}
