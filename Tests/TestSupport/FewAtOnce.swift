import Testing

/// Suites with this trait run two at a time, over all targets. They use real processes, pools and clocks; all at once,
/// a test would measure the others.
public struct FewAtOnce: SuiteTrait, TestScoping {
  private static let turns = Turns(2)

  public func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await Self.turns.withOne { try await function() }
  }
}

extension Trait where Self == FewAtOnce {
  public static var fewAtOnce: Self { FewAtOnce() }
}
