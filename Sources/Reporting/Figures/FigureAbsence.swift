import Measurement

/// Decides whether a figure would show too little, and says so in words instead.
enum FigureAbsence {
  /// - Parameter blocks: one for each mode, without the ideal.
  /// - Returns: the words before “, so there is no figure”; nil if there is something to see.
  static func reason(_ kind: FigureKind, _ blocks: [GnuplotData.Block]) -> String? {
    let curves = blocks.map { (name: $0.name, rows: $0.rows.filter { hasValue($0) }) }
      .filter { kind == .time ? $0.rows.count(where: { $0[1] != 0 }) >= fewestOfCurve : !$0.rows.isEmpty }
    guard let first = curves.first else { return emptiness(kind) }
    let places = Set(curves.flatMap { $0.rows.map { $0[0] ?? .nan } })
    switch kind {
    case .throughput, .speedup, .cpu, .footprint, .serve, .memory, .tuning:
      if curves.count == 1, places.count == 1 {
        let value = text(kind, first.rows[0][1] ?? .nan).map { ", \($0)" } ?? ""
        return "there is only one value, that of \(first.name)\(value)"
      }
      return places.count < fewestOfCurve ? nil : flatness(kind, curves.flatMap { $0.rows.compactMap { $0[1] } })
    case .latency, .response:
      return places.contains { $0 >= 10 } ? nil : "there are too few operations for percentiles beyond the median"
    case .heat, .time, .load, .interference, .explain: return nil
    }
  }

  /// The fewest points of a curve. Fewer are drawn as bars.
  private static let fewestOfCurve = 3
  /// The ratio of the largest value to the smallest; below it, a curve is a flat line.
  private static let leastGrowth = 1.1

  private static func hasValue(_ row: [Double?]) -> Bool { row[1]?.isFinite ?? false }

  private static func flatness(_ kind: FigureKind, _ values: [Double]) -> String? {
    guard let low = values.min(), let high = values.max(), high < leastGrowth * low, let from = text(kind, low),
      let to = text(kind, high)
    else { return nil }
    return "all values are within 10 %, from \(from) to \(to)"
  }

  /// The value with its unit; nil for figures of several quantities.
  private static func text(_ kind: FigureKind, _ value: Double) -> String? {
    switch kind {
    case .throughput, .tuning: "\(NumberText.significant(value, digits: 3)) operations/s"
    case .speedup: "\(NumberText.significant(value, digits: 3)) times the throughput of blocking"
    case .memory: NumberText.bytes(value)
    case .cpu, .footprint, .serve, .latency, .response, .heat, .time, .load, .interference, .explain: nil
    }
  }

  private static func emptiness(_ kind: FigureKind) -> String {
    switch kind {
    case .throughput, .cpu, .footprint, .serve, .memory, .tuning, .explain: "no valid trial has a value"
    case .heat: "no mode has latencies in at least five intervals"
    case .time: "no mode has at least three intervals with operations"
    case .latency, .response, .load, .interference: "there are too few operations for percentiles"
    case .speedup: "no mode has a valid trial in the same round as blocking"
    }
  }
}
