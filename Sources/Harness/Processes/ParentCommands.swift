import Dispatch
import Synchronization

/// What the harness says to a process that it leads, line by line.
final class ParentCommands: Sendable {
  private let lines = Mutex<[String]>([])
  private let count = DispatchSemaphore(value: 0)

  func add(_ line: String) {
    lines.withLock { $0.append(line) }
    count.signal()
  }

  /// Waits for the next one.
  func next() -> String {
    count.wait()
    return lines.withLock { $0.removeFirst() }
  }
}
