/// CPU work that touches no memory: steps of a linear congruential generator, each of which needs the previous result.
/// The multiplier is from Knuth, *The Art of Computer Programming*, volume 2, section 3.3.4, table 1.
@frozen public struct Computation: Hashable, Sendable {
  public var iterations: UInt64
  /// The starting value, which also determines the increment.
  public var seed: UInt64

  @inlinable
  public init(iterations: UInt64, seed: UInt64) {
    self.iterations = iterations
    self.seed = seed
  }

  static var multiplier: UInt64 { 6_364_136_223_846_793_005 }
  /// Not a constant, so that no compiler can merge steps.
  var increment: UInt64 { seed | 1 }

  /// Does the work on the calling thread; O(iterations).
  @inline(never)
  public func result() -> UInt64 {
    let increment = increment
    var state = seed
    for _ in 0..<iterations { state = state &* Self.multiplier &+ increment }
    return state
  }
}

/// Computes the result of a number of steps from any seed without taking them: F. Brown, "Random number generation with
/// arbitrary strides", Transactions of the American Nuclear Society 71, 1994.
public struct ComputationCheck: Hashable, Sendable {
  public let iterations: UInt64
  private let power: UInt64
  private let sum: UInt64

  /// O(log iterations).
  public init(iterations: UInt64) {
    self.iterations = iterations
    var (power, sum): (UInt64, UInt64) = (1, 0)
    // The powers and sums of 1, 2, 4, … steps.
    var (stepPower, stepSum): (UInt64, UInt64) = (Computation.multiplier, 1)
    var rest = iterations
    while rest > 0 {
      if rest & 1 == 1 {
        sum = sum &* stepPower &+ stepSum
        power = power &* stepPower
      }
      stepSum = stepSum &* (stepPower &+ 1)
      stepPower = stepPower &* stepPower
      rest >>= 1
    }
    (self.power, self.sum) = (power, sum)
  }

  /// The result of the computation with this seed.
  public func result(seed: UInt64) -> UInt64 {
    let computation = Computation(iterations: iterations, seed: seed)
    return computation.seed &* power &+ computation.increment &* sum
  }
}
