import Glibc
import Measurement
import SystemCalls
import Workloads

/// Work that a pool's thread does for a lane.
enum Work {
  case file(FileRequest, on: Int32)
  case compute(Computation)

  /// Does the work on the calling thread, or waits for a worker process that computes.
  /// - Returns: for a file request, the system call's result, with a negative errno on failure; otherwise the result's
  ///   bits.
  @inline(__always)
  func perform(with worker: Worker?) -> Int {
    switch self {
    case .file(let request, let file): request.perform(on: file)
    case .compute(let computation):
      // A worker that is gone returns nothing; the check then finds the result wrong.
      Int(truncatingIfNeeded: worker.map { $0.result(of: computation) ?? 0 } ?? computation.result())
    }
  }
}

/// A fixed number of threads that do work which would stall the threads that drive lanes; first come, first served. A
/// lane has one request at a time and one place for it, so that submitting allocates nothing.
struct OffloadPool: @unchecked Sendable {
  /// The request of one lane. All zeros until it makes one.
  struct Request {
    var work: Work
    var result: Int
    /// The next request in the list that holds this one.
    var next: UnsafeMutablePointer<Request>?
    /// The loop to notify, and below the lane; nil if a task is resumed.
    var loop: UnsafeMutablePointer<Offloaded>?
    var lane: UInt32
    var task: UnsafeContinuation<Int, Never>
  }

  private struct Shared {
    var mutex = pthread_mutex_t()
    var hasWork = pthread_cond_t()
    var first: UnsafeMutablePointer<Request>?
    var last: UnsafeMutablePointer<Request>?
    var idleThreads = 0
    var isStopped = false
    var threads: [SystemCalls.Thread] = []
    var workers: [Worker] = []
  }

  private let shared: UnsafeMutablePointer<Shared>
  private let requests: UnsafeMutablePointer<Request>
  /// The completed work of each loop. The threads may still signal there after the lanes have gone.
  private let loops: UnsafeMutablePointer<Offloaded>
  private let loopCount: Int

  /// - Parameters:
  ///   - count: the number of threads.
  ///   - lanes: the number of lanes, which are numbered from 0.
  ///   - loops: the number of loops that drive the lanes.
  ///   - processors: the processors for the threads and their processes; nil for the caller's.
  ///   - processes: whether each thread has a worker process that computes for it.
  init(
    threads count: Int, lanes: Int, loops loopCount: Int = 1, processors: [Int]? = nil, processes: Bool = false
  ) throws(Errno) {
    loops = .allocate(capacity: loopCount)
    for loop in 0..<loopCount { (loops + loop).initialize(to: try Offloaded()) }
    self.loopCount = loopCount
    shared = .allocate(capacity: 1)
    shared.initialize(to: Shared())
    pthread_mutex_init(&shared.pointee.mutex, nil)
    pthread_cond_init(&shared.pointee.hasWork, nil)
    // Zero pages take no memory until they are used.
    requests = calloc(max(lanes, 1), MemoryLayout<Request>.stride)!.bindMemory(to: Request.self, capacity: lanes)
    do throws(Errno) {
      let own = try Affinity.current()
      // New threads and processes inherit the affinity.
      if let processors { try Affinity.set(processors) }
      defer { try? Affinity.set(own) }
      for _ in 0..<count { try startThread(processes ? try Worker() : nil) }
    } catch {
      stop()
      throw error
    }
  }

  private func startThread(_ worker: Worker?) throws(Errno) {
    nonisolated(unsafe) let shared = shared
    do throws(Errno) {
      shared.pointee.threads.append(try SystemCalls.Thread(name: "offload") { Self.run(shared, worker) })
      if let worker { shared.pointee.workers.append(worker) }
    } catch {
      worker?.end()
      throw error
    }
  }

  private init(_ whole: OffloadPool, from lane: Int, loop: Int) {
    shared = whole.shared
    requests = whole.requests + lane
    loops = whole.loops + loop
    loopCount = 1
  }

  /// The same threads for the lanes of one loop, numbered from 0. The whole must outlive it.
  func slice(from lane: Int, loop: Int) -> OffloadPool { OffloadPool(self, from: lane, loop: loop) }

  /// Ends the threads and frees everything. No lane may be waiting any more.
  func stop() {
    pthread_mutex_lock(&shared.pointee.mutex)
    shared.pointee.isStopped = true
    pthread_cond_broadcast(&shared.pointee.hasWork)
    pthread_mutex_unlock(&shared.pointee.mutex)
    for thread in shared.pointee.threads { thread.join() }
    for worker in shared.pointee.workers { worker.end() }
    pthread_cond_destroy(&shared.pointee.hasWork)
    pthread_mutex_destroy(&shared.pointee.mutex)
    shared.deinitialize(count: 1)
    shared.deallocate()
    free(requests)
    loops.deinitialize(count: loopCount)
    loops.deallocate()
  }

  /// The resources that the worker processes have used so far.
  var usageOfWorkers: ResourceUsage {
    shared.pointee.workers.reduce(into: .zero) { $0.add($1.usage) }
  }

  /// Has the pool do the work while the task is suspended.
  /// - Returns: the result of `Work.perform`.
  @inline(never)
  func perform(_ work: Work, for lane: Int) async -> Int {
    let request = requests + lane
    request.pointee.work = work
    request.pointee.loop = nil
    return await withUnsafeContinuation { continuation in
      request.pointee.task = continuation
      append(request)
    }
  }

  /// Has the pool do the work in the background; the lane's loop is notified.
  func submit(_ work: Work, for lane: Int) {
    let request = requests + lane
    request.pointee.work = work
    request.pointee.loop = loops
    request.pointee.lane = UInt32(lane)
    append(request)
  }

  /// For a loop: the work completed for its lanes.
  var offloaded: UnsafeMutablePointer<Offloaded> { loops }

  private func append(_ request: UnsafeMutablePointer<Request>) {
    request.pointee.next = nil
    pthread_mutex_lock(&shared.pointee.mutex)
    if let last = shared.pointee.last { last.pointee.next = request } else { shared.pointee.first = request }
    shared.pointee.last = request
    let wakes = shared.pointee.idleThreads > 0
    pthread_mutex_unlock(&shared.pointee.mutex)
    if wakes { pthread_cond_signal(&shared.pointee.hasWork) }
  }

  // MARK: For the threads

  private static func run(_ shared: UnsafeMutablePointer<Shared>, _ worker: Worker?) {
    while let request = take(shared) {
      let result = request.pointee.work.perform(with: worker)
      // The receiver of the result may reuse the request at once, so that it must not be touched any more.
      if let loop = request.pointee.loop {
        request.pointee.result = result
        loop.pointee.append(request)
      } else {
        request.pointee.task.resume(returning: result)
      }
    }
  }

  /// Waits for the next request; returns nil once the pool is stopped.
  private static func take(_ shared: UnsafeMutablePointer<Shared>) -> UnsafeMutablePointer<Request>? {
    pthread_mutex_lock(&shared.pointee.mutex)
    defer { pthread_mutex_unlock(&shared.pointee.mutex) }
    while shared.pointee.first == nil {
      if shared.pointee.isStopped { return nil }
      shared.pointee.idleThreads += 1
      pthread_cond_wait(&shared.pointee.hasWork, &shared.pointee.mutex)
      shared.pointee.idleThreads -= 1
    }
    let request = shared.pointee.first!
    shared.pointee.first = request.pointee.next
    if shared.pointee.first == nil { shared.pointee.last = nil }
    return request
  }
}
