/// A semaphore for tasks, first come, first served.
public actor Turns {
  private var left: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  public init(_ count: Int) { left = count }

  public nonisolated func withOne<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
    await take()
    do {
      let result = try await body()
      await giveBack()
      return result
    } catch {
      await giveBack()
      throw error
    }
  }

  private func take() async {
    guard left == 0 else {
      left -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func giveBack() {
    if waiting.isEmpty { left += 1 } else { waiting.removeFirst().resume() }
  }
}
