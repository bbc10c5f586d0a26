import Glibc
import Synchronization
import SystemCalls

/// An executor whose jobs run on one thread, the one that made it. Any thread may enqueue jobs.
package final class LoopExecutor: TaskExecutor {
  private struct Jobs: ~Copyable {
    let thread = pthread_self()
    var ready = Ring<UnownedJob>()
    let remote = Mutex<[UnownedJob]>([])
    /// Swapped with `remote`, so that neither is allocated again and again.
    var taken: [UnownedJob] = []
    let wakeUp: WakeUp
  }

  // Behind a pointer, because each access to a class's own variable would be checked for exclusivity.
  private nonisolated(unsafe) let jobs: UnsafeMutablePointer<Jobs>

  package init() throws(Errno) {
    let wakeUp = try WakeUp()
    jobs = .allocate(capacity: 1)
    jobs.initialize(to: Jobs(wakeUp: wakeUp))
  }

  deinit {
    jobs.deinitialize(count: 1)
    jobs.deallocate()
  }

  package func enqueue(_ job: consuming ExecutorJob) {
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

  // MARK: For the loop

  /// Becomes readable when another thread enqueues the first job since `takeRemote`.
  var wakeUpDescriptor: Int32 { jobs.pointee.wakeUp.descriptor }

  func takeRemote() {
    jobs.pointee.remote.withLock { swap(&$0, &jobs.pointee.taken) }
    for job in jobs.pointee.taken { jobs.pointee.ready.append(job) }
    jobs.pointee.taken.removeAll(keepingCapacity: true)
  }

  package var isIdle: Bool { jobs.pointee.ready.count == 0 }

  /// Runs the jobs that are ready now, but not those that they make ready.
  /// - Parameter executor: this executor.
  @inline(__always)
  package func runGeneration(as executor: UnownedTaskExecutor) {
    for _ in 0..<jobs.pointee.ready.count { jobs.pointee.ready.popFirst()!.runSynchronously(on: executor) }
  }
}
