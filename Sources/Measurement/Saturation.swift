// Arithmetic on numbers that somebody else has written: it stops at the ends of their range, and never traps.

extension Sequence where Element: FixedWidthInteger {
  /// The sum; the largest or the smallest number where it is beyond that.
  package var saturatingSum: Element {
    reduce(0) { sum, next in
      let (total, isBeyond) = sum.addingReportingOverflow(next)
      return isBeyond ? next < 0 ? .min : .max : total
    }
  }
}

extension FixedWidthInteger {
  /// The product; the largest or the smallest number where it is beyond that.
  package func multipliedSaturating(by other: Self) -> Self {
    let (product, isBeyond) = multipliedReportingOverflow(by: other)
    return isBeyond ? (self < 0) == (other < 0) ? .max : .min : product
  }

  /// The whole part; 0 of what is no number, and the largest or the smallest number where it is beyond that.
  package init(saturating value: Double) {
    // The bounds as doubles lie at or beyond those of the type.
    self = value >= Double(Self.max) ? .max : value <= Double(Self.min) ? .min : value.isNaN ? 0 : Self(value)
  }
}
