import Harness
import Measurement
import Records

@testable import Plan
@testable import Workloads

/// Histograms as text, one a line, added up.
enum HistogramTarget {
  static func run(_ input: [UInt8]) {
    var sum = LatencyHistogram()
    var coarse = CoarseHistogram()
    for line in input.split(separator: UInt8(ascii: "\n")).prefix(4) {
      let text = String(decoding: line, as: UTF8.self)
      if let histogram = try? LatencyHistogram(encoded: text) {
        guard let again = try? LatencyHistogram(encoded: histogram.encoded()) else {
          preconditionFailure("not read again")
        }
        precondition(again.count == histogram.count && again.slots == histogram.slots, "it is another when read again")
        _ = histogram.compressed()
        sum.merge(histogram)
        _ = sum.subtracting(histogram)
        coarse.merge(CoarseHistogram(histogram))
        var summary = LatencySummary(histogram, missing: .max)
        summary.count(missing: .max)
      }
      if let histogram = try? CoarseHistogram(encoded: text) {
        precondition((try? CoarseHistogram(encoded: histogram.encoded())) == histogram, "it is another when read again")
        coarse.merge(histogram)
      }
    }
    var last: UInt64 = 0
    for percentile in [-1, 0, 50, 90, 99, 99.9, 100, 101, .nan, .infinity] as [Double] {
      let value = sum.percentile(percentile) ?? last
      precondition(percentile.isNaN || value >= last, "a percentile is below a lower one")
      if !percentile.isNaN { last = value }
      _ = sum.percentile(percentile, missing: .max)
      _ = sum.percentileIsSupported(percentile, missing: .max)
    }
    _ = (sum.mean, sum.beyondRange, coarse.buckets.last?.end)
  }
}

/// Values as people write them.
enum ValueTarget {
  static func run(_ input: [UInt8]) {
    let text = String(decoding: input, as: UTF8.self)
    if let time = Nanoseconds(text) { precondition(Nanoseconds("\(time)") == time, "it is another when read again") }
    if let size = ByteCount(text) { precondition(ByteCount("\(size)") == size, "it is another when read again") }
    if let delay = Delay(text) {
      precondition(Delay("\(delay)") == delay, "it is another when read again")
      for operation in [0, 1, .max] as [UInt64] {
        precondition(delay.drawn(seed: 1, operation: operation) <= Delay.longest)
      }
      _ = delay.mean
    }
    if let target = try? HTTPTarget(parsing: text) {
      precondition((try? HTTPTarget(parsing: "\(target)")) == target, "it is another when read again")
      precondition(HTTPSyntax.complaint(aboutHost: "Host: \(target.authority)") == nil, "its Host is none")
    }
    if let objective = try? Objective(parsing: text) {
      precondition((try? Objective(parsing: "\(objective)")) == objective, "it is another when read again")
    }
    if HTTPSyntax.isField(text) { _ = HTTPSyntax.complaint(aboutHost: text) }
    _ = try? BystanderSpec(parsing: text)
    _ = try? FaultMix(parsing: text)
    _ = Precision(parsing: text)
    _ = Processors.parse(text)
  }
}
