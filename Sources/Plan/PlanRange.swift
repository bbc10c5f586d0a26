/// The limits of numbers in a plan; suites and records share them.
public enum PlanRange {
  /// Lanes, and quantities bounded by them, such as permits.
  public static let lanes = 1...10_000_000
  /// Operations per second.
  public static let highestRate = 1e8
}
