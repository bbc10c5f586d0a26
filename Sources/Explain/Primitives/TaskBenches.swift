import Dispatch
import Modes
import Synchronization
import SystemCalls

/// Runs the body as a task on the default executor, while the calling thread waits.
func runTask(_ body: @escaping @Sendable () async -> Void) {
  let finished = DispatchSemaphore(value: 0)
  Task.detached {
    await body()
    finished.signal()
  }
  finished.wait()
}

extension Bench {
  /// Swift's tasks.
  static let tasks =
    [
      Bench("task", "a task created, run, ended and awaited", on: [1, 2]) { sampler in
        sampler.sample { turns in runTask { for _ in 0..<turns { await Task {}.value } } }
      },
      Bench("task-child", "a child of a discarding task group, created, run and ended", on: [1, 2]) { sampler in
        sampler.sample(64) { turns in
          runTask {
            for _ in 0..<turns {
              await withDiscardingTaskGroup { group in for _ in 0..<64 { group.addTask {} } }
            }
          }
        }
      },
      Bench("continuation", "a task suspended and resumed on the thread of its own executor") { sampler in
        try sampler.sample { turns in try resumeOnOwnExecutor(turns) }
      },
    ] + [1, 64].map(hop) + [1, 64].map(queue)

  private static func resumeOnOwnExecutor(_ turns: Int) throws {
    let executor = try LoopExecutor()
    let waiting = Continuations(1)
    defer { waiting.deallocate() }
    let unowned = executor.asUnownedTaskExecutor()
    withExtendedLifetime(executor) {
      Task(executorPreference: executor) {
        for _ in 0..<turns { await withUnsafeContinuation { waiting[0] = $0 } }
      }
      executor.runGeneration(as: unowned)
      for _ in 0..<turns {
        waiting[0].resume()
        executor.runGeneration(as: unowned)
      }
    }
  }

  /// Tasks on the default executor, all suspended, that another thread resumes and then waits for.
  private static func hop(lanes: Int) -> Bench {
    Bench(
      "continuation-hop", "a task that another thread resumes, with all switches of threads", lanes: lanes, on: [1, 2]
    ) { sampler in
      sampler.sample(lanes) { resumeFromOutside(lanes: lanes, turns: $0) }
    }
  }

  /// The same without the switches. Each costs as much as one between two threads that hand over to each other; that is
  /// known on one processor only.
  private static func queue(lanes: Int) -> Bench {
    Bench(
      "continuation-queue", "a task that another thread resumes, without the switches of threads", lanes: lanes
    ) { sampler in
      let handOver = HandOver()
      defer { handOver.end() }
      sampler.sample(parts: 4) { turns, meter in
        let before = Switches.ofProcess
        meter.time(0, lanes * turns) { resumeFromOutside(lanes: lanes, turns: turns) }
        meter.add(.zero, to: 1, Switches.ofProcess - before)
        let switches = Switches.ofProcess
        meter.time(2, 2 * turns) { for _ in 0..<turns { handOver.turn() } }
        meter.add(.zero, to: 3, Switches.ofProcess - switches)
      } costs: { meter in
        let ofSwitch = meter.total(2) / max(1, meter.count(3))
        return [(meter[0] - ofSwitch * (meter.count(1) / meter.count(0))).withoutWall]
      }
    }
  }

  private static func resumeFromOutside(lanes: Int, turns: Int) {
    let waiting = Continuations(lanes)
    defer { waiting.deallocate() }
    let suspended = Suspended(lanes)
    let ended = DispatchSemaphore(value: 0)
    Task.detached {
      await withDiscardingTaskGroup { group in
        for lane in 0..<lanes {
          group.addTask {
            for _ in 0..<turns {
              await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                waiting[lane] = continuation
                suspended.add()
              }
            }
          }
        }
      }
      ended.signal()
    }
    for _ in 0..<turns {
      suspended.awaitAll()
      for lane in 0..<lanes { waiting[lane].resume() }
    }
    ended.wait()
  }
}

/// The continuations of tasks that wait, by lane. Whoever resumes one has been told that it is there.
private struct Continuations: @unchecked Sendable {
  private let slots: UnsafeMutablePointer<UnsafeContinuation<Void, Never>>

  init(_ count: Int) { slots = .allocate(capacity: count) }

  func deallocate() { slots.deallocate() }

  subscript(lane: Int) -> UnsafeContinuation<Void, Never> {
    get { slots[lane] }
    nonmutating set { (slots + lane).initialize(to: newValue) }
  }
}

/// Counts the tasks that have suspended themselves. The last one wakes the thread that resumes them.
private final class Suspended: Sendable {
  private let count = Atomic<Int>(0)
  private let lanes: Int
  private let word = Word()

  init(_ lanes: Int) { self.lanes = lanes }
  deinit { word.deallocate() }

  func add() {
    guard count.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == lanes else { return }
    word.store(1)
  }

  func awaitAll() {
    word.wait(while: 0)
    count.store(0, ordering: .relaxed)
    word.clear()
  }
}

/// Two threads that hand over to each other by futex(2).
private final class HandOver: Sendable {
  private let (ping, pong) = (Word(), Word())
  private let thread: SystemCalls.Thread?

  init() {
    let (ping, pong) = (ping, pong)
    thread = try? Thread(name: "peer") {
      while true {
        ping.wait(while: 0)
        if ping.value == 2 { return }
        ping.clear()
        pong.store(1)
      }
    }
  }

  /// There and back again.
  func turn() {
    ping.store(1)
    pong.wait(while: 0)
    pong.clear()
  }

  func end() {
    ping.store(2)
    thread?.join()
    ping.deallocate()
    pong.deallocate()
  }
}
