import Plan
import Records

/// What a user gets told, in a line: what happened, where, and what to do about it.
public struct HarnessFailure: RemediableFailure {
  public enum Cause: Sendable {
    case usage, couldNotRun
    case interrupted(Int32)
  }
  public let cause: Cause
  public let description: String
  public let remedy: Remedy?

  public init(_ cause: Cause, _ description: String, remedy: Remedy? = nil) {
    self.cause = cause
    self.description = description
    self.remedy = remedy
  }

  public init(_ description: String, remedy: Remedy? = nil) { self.init(.couldNotRun, description, remedy: remedy) }

  init(_ failure: RunFolderFailure) { self.init(failure.description, remedy: failure.remedy) }
}
