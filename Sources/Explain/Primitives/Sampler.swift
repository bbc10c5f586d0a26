import Measurement
import Statistics

/// Measures a bench in one round: batches of turns, each long enough for the clocks, of which the median counts. A batch
/// that another program disturbed is then left out, as long as most are not.
final class Sampler {
  /// The processors of the round, one or two. Threads may run on all of them unless a bench binds them to one.
  let processors: [Int]
  private let window: Nanoseconds
  private let batches: Int
  /// The costs of the bench's primitives, in their order; empty before `sample`.
  private(set) var costs: [Cost] = []

  /// - Parameters:
  ///   - window: elapsed time of a batch.
  ///   - batches: the number of batches, from 1 on.
  init(processors: [Int], window: Nanoseconds = .milliseconds(8), batches: Int = 5) {
    self.processors = processors
    self.window = window
    self.batches = batches
  }

  /// Measures one primitive, which occurs `count` times a turn.
  func sample(_ count: Int = 1, _ body: (_ turns: Int) throws -> Void) rethrows {
    try sample(parts: 1) { turns, meter in try meter.time(0, turns * count) { try body(turns) } }
  }

  /// Measures parts, and from them the costs of primitives.
  /// - Parameters:
  ///   - body: carries out so many turns, and times the parts.
  ///   - costs: the costs of the bench's primitives in one batch; unless given, those of the parts.
  func sample(
    parts: Int, _ body: (_ turns: Int, _ meter: inout Meter) throws -> Void,
    costs: ((Meter) -> [Cost])? = nil
  ) rethrows {
    func batch(_ turns: Int) throws -> Meter {
      var meter = Meter(parts: parts)
      try body(turns, &meter)
      return meter
    }
    let turns = try turnsThatFill(batch)
    let measured = try (0..<batches).map { _ in
      let meter = try batch(turns)
      return costs?(meter) ?? (0..<parts).map { meter[$0] }
    }
    self.costs = measured[0].indices.map { place in
      let walls = measured.compactMap { $0[place].wall }
      return Cost(
        cpu: median(measured.map { $0[place].cpu }) ?? .nan, wall: walls.count == batches ? median(walls) : nil)
    }
  }

  /// Takes what a bench has measured itself. Some waits are longer than a batch, and what they cost depends on those just
  /// before: the hypervisor, too, learns how long a processor idles.
  func take(_ costs: [Cost]) { self.costs = costs }

  /// How many turns fill the window, found by trying ever more; this also warms up.
  private func turnsThatFill(_ batch: (Int) throws -> Meter) rethrows -> Int {
    var turns = 1
    while true {
      // Of the parts alone: what a batch sets up may take longer. The least of several, because threads that start, and
      // other programs, make single batches long.
      let elapsed = max(1, try (0..<3).map { _ in try batch(turns).elapsed }.min()!)
      let filling = Double(window.count) / elapsed
      if filling <= 4 || turns >= 1 << 30 { return max(1, Int(Double(turns) * filling)) }
      turns *= 2
    }
  }
}
