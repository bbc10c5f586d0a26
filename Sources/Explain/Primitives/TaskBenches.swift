import Dispatch
import Modes
import Synchronization

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
    ] + [1, 64].map(hop) + [1, 64].map(yield) + [1, 64].map(yieldInLoop)

  /// Tasks on the default executor, all suspended, that another thread resumes and then waits for.
  private static func hop(lanes: Int) -> Bench {
    Bench(
      "continuation-hop", "a task that another thread resumes, with all switches of threads", lanes: lanes, on: [1, 2]
    ) { sampler in
      sampler.sample(lanes) { resumeFromOutside(lanes: lanes, turns: $0) }
    }
  }

  /// Tasks that give way to each other, or a single one that goes on.
  private static func yield(lanes: Int) -> Bench {
    Bench("task-yield", "Task.yield() on the default executor, with all switches of threads", lanes: lanes, on: [1, 2])
    {
      sampler in
      sampler.sample(lanes) { turns in runTask { await yieldAll(lanes: lanes, turns: turns) } }
    }
  }

  private static func yieldInLoop(lanes: Int) -> Bench {
    Bench("loop-task-yield", "Task.yield() on the thread of a loop", lanes: lanes) { sampler in
      try sampler.sample(lanes) { turns in
        // Its jobs run on the thread that makes it.
        let executor = try LoopExecutor()
        let unowned = executor.asUnownedTaskExecutor()
        let isFinished = Word()
        defer { isFinished.deallocate() }
        withExtendedLifetime(executor) {
          Task(executorPreference: executor) {
            await yieldAll(lanes: lanes, turns: turns)
            isFinished.store(1)
          }
          while isFinished.value == 0 { executor.runGeneration(as: unowned) }
        }
      }
    }
  }

  private static func yieldAll(lanes: Int, turns: Int) async {
    await withDiscardingTaskGroup { group in
      for _ in 0..<lanes {
        group.addTask { for _ in 0..<turns { await Task.yield() } }
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
