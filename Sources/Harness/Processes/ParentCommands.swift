import Dispatch
import Synchronization

/// The harness's commands to a process, line by line.
final class ParentCommands: Sendable {
  private let lines = Mutex<[String]>([])
  private let count = DispatchSemaphore(value: 0)

  func add(_ line: String) {
    lines.withLock { $0.append(line) }
    count.signal()
  }

  /// Waits for the next command.
  func next() -> String {
    count.wait()
    return lines.withLock { $0.removeFirst() }
  }
}
