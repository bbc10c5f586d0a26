import Glibc
import SystemCalls

/// Resources that a process or thread has used so far. The difference of two readings is the use between them.
public struct ResourceUsage: Sendable {
  /// CPU time by the clock of the process or thread, in nanoseconds; other running threads lag by at most one kernel
  /// tick. The kernel estimates `userTime` and `systemTime`, its two parts, by sampling at ticks.
  public var cpuTime = Nanoseconds.zero
  public var userTime: Nanoseconds
  public var systemTime: Nanoseconds
  public var directCalls: UInt64
  public var voluntarySwitches: UInt64
  public var involuntarySwitches: UInt64

  public static let zero = ResourceUsage(
    userTime: .zero, systemTime: .zero, directCalls: 0, voluntarySwitches: 0, involuntarySwitches: 0)

  /// Reads the usage of this process: its CPU clock, getrusage(RUSAGE_SELF), and the count of `SystemCall`.
  public static func current() -> ResourceUsage {
    read(RUSAGE_SELF.rawValue, CLOCK_PROCESS_CPUTIME_ID, directCalls: SystemCall.count)
  }

  /// Reads the usage of the calling thread: its CPU clock and getrusage(RUSAGE_THREAD).
  public static func ofThread() -> ResourceUsage {
    read(1, CLOCK_THREAD_CPUTIME_ID, directCalls: SystemCall.countOfThread)
  }

  /// Reads the CPU time of another process: clock_getcpuclockid(3). Ticks in /proc/PID/stat divide it into user and
  /// system time. Switches and calls stay zero, because no single reading gives them. All are zero if the process has
  /// gone.
  public static func of(process: pid_t) -> ResourceUsage {
    var usage = ResourceUsage.zero
    guard let total = processorTime(of: process)?.count else { return usage }
    usage.cpuTime = Nanoseconds(total)
    // The fields after the process name, which may contain any character.
    let fields = ProcFile.text(of: "/proc/\(process)/stat")?.split(separator: ")").last?.split(separator: " ")
    let ticks = fields.map { $0.dropFirst(11).prefix(2).compactMap { Double($0) } } ?? []
    let system = ticks.count == 2 && ticks[1] > 0 ? ticks[1] / (ticks[0] + ticks[1]) : 0
    usage.systemTime = Nanoseconds(UInt64(Double(total) * system))
    usage.userTime = Nanoseconds(total - usage.systemTime.count)
    return usage
  }

  /// CPU time of a process in nanoseconds: clock_getcpuclockid(3). Nil if the process has gone.
  public static func processorTime(of process: pid_t) -> Nanoseconds? {
    var clock = clockid_t()
    guard clock_getcpuclockid(process, &clock) == 0 else { return nil }
    return time(of: clock).map { Nanoseconds($0) }
  }

  /// CPU time of this process and all descendants that ended and were waited for: getrusage(RUSAGE_CHILDREN).
  public static var processorTimeOfFamily: Nanoseconds {
    var usage = rusage()
    getrusage(RUSAGE_CHILDREN.rawValue, &usage)
    return Nanoseconds(
      current().cpuTime.count + usage.ru_utime.span.count + usage.ru_stime.span.count)
  }

  private static func read(_ who: some BinaryInteger, _ clock: clockid_t, directCalls: UInt64) -> ResourceUsage {
    var usage = rusage()
    getrusage(Int32(who), &usage)
    let (user, system) = (usage.ru_utime.span, usage.ru_stime.span)
    return ResourceUsage(
      cpuTime: Nanoseconds(time(of: clock) ?? user.count + system.count), userTime: user, systemTime: system,
      directCalls: directCalls, voluntarySwitches: UInt64(usage.ru_nvcsw),
      involuntarySwitches: UInt64(usage.ru_nivcsw))
  }

  /// The clock's time in nanoseconds; nil if it cannot be read.
  private static func time(of clock: clockid_t) -> UInt64? {
    var time = timespec()
    guard clock_gettime(clock, &time) == 0 else { return nil }
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  public mutating func add(_ other: ResourceUsage) {
    cpuTime = Nanoseconds(cpuTime.count + other.cpuTime.count)
    userTime = Nanoseconds(userTime.count + other.userTime.count)
    systemTime = Nanoseconds(systemTime.count + other.systemTime.count)
    directCalls += other.directCalls
    voluntarySwitches += other.voluntarySwitches
    involuntarySwitches += other.involuntarySwitches
  }

  /// The use since `earlier`; zero, never negative, if `earlier` is in fact later.
  public func since(_ earlier: ResourceUsage) -> ResourceUsage {
    ResourceUsage(
      cpuTime: Nanoseconds(difference(cpuTime.count, earlier.cpuTime.count)),
      userTime: Nanoseconds(difference(userTime.count, earlier.userTime.count)),
      systemTime: Nanoseconds(difference(systemTime.count, earlier.systemTime.count)),
      directCalls: difference(directCalls, earlier.directCalls),
      voluntarySwitches: difference(voluntarySwitches, earlier.voluntarySwitches),
      involuntarySwitches: difference(involuntarySwitches, earlier.involuntarySwitches))
  }
}

private func difference(_ a: UInt64, _ b: UInt64) -> UInt64 { a > b ? a - b : 0 }

extension timeval {
  fileprivate var span: Nanoseconds { Nanoseconds(UInt64(tv_sec) * 1_000_000_000 + UInt64(tv_usec) * 1_000) }
}

extension ResourceUsage {
  /// The process's use without that of one of its threads. The rest is split into user and system time as for the whole
  /// process, because ticks give only a rough split for one thread.
  public func without(_ thread: ResourceUsage) -> ResourceUsage {
    let total = userTime.count + systemTime.count
    let left = difference(total, thread.userTime.count + thread.systemTime.count)
    let user = total == 0 ? 0 : UInt64(Double(left) * Double(userTime.count) / Double(total))
    return ResourceUsage(
      cpuTime: Nanoseconds(difference(cpuTime.count, thread.cpuTime.count)), userTime: Nanoseconds(user),
      systemTime: Nanoseconds(left - min(user, left)),
      directCalls: difference(directCalls, thread.directCalls),
      voluntarySwitches: difference(voluntarySwitches, thread.voluntarySwitches),
      involuntarySwitches: difference(involuntarySwitches, thread.involuntarySwitches))
  }
}

/// Values from /proc about this process and the machine: proc(5). Nil if they cannot be read.
public enum ProcFile {
  /// Peak resident set in bytes: VmHWM. ru_maxrss would survive exec(3) and report a parent's.
  public static var peakMemory: UInt64? { status("VmHWM:").map { $0 * 1024 } }

  /// Resident set in bytes: VmRSS.
  public static var memory: UInt64? { status("VmRSS:").map { $0 * 1024 } }

  public static var threads: Int? { status("Threads:").map(Int.init(clamping:)) }

  /// The number of open descriptors: the size of /proc/self/fd since Linux 6.2, the number of its entries before.
  public static var openDescriptors: Int? {
    var information = stat()
    if stat("/proc/self/fd", &information) == 0 && information.st_size > 0 { return information.st_size }
    guard let directory = opendir("/proc/self/fd") else { return nil }
    defer { closedir(directory) }
    var count = -3  // itself, "." and ".."
    while readdir(directory) != nil { count += 1 }
    return count
  }

  /// Time that the hypervisor gave to other guests, summed over the processors, in nanoseconds: /proc/stat.
  public static var stolenTime: UInt64? {
    guard let line = text(of: "/proc/stat")?.split(separator: "\n").first else { return nil }
    let fields = line.split(separator: " ")
    guard fields.count > 8, let ticks = UInt64(fields[8]) else { return nil }
    return ticks * 1_000_000_000 / UInt64(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// The whole text of a small file, such as one in /proc or /sys.
  public static func text(of path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func status(_ field: String) -> UInt64? {
    guard let line = text(of: "/proc/self/status")?.split(separator: "\n").first(where: { $0.hasPrefix(field) })
    else { return nil }
    return line.dropFirst(field.count).split(whereSeparator: \.isWhitespace).first.flatMap { UInt64($0) }
  }
}
