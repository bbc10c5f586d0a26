import Glibc
import Measurement
import SystemCalls
import Workloads

/// What a thread of a pool is to do for a lane.
enum Work {
  case file(FileRequest, on: Int32)
  case compute(Computation)

  /// Does it on the calling thread, or has a process compute for it meanwhile.
  /// - Returns: of a file as of the system call it stands for, an error as its negative number; else the result's bits.
  @inline(__always)
  func perform(with worker: Worker?) -> Int {
    switch self {
    case .file(let request, let file): request.perform(on: file)
    case .compute(let computation):
      // A worker that has gone answers nothing, which is found wrong.
      Int(truncatingIfNeeded: worker.map { $0.result(of: computation) ?? 0 } ?? computation.result())
    }
  }
}

/// A fixed number of threads that do for lanes what would stall whoever carries them; first come, first served. A lane
/// has one thing done at a time, and one place for it, so that nothing is allocated on the way.
struct OffloadPool: @unchecked Sendable {
  /// What a lane has asked for. All zero until then.
  struct Request {
    var work: Work
    var result: Int
    /// The request behind this one, in whichever list it is.
    var next: UnsafeMutablePointer<Request>?
    /// The loop that is to hear of it, and of which lane; nil where a task is.
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
  /// What each loop is told in; the threads may still signal there when its lanes have gone.
  private let loops: UnsafeMutablePointer<Offloaded>
  private let loopCount: Int

  /// - Parameters:
  ///   - count: threads.
  ///   - lanes: numbered from 0.
  ///   - loops: how many loops carry the lanes.
  ///   - processors: those that the threads, and their processes, may run on; nil for those of the caller.
  ///   - processes: whether each thread has a process that computes for it.
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
      // What is started inherits them.
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

  /// The same threads for the lanes of one loop, numbered from 0; the whole outlives it.
  func slice(from lane: Int, loop: Int) -> OffloadPool { OffloadPool(self, from: lane, loop: loop) }

  /// Ends the threads and frees everything. No lane waits any more.
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

  /// What the processes have used so far that compute for it.
  var usageOfWorkers: ResourceUsage {
    shared.pointee.workers.reduce(into: .zero) { $0.add($1.usage) }
  }

  /// Has it done while the task is suspended.
  /// - Returns: what `Work.perform` answers.
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

  /// Has it done meanwhile; the lane's loop hears of it.
  func submit(_ work: Work, for lane: Int) {
    let request = requests + lane
    request.pointee.work = work
    request.pointee.loop = loops
    request.pointee.lane = UInt32(lane)
    append(request)
  }

  /// For a loop: what has been done for its lanes.
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

  // MARK: The threads' side

  private static func run(_ shared: UnsafeMutablePointer<Shared>, _ worker: Worker?) {
    while let request = take(shared) {
      let result = request.pointee.work.perform(with: worker)
      // Whoever hears of it may ask for the next thing at once: the request is theirs from here on.
      if let loop = request.pointee.loop {
        request.pointee.result = result
        loop.pointee.append(request)
      } else {
        request.pointee.task.resume(returning: result)
      }
    }
  }

  /// The next request, once there is one; nil where there will be none.
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
