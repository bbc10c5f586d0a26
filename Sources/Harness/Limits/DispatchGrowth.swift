import Dispatch
import Measurement
import Statistics
import SystemCalls

/// How fast does a concurrent queue gain threads while all its threads are blocked?
enum DispatchGrowth {
  static let seconds = 6.0
  private static let briefSeconds = 3.0
  private static let interval = 0.05
  /// Seconds after which the number of threads only grows steadily.
  private static let settled = 0.5

  static func carryOut(brief: Bool) throws -> LimitResult {
    let seconds = brief ? briefSeconds : seconds
    let processors = try Affinity.current().count
    let items = processors + 2 * Int(seconds)
    let blocks = HeldBlocks()
    let queue = DispatchQueue(label: "limit", attributes: .concurrent)
    let start = MonotonicClock.now
    for _ in 0..<items { queue.async { blocks.hold() } }
    var (times, counts): ([Double], [Double]) = ([], [])
    var first: Int?
    while case let now = MonotonicClock.now.since(start).seconds, now < seconds {
      Interruption.pause(milliseconds: Int32(interval * 1000))
      guard now >= settled else { continue }
      times.append(now)
      counts.append(Double(blocks.begun))
      first = first ?? blocks.begun
    }
    blocks.release(items)
    guard let first, let line = leastSquaresLine(x: times, y: counts), let last = counts.last else {
      throw HarnessFailure("no thread could be counted")
    }
    // Counts are whole numbers, so that the rate is known only within one step over the time watched.
    let slack = 1 / (seconds - settled)
    return LimitResult(
      .dispatchGrowth,
      [
        LimitResult.Observation(
          "after \(settled) s", .threads, within: Double(processors)...Double(processors + 1), measured: Double(first)),
        LimitResult.Observation("growth", .perSecond, within: 1 - slack...1 + slack, measured: line.slope),
        LimitResult.Observation("after \(Int(seconds)) s", .threads, measured: last),
      ],
      "Of \(items) blocking items, \(first) had a thread after \(settled) s and \(Int(last)) after \(Int(seconds)) s: "
        + "\((line.slope * 100).rounded() / 100) more a second.")
  }
}
