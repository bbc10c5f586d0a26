/// The rounds of an experiment unless more are needed or others are asked for.
///
/// Up to eight values the 95 % interval of a median is their range, so that a single disturbed trial is an end of it.
/// Nine are the fewest whose interval leaves out the smallest and the largest: it lies between the ranks 2 and 8, and
/// covers the median with 96.1 %.
public let usualRounds = 9

/// The rounds that an experiment is given so that its modes can be compared: ``usualRounds``, or two more than
/// ``fewestRounds(familySize:)`` where those are more, because trials may turn out not to be valid.
///
/// - Parameter familySize: the number of comparisons; below 1 as 1.
public func roundsForVerdict(familySize: Int) -> Int {
  max(usualRounds, fewestRounds(familySize: familySize) + 2)
}
