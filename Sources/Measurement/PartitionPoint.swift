extension Range where Bound: FixedWidthInteger {
  /// The first number from which on the predicate holds, found by halving: of each number after one of which it holds, it must
  /// hold, too. `upperBound` where it holds of none. Bounds are not negative.
  @inlinable
  public func partitionPoint(where holds: (Bound) -> Bool) -> Bound {
    var (low, high) = (lowerBound, upperBound)
    while low < high {
      let middle = low + (high - low) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
