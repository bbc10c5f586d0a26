import Statistics

/// How many predictions come near what was measured.
struct PredictionTally {
  /// Distances from the measured, as fractions of it.
  static let distances = [0.1, 0.2]

  /// The points with a prediction and a measured value.
  let points: Int
  /// The points without.
  let without: Int
  /// The points of which something is missing in the sum.
  let incomplete: Int
  let counts: [Count]
  /// The smallest and the largest ratio; nil without points.
  let range: (low: Double, high: Double)?

  struct Count {
    let distance: Double
    let name: String
    let about: String
    let value: Int

    /// Its name in data.
    var data: String { name.replacing("-", with: "_") }
  }

  init(_ all: [ExplainedPoint]) {
    let ratios = all.compactMap(\.ratio)
    points = ratios.count
    without = all.count - ratios.count
    incomplete = all.count { !$0.explanation.missing.isEmpty }
    let medians = ratios.map(\.median)
    range = medians.min().flatMap { low in medians.max().map { (low, $0) } }
    counts = Self.distances.flatMap { distance in
      let percent = Self.text(distance)
      return [
        Count(
          distance: distance, name: "predicted-within-\(Int((distance * 100).rounded()))-percent",
          about: "points whose predicted CPU time is within \(percent) of the measured",
          value: ratios.count { Self.isWithin($0.median, distance) }),
        Count(
          distance: distance, name: "interval-within-\(Int((distance * 100).rounded()))-percent",
          about: "points of which the whole interval of predicted ÷ measured is within \(percent)",
          value: ratios.count { Self.isWithin($0.low, distance) && Self.isWithin($0.high, distance) }),
      ]
    }
  }

  /// `within 10 %: 5 of 12 points, 2 of them with the whole interval`
  var sentences: [String] {
    guard points > 0, let range else { return ["no point has both a prediction and a measured value"] }
    let all = NumberText.grouped(points)
    let within = stride(from: 0, to: counts.count, by: 2).map { index in
      "within \(Self.text(counts[index].distance)): \(NumberText.grouped(counts[index].value)) of \(all) "
        + "\(points == 1 ? "point" : "points"), \(NumberText.grouped(counts[index + 1].value)) with the whole interval"
    }
    func ratio(_ value: Double) -> String { NumberText.significant(value, digits: 3) }
    let spread = points > 1 ? ["ratios from \(ratio(range.low)) to \(ratio(range.high))"] : []
    let lacking = [
      incomplete > 0 ? "points of which something is missing in the sum: \(NumberText.grouped(incomplete))" : nil,
      without > 0 ? "not counted, for want of a prediction or a measured value: \(NumberText.grouped(without))" : nil,
    ]
    return within + spread + lacking.compactMap { $0 }
  }

  /// The smallest distance that a ratio is within: `10 %`; nil if it is beyond all.
  static func nearest(_ ratio: Estimate?, wholly: Bool) -> String? {
    guard let ratio else { return nil }
    let values = wholly ? [ratio.low, ratio.high] : [ratio.median]
    return distances.first { distance in values.allSatisfy { isWithin($0, distance) } }.map(text)
  }

  private static func isWithin(_ ratio: Double, _ distance: Double) -> Bool {
    (1 - distance...1 + distance).contains(ratio)
  }

  private static func text(_ distance: Double) -> String { "\(NumberText.brief(distance * 100)) %" }
}
