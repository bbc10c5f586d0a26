import CLinux
import Glibc

/// Settings of this process and its threads: limits, signals, scheduling, names.
public enum ProcessControl {
  /// Limits on the number of open descriptors: getrlimit(2) with RLIMIT_NOFILE.
  public static var descriptorLimit: (soft: Int, hard: Int) {
    var limit = rlimit()
    _ = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return (Int(clamping: limit.rlim_cur), Int(clamping: limit.rlim_max))
  }

  /// Raises the descriptor limit to the hard limit.
  public static func raiseDescriptorLimit() { setDescriptorLimit(.max) }

  /// Sets the soft descriptor limit, but never above the hard limit.
  public static func setDescriptorLimit(_ soft: Int) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = min(limit.rlim_max, rlim_t(soft))
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// From now on a write to a connection whose peer is gone returns EPIPE; it no longer ends the process.
  public static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }

  /// Sets how late a sleep of this thread, and of threads it starts later, may be woken: prctl(2) with
  /// PR_SET_TIMERSLACK.
  public static func setTimerSlack(nanoseconds: UInt) { _ = cl_set_timer_slack(nanoseconds) }

  /// From now on, descendants whose parent has exited become children of this process: prctl(2) with
  /// PR_SET_CHILD_SUBREAPER.
  public static func adoptOrphans() { _ = cl_adopt_orphans() }

  /// Waits for a killed descendant, once it is a child of this process, so that its CPU time counts as that of a child:
  /// waitpid(2), getrusage(2).
  ///
  /// - Parameter milliseconds: the time in which it must have exited and lost its parent.
  public static func reap(_ process: pid_t, within milliseconds: Int) {
    for _ in 0..<milliseconds where kill(process, 0) == 0 && waitpid(process, nil, WNOHANG) != process {
      Interruption.pause(milliseconds: 1)
    }
  }

  /// The path of this program: readlink(2) of /proc/self/exe.
  public static var executablePath: String? {
    withUnsafeTemporaryAllocation(byteCount: Int(PATH_MAX), alignment: 1) { buffer in
      let path = buffer.baseAddress!.assumingMemoryBound(to: CChar.self)
      let count = readlink("/proc/self/exe", path, buffer.count)
      return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
  }

  /// Makes the calling thread run before all threads of the normal scheduling policies: sched_setscheduler(2) with
  /// SCHED_FIFO. This needs CAP_SYS_NICE; without it nothing changes.
  /// - Returns: whether the policy was set.
  @discardableResult
  public static func prefer() -> Bool {
    var parameters = sched_param()
    parameters.sched_priority = 1
    return sched_setscheduler(0, SCHED_FIFO, &parameters) == 0
  }

  /// Sets the calling thread's name in /proc; at most 15 bytes.
  public static func nameThread(_ name: String) { cl_name_thread(name) }
}

/// A POSIX thread that runs one closure.
public struct Thread: @unchecked Sendable {
  private let handle: pthread_t

  private final class Body {
    let name: String
    let run: @Sendable () -> Void
    init(name: String, run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }

  /// Starts the thread: pthread_create(3).
  /// - Parameter stackSize: bytes, pthread_attr_setstacksize(3); nil for the system's default.
  public init(name: String, stackSize: Int? = nil, _ body: @escaping @Sendable () -> Void) throws(Errno) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    if let stackSize {
      let code = pthread_attr_setstacksize(&attributes, stackSize)
      guard code == 0 else { throw Errno(code) }
    }
    let context = Unmanaged.passRetained(Body(name: name, run: body))
    var handle = pthread_t()
    let code = pthread_create(
      &handle, &attributes,
      { pointer in
        let body = Unmanaged<Body>.fromOpaque(pointer!).takeRetainedValue()
        ProcessControl.nameThread(body.name)
        body.run()
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw Errno(code)
    }
    self.handle = handle
  }

  /// Waits for the thread to end: pthread_join(3). To be called once.
  public func join() { pthread_join(handle, nil) }

  /// Declares that nobody will join the thread: pthread_detach(3).
  public func detach() { pthread_detach(handle) }
}
