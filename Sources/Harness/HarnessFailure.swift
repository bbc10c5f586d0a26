/// What a user gets told, in a line: what happened, where, and what to do about it.
public struct HarnessFailure: Error, CustomStringConvertible {
  public enum Cause: Sendable {
    case usage, couldNotRun
    case interrupted(Int32)
  }
  public let cause: Cause
  public let description: String

  public init(_ cause: Cause, _ description: String) {
    self.cause = cause
    self.description = description
  }

  public init(_ description: String) { self.init(.couldNotRun, description) }
}
