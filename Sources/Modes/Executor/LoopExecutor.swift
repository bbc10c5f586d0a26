import Glibc
import Synchronization
import SystemCalls

/// Jobs for one thread, that which made the executor. Any thread may enqueue them.
final class LoopExecutor: TaskExecutor {
  private struct Jobs: ~Copyable {
    let thread = pthread_self()
    var ready = Ring<UnownedJob>()
    let remote = Mutex<[UnownedJob]>([])
    let wakeUp: WakeUp
  }

  // Behind a pointer, as every access to a class's own variable would be checked.
  private nonisolated(unsafe) let jobs: UnsafeMutablePointer<Jobs>

  init() throws(Errno) {
    let wakeUp = try WakeUp()
    jobs = .allocate(capacity: 1)
    jobs.initialize(to: Jobs(wakeUp: wakeUp))
  }

  deinit {
    jobs.deinitialize(count: 1)
    jobs.deallocate()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if pthread_equal(pthread_self(), jobs.pointee.thread) != 0 {
      jobs.pointee.ready.append(job)
    } else {
      let isFirst = jobs.pointee.remote.withLock { remote in
        remote.append(job)
        return remote.count == 1
      }
      if isFirst { jobs.pointee.wakeUp.signal() }
    }
  }

  // MARK: The loop's side

  /// Becomes readable with the first of the jobs that other threads have enqueued since `takeRemote`.
  var wakeUpDescriptor: Int32 { jobs.pointee.wakeUp.descriptor }

  func takeRemote() {
    let remote = jobs.pointee.remote.withLock { remote in
      let taken = remote
      remote.removeAll()
      return taken
    }
    for job in remote { jobs.pointee.ready.append(job) }
  }

  var isIdle: Bool { jobs.pointee.ready.count == 0 }

  /// Runs the jobs that are ready, and not those that they make ready.
  /// - Parameter executor: this one.
  @inline(__always)
  func runGeneration(as executor: UnownedTaskExecutor) {
    for _ in 0..<jobs.pointee.ready.count { jobs.pointee.ready.popFirst()!.runSynchronously(on: executor) }
  }
}
