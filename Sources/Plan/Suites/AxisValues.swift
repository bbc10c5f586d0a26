import Measurement

/// A number, or several that are each measured. In JSON: `50` or `[10, 50, 500]`.
public struct AxisValues: Hashable, Sendable, Codable {
  public var values: [Int]

  public init(_ values: Int...) { self.values = values }

  public init(_ values: [Int]) { self.values = values }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Int.self) {
      values = [value]
    } else {
      values = try container.decode([Int].self)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if values.count == 1 { try container.encode(values[0]) } else { try container.encode(values) }
  }
}

extension Experiment {
  /// What is wrong with the limits and pool sizes, if anything.
  var tuning: (field: CodingKeys, text: String)? {
    if let complaint = complaint(about: limits, "of operations in flight", most: PlanRange.lanes.upperBound) {
      return (.limits, complaint)
    }
    if let complaint = complaint(about: pools, "of workers", most: workload.largestPool) { return (.pools, complaint) }
    if pools != nil && workload.poolWidth == nil {
      return (.pools, "goes with the workloads file and compute, and offload pool or processes")
    }
    for (field, several) in [(CodingKeys.limits, limits), (.pools, pools)] where several?.values.count ?? 1 > 1 {
      if objective != nil { return (field, "must be one number with slo, which searches a rate at each point") }
      if rates.count > 1 { return (field, "must be one number with several rates") }
    }
    return nil
  }

  private func complaint(about several: AxisValues?, _ what: String, most: Int) -> String? {
    guard let values = several?.values else { return nil }
    if values.isEmpty { return "is empty" }
    if let wrong = values.first(where: { !(1...most).contains($0) }) {
      return "\(wrong) is not a number \(what); it must be from 1 to \(most)"
    }
    return Set(values).count < values.count ? "names a number twice" : nil
  }

  /// The pool sizes to measure a mode with; none if the mode offloads nothing.
  package func pools(of mode: ModeID) -> [Int?] {
    guard let pools, mode.variant(doing: workload) != nil else { return [nil] }
    return pools.values
  }
}
