import Measurement

/// Why the data of a figure are better told in words than drawn.
enum FigureAbsence {
  /// - Parameter blocks: those of modes.
  /// - Returns: the words before “, so there is no figure”; nil where there is something to see.
  static func reason(_ kind: FigureKind, _ blocks: [GnuplotData.Block]) -> String? {
    let curves = blocks.map { (name: $0.name, rows: $0.rows.filter { hasValue($0) }) }
      .filter { kind == .time ? $0.rows.count(where: { $0[1] != 0 }) >= fewestOfCurve : !$0.rows.isEmpty }
    guard let first = curves.first else { return emptiness(kind) }
    let places = Set(curves.flatMap { $0.rows.map { $0[0] ?? .nan } })
    switch kind {
    case .throughput, .speedup, .cpu, .footprint, .serve, .memory, .tuning:
      if curves.count == 1, places.count == 1 {
        let value = text(kind, first.rows[0][1] ?? .nan).map { ", \($0)" } ?? ""
        return "there is one mode at one concurrency, \(first.name)\(value)"
      }
      return places.count < fewestOfCurve ? nil : flatness(kind, curves.flatMap { $0.rows.compactMap { $0[1] } })
    case .latency, .response:
      return places.contains { $0 >= 10 } ? nil : "there are too few operations for percentiles beyond the median"
    case .heat, .time, .load, .interference: return nil
    }
  }

  /// With fewer there are bars.
  private static let fewestOfCurve = 3
  /// A curve of less than this is a flat line.
  private static let leastGrowth = 1.1

  private static func hasValue(_ row: [Double?]) -> Bool { row[1]?.isFinite ?? false }

  private static func flatness(_ kind: FigureKind, _ values: [Double]) -> String? {
    guard let low = values.min(), let high = values.max(), high < leastGrowth * low, let from = text(kind, low),
      let to = text(kind, high)
    else { return nil }
    return "all modes have the same at any concurrency, from \(from) to \(to)"
  }

  /// Nil of what has several quantities.
  private static func text(_ kind: FigureKind, _ value: Double) -> String? {
    switch kind {
    case .throughput, .tuning: "\(NumberText.significant(value, digits: 3)) operations/s"
    case .speedup: "\(NumberText.significant(value, digits: 3)) times the throughput of blocking"
    case .memory: NumberText.bytes(value)
    case .cpu, .footprint, .serve, .latency, .response, .heat, .time, .load, .interference: nil
    }
  }

  private static func emptiness(_ kind: FigureKind) -> String {
    switch kind {
    case .throughput, .cpu, .footprint, .serve, .memory, .tuning: "no valid trial has a value"
    case .heat: "no mode has latencies in five intervals"
    case .time: "no mode has three intervals with operations to draw a line through"
    case .latency, .response, .load, .interference: "there are too few operations for percentiles"
    case .speedup: "no mode has valid trials in the same rounds as blocking"
    }
  }
}
