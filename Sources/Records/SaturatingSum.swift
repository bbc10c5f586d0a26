extension Sequence<UInt64> {
  /// The sum; the largest number where it is beyond that, as it may be of records that somebody else has written.
  package var saturatingSum: UInt64 {
    reduce(0) { sum, next in
      let (total, isTooLarge) = sum.addingReportingOverflow(next)
      return isTooLarge ? .max : total
    }
  }
}
