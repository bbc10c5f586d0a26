import Measurement

/// How far the monotonic clock of another host is ahead of this machine's: F. Cristian, “Probabilistic clock
/// synchronization”, Distributed Computing 3, 1989. The other clock was read between a question and its answer, so that
/// the middle is wrong by at most half of the time between them, however that is divided between the two ways.
struct ClockOffset: Equatable, Sendable {
  /// Nanoseconds to add to an instant of this machine.
  var offset: Int64
  /// The most by which it may be wrong, in nanoseconds.
  var bound: UInt64
  /// The middle between question and answer, on this machine's clock.
  var at: Instant

  /// - Parameter read: what the other clock read, in nanoseconds.
  init(asked: Instant, answered: Instant, read: UInt64) {
    let roundTrip = answered.since(asked).count
    at = asked + Nanoseconds(roundTrip / 2)
    offset = Int64(bitPattern: read &- at.nanoseconds)
    bound = roundTrip - roundTrip / 2
  }

  /// The one with the least round trip; the list must not be empty.
  static func best(of offsets: [ClockOffset]) -> ClockOffset { offsets.min { $0.bound < $1.bound }! }

  /// An instant of this machine, on the other clock.
  func there(_ here: Instant) -> Instant { Instant(nanoseconds: here.nanoseconds &+ UInt64(bitPattern: offset)) }

  /// An instant of the other clock, on this machine.
  func here(_ there: UInt64) -> UInt64 { there &- UInt64(bitPattern: offset) }

  /// The bound at a later instant. The kernel slews a clock by at most 500 ppm: adjtimex(2).
  func bound(at instant: Instant) -> UInt64 { bound + instant.since(at).count / 2000 }

  /// By how much the other clock was faster than this machine's between two estimates, in parts per 10⁹; nil if less
  /// than a millisecond lies between them.
  static func drift(from first: ClockOffset, to last: ClockOffset) -> Int? {
    let span = last.at.since(first.at).count
    guard span >= 1_000_000 else { return nil }
    return Int((Double(last.offset &- first.offset) * 1e9 / Double(span)).rounded())
  }

  /// The result of asking several clocks.
  enum Turns: Equatable {
    /// The best estimate of each clock, in their order, and half of the longest round trip in nanoseconds.
    case known([ClockOffset], longest: UInt64)
    /// The index of the clock that did not answer.
    case silent(Int)
  }

  /// How often each clock is asked, at least and at most.
  private static let turns = 4...32
  /// How long all of them are asked, unless the least takes longer.
  private static let span = Nanoseconds.milliseconds(50)

  /// Asks several clocks in turns: each once, then each again. So all estimates are of about the same time, and none
  /// grows old while many others are made.
  /// - Parameters:
  ///   - count: how many clocks; at least one.
  ///   - now: this machine's clock.
  ///   - ask: what the clock of an index reads, in nanoseconds; nil if it does not answer.
  static func inTurns(
    _ count: Int, now: () -> Instant = { MonotonicClock.now }, ask: (Int) throws(HarnessFailure) -> UInt64?
  ) throws(HarnessFailure) -> Turns {
    var best: [ClockOffset] = []
    var longest: UInt64 = 0
    let begun = now()
    for turn in 1...turns.upperBound {
      for index in 0..<count {
        let asked = now()
        guard let read = try ask(index) else { return .silent(index) }
        let offset = ClockOffset(asked: asked, answered: now(), read: read)
        longest = max(longest, offset.bound)
        if turn == 1 { best.append(offset) } else { best[index] = .best(of: [best[index], offset]) }
      }
      if turn >= turns.lowerBound, now().since(begun) >= span { break }
    }
    return .known(best, longest: longest)
  }
}
