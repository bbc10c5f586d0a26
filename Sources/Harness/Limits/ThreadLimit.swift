import Glibc
import Measurement
import SystemCalls

/// How many threads can there be, and what stops them?
enum ThreadLimit {
  private static let cap = 20_000
  private static let briefCap = 500
  /// PTHREAD_STACK_MIN, the smallest size that pthread_attr_setstacksize(3) accepts.
  private static let stackSize = 16 << 10

  static func carryOut(brief: Bool) throws -> LimitResult {
    let before = ProcFile.threads ?? 1
    let cap = brief ? briefCap : cap
    let tried = ThreadCeiling(name: "what is tried here", room: cap, isShared: false)
    let lowest = ([tried] + ThreadCeiling.ofThisMachine()).min { $0.room < $1.room }!
    let memoryBefore = ProcFile.memory ?? 0
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Errno.current }
    let (reading, writing) = (ends[0], ends[1])
    var threads: [SystemCalls.Thread] = []
    threads.reserveCapacity(lowest.room)
    var stopped: Errno?
    let start = MonotonicClock.now
    do throws(Errno) {
      while threads.count < cap {
        threads.append(
          try SystemCalls.Thread(name: "limit", stackSize: stackSize) {
            var byte: UInt8 = 0
            while read(reading, &byte, 1) < 0 && errno == EINTR {}
          })
      }
    } catch {
      stopped = error
    }
    let took = MonotonicClock.now.since(start)
    let memory = ProcFile.memory ?? 0
    let made = threads.count
    // Closing the pipe wakes all threads.
    close(writing)
    for thread in threads { thread.join() }
    close(reading)
    let left = remaining(before)
    let each = Double(memory - min(memory, memoryBefore)) / Double(max(1, made))
    let reason = stopped.map { "then \($0.symbol)" } ?? "as many as were tried"
    // Other processes change how much of a shared limit is free.
    let slack = lowest.isShared ? 0.02 : 0
    let room = Double(lowest.room)
    return LimitResult(
      .threads,
      [
        LimitResult.Observation(
          "made", .threads, within: room * (1 - slack)...room * (1 + slack), measured: Double(made)),
        LimitResult.Observation("left once they had ended", .threads, exactly: 0, measured: left - before),
        LimitResult.Observation("to make one", .nanoseconds, measured: Double(took.count) / Double(max(1, made))),
        LimitResult.Observation("of memory for each", .bytes, measured: each.rounded()),
      ],
      "\(made) threads with stacks of \(stackSize >> 10) KiB, \(reason), at about \(Int(each) >> 10) KiB of memory each; "
        + "the lowest ceiling was \(lowest.name), at \(lowest.room).")
  }

  /// The number of threads at the end; pthread_join(3) returns slightly before the kernel has released a thread.
  private static func remaining(_ expected: Int) -> Int {
    let end = MonotonicClock.now + .seconds(2)
    while MonotonicClock.now < end, ProcFile.threads ?? expected > expected { Interruption.pause(milliseconds: 5) }
    return ProcFile.threads ?? expected
  }
}
