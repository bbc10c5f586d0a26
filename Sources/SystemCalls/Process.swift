import CLinux
import Glibc

/// What belongs to this process as a whole: limits, signals, threads.
public enum ProcessControl {
  /// The number of descriptors that may be open, getrlimit(RLIMIT_NOFILE): now, and at most.
  public static var descriptorLimit: (soft: Int, hard: Int) {
    var limit = rlimit()
    _ = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return (Int(clamping: limit.rlim_cur), Int(clamping: limit.rlim_max))
  }

  /// Raises the descriptor limit to the hard limit.
  public static func raiseDescriptorLimit() { setDescriptorLimit(.max) }

  /// Sets the soft descriptor limit, to the hard one at most.
  public static func setDescriptorLimit(_ soft: Int) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = min(limit.rlim_max, rlim_t(soft))
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// A write to a connection whose peer is gone answers EPIPE instead of ending the process.
  public static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }

  /// prctl(PR_SET_TIMERSLACK): how late a sleep of this thread, and of those it starts later, may be woken.
  public static func setTimerSlack(nanoseconds: UInt) { _ = cl_set_timer_slack(nanoseconds) }

  /// Where this program lies: readlink(2) of /proc/self/exe.
  public static var executablePath: String? {
    withUnsafeTemporaryAllocation(byteCount: Int(PATH_MAX), alignment: 1) { buffer in
      let path = buffer.baseAddress!.assumingMemoryBound(to: CChar.self)
      let count = readlink("/proc/self/exe", path, buffer.count)
      return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
  }

  /// Lets the calling thread run as soon as it can, before all that are scheduled in the usual way: sched_setscheduler(2),
  /// SCHED_FIFO. It takes CAP_SYS_NICE; without it nothing changes.
  /// - Returns: whether it does.
  @discardableResult
  public static func prefer() -> Bool {
    var parameters = sched_param()
    parameters.sched_priority = 1
    return sched_setscheduler(0, SCHED_FIFO, &parameters) == 0
  }

  /// The name that the calling thread goes by in /proc, at most 15 bytes.
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

  /// pthread_create(3).
  /// - Parameter stackSize: bytes, pthread_attr_setstacksize(3); nil for the system's usual size.
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

  /// pthread_join(3): waits for its end; once.
  public func join() { pthread_join(handle, nil) }

  /// pthread_detach(3): nobody will join it.
  public func detach() { pthread_detach(handle) }
}
