/// What numbers of a plan may be, in suites and in records alike.
public enum PlanRange {
  /// Lanes, and what is counted among them, such as permits.
  public static let lanes = 1...10_000_000
  /// Operations a second.
  public static let highestRate = 1e8
}
