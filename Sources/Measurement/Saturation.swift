// Saturating arithmetic, for numbers from untrusted input: it never traps.

extension Sequence where Element: FixedWidthInteger {
  /// The sum, saturating at the type's bounds.
  package var saturatingSum: Element {
    reduce(0) { sum, next in
      let (total, isBeyond) = sum.addingReportingOverflow(next)
      return isBeyond ? next < 0 ? .min : .max : total
    }
  }
}

extension FixedWidthInteger {
  /// The product, saturating at the type's bounds.
  package func multipliedSaturating(by other: Self) -> Self {
    let (product, isBeyond) = multipliedReportingOverflow(by: other)
    return isBeyond ? (self < 0) == (other < 0) ? .max : .min : product
  }

  /// The integral part, saturating at the type's bounds; 0 for NaN.
  package init(saturating value: Double) {
    // The bounds as doubles lie at or beyond those of the type.
    self = value >= Double(Self.max) ? .max : value <= Double(Self.min) ? .min : value.isNaN ? 0 : Self(value)
  }
}
