import Testing

/// Suites with this trait run two at a time, over all targets. They use real processes, pools and clocks; all at once,
/// a test would measure the others.
public struct FewAtOnce: SuiteTrait, TestScoping {
  private static let turns = Turns(2)

  public func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    await Self.turns.take()
    do {
      try await function()
    } catch {
      await Self.turns.giveBack()
      throw error
    }
    await Self.turns.giveBack()
  }
}

extension Trait where Self == FewAtOnce {
  public static var fewAtOnce: Self { FewAtOnce() }
}

/// A semaphore for tasks, first come, first served.
private actor Turns {
  private var left: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ count: Int) { left = count }

  func take() async {
    guard left == 0 else {
      left -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func giveBack() {
    if waiting.isEmpty { left += 1 } else { waiting.removeFirst().resume() }
  }
}
