import Dispatch
import Measurement
import Modes
import Plan
import Synchronization
import SystemCalls

/// Blocks that wait until they are released.
final class HeldBlocks: Sendable {
  private let gate = DispatchSemaphore(value: 0)
  private let count = Atomic(0)

  var begun: Int { count.load(ordering: .relaxed) }

  func hold() {
    count.add(1, ordering: .relaxed)
    gate.wait()
  }

  func release(_ count: Int) { for _ in 0..<count { gate.signal() } }
}

/// How many blocked serial queues have a thread at once?
enum DispatchThreads {
  private static let queues = 300

  static func carryOut() throws -> LimitResult {
    let blocks = HeldBlocks()
    let before = ProcFile.threads ?? 0
    let queues = (0..<queues).map { DispatchQueue(label: "limit-\($0)") }
    for queue in queues { queue.async { blocks.hold() } }
    settle { blocks.begun }
    let begun = blocks.begun
    let threads = (ProcFile.threads ?? 0) - before
    blocks.release(queues.count)
    for queue in queues { queue.sync {} }
    let most = ModeID.dispatch.threads(for: queues.count)
    return LimitResult(
      .dispatchThreads,
      [
        LimitResult.Observation("running, of \(queues.count) blocked", .queues, exactly: most, measured: begun),
        // Dispatch may keep some threads for itself.
        LimitResult.Observation(
          "more than before", .threads, within: Double(most)...Double(most + 2), measured: Double(threads)),
        LimitResult.Observation("running once released", .queues, exactly: queues.count, measured: blocks.begun),
      ],
      "Of \(queues.count) serial queues with a blocked item each, \(begun) had a thread; the others waited until one was "
        + "released.")
  }

  /// Waits until a number has not changed for half a second, for at most ten seconds.
  private static func settle(_ number: () -> Int) {
    var (last, since) = (number(), MonotonicClock.now)
    let end = since + .seconds(10)
    while MonotonicClock.now < end, MonotonicClock.now.since(since) < .milliseconds(500) {
      Interruption.pause(milliseconds: 10)
      let now = number()
      if now != last { (last, since) = (now, MonotonicClock.now) }
    }
  }
}
