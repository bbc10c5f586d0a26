/// The default number of rounds of an experiment.
///
/// Up to eight values, the 95 % interval of a median is their range, so that a single disturbed trial determines one of
/// its ends. Nine is the smallest number whose interval excludes the smallest and the largest value: it lies between
/// the ranks 2 and 8, and covers the median with 96.1 %.
public let usualRounds = 9

/// The number of rounds with which the modes of an experiment can be compared. It is the larger of ``usualRounds`` and
/// ``fewestRounds(familySize:)`` plus two, because trials may turn out invalid.
///
/// - Parameter familySize: the number of comparisons; below 1 counts as 1.
public func roundsForVerdict(familySize: Int) -> Int {
  max(usualRounds, fewestRounds(familySize: familySize) + 2)
}
