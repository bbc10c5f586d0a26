import Measurement
import SystemCalls
import Workloads

/// The ways to wait, by the names they go by everywhere.
public enum ModeID: String, CaseIterable, Codable, Sendable {
  case blocking
  case dispatch
  case taskgroup
  case epoll
  case executor
  case dispatchConcurrent = "dispatch-concurrent"
  case threads
  case taskgroupBlocking = "taskgroup-blocking"
  case uring
  case null

  public enum Kind: String, Sendable { case headline, reference, control }

  public var kind: Kind {
    switch self {
    case .blocking, .dispatch, .taskgroup, .epoll: .headline
    case .executor, .dispatchConcurrent, .threads, .taskgroupBlocking, .uring: .reference
    case .null: .control
    }
  }

  /// What waits, in a line.
  public var about: String {
    switch self {
    case .blocking: "one thread, in the system call, one operation after another"
    case .dispatch: "a GCD thread per lane, in blocking calls: a serial queue and one block per lane"
    case .taskgroup: "a child task per lane on Swift's default executor, resumed by a reactor thread"
    case .epoll: "one epoll_wait loop over non-blocking descriptors"
    case .executor: "the tasks of taskgroup, on a TaskExecutor that is the epoll loop"
    case .dispatchConcurrent: "a block per lane on one concurrent queue, whose pool grows by a thread a second"
    case .threads: "a POSIX thread per lane, with a small stack, in blocking calls"
    case .taskgroupBlocking: "blocking calls inside child tasks, on the cooperative pool: the mistake"
    case .uring: "one io_uring, raw system calls: requests submitted together once a turn, multishot receives"
    case .null: "nothing: client and server paired in memory; measures the harness itself"
    }
  }

  /// What modes are called elsewhere.
  public static let otherNames = [
    "sync": "blocking", "synchronous": "blocking", "sequential": "blocking", "serial": "blocking", "gcd": "dispatch",
    "libdispatch": "dispatch", "queue": "dispatch", "async": "taskgroup", "await": "taskgroup", "task": "taskgroup",
    "tasks": "taskgroup", "swift": "taskgroup", "loop": "epoll", "poll": "epoll", "select": "epoll", "reactor": "epoll",
    "nio": "epoll", "taskexecutor": "executor", "concurrent": "dispatch-concurrent", "pthread": "threads",
    "pthreads": "threads", "io_uring": "uring", "iouring": "uring", "io-uring": "uring",
  ]

  /// How many lanes a trial of this concurrency has.
  public func lanes(for concurrency: Int) -> Int { self == .blocking || self == .null ? 1 : concurrency }

  /// GCD's pool has no more threads than this for a class of service (libdispatch, `event/workqueue.c`).
  static let mostPoolThreads = 255

  /// How many threads it holds at most in blocking calls, of which a lane is to have one each.
  public func threads(for lanes: Int) -> Int {
    switch self {
    case .threads: lanes
    case .dispatch, .dispatchConcurrent: min(lanes, Self.mostPoolThreads)
    case .blocking, .taskgroup, .epoll, .executor, .taskgroupBlocking, .uring, .null: 0
    }
  }

  /// Whether its lanes share what carries them, so that work may be left to others.
  public var hasChoice: Bool {
    switch self {
    case .taskgroup, .epoll, .executor, .uring: true
    case .blocking, .dispatch, .dispatchConcurrent, .threads, .taskgroupBlocking, .null: false
    }
  }

  private static let namesWithChoice = allCases.filter(\.hasChoice).map(\.rawValue).joined(separator: ", ")

  /// What the workload's parameters make of the mode, as records name it; nil where it has one manner only. In blocking
  /// calls there is nothing to offload, and of a file neither in a ring of the kernel's.
  public func variant(doing workload: WorkloadSpec) -> String? {
    switch workload {
    case .file(let spec) where hasChoice && self != .uring: spec.offload.rawValue
    case .compute(let spec) where hasChoice: spec.offload.rawValue
    default: nil
    }
  }

  /// Whether it has a loop on each of several processors.
  var hasLoops: Bool { self == .epoll || self == .executor || self == .uring }

  /// Why the mode cannot run on this machine at all, with a remedy; nil where it can.
  public var unavailability: String? { self == .uring ? Uring.unavailability : nil }

  /// Why the mode cannot do a workload, or serve it; nil where it can.
  /// - Parameters:
  ///   - pipeline: how many requests a connection is to carry at once.
  ///   - bystanders: lanes beside those that are measured, if there are any.
  public func objection(
    to workload: WorkloadSpec, pipeline: Int = 1, beside bystanders: BystanderSpec? = nil
  ) -> String? {
    if pipeline > 1, !workload.isServe, self != .epoll, self != .uring {
      return "\(rawValue) sends one request at a time; pipelining is built in epoll and uring only"
    }
    if bystanders != nil && lanes(for: .max) == 1 { return "\(rawValue) has one lane, and no room for bystanders" }
    if let objection = bystanders?.objection(to: workload) { return objection }
    return objection(toAlone: workload)
  }

  private func objection(toAlone workload: WorkloadSpec) -> String? {
    switch (self, workload) {
    case (.null, .file): "null waits for nothing, and has no file to read or write"
    case (.blocking, .echo(let spec)) where spec.ends == .both:
      "blocking cannot hold both ends: its one thread would wait for itself"
    case (.taskgroupBlocking, .echo(let spec)) where spec.ends == .both:
      "taskgroup-blocking cannot hold both ends: its pool has a thread per processor, and would wait for itself"
    case (.null, .http(let spec)) where !spec.targets.isEmpty:
      "null has no network to reach a target by"
    case (.null, .serve): "null has no connections to accept"
    case (_, .compute(let spec)) where spec.offload != .inline && !hasChoice:
      "\(rawValue) computes in place, on the thread that carries the lane; offload goes with \(Self.namesWithChoice)"
    case (.null, _) where workload.faults != nil:
      "null has no connection that could break, and no time that could run out: it knows no faults"
    default: nil
    }
  }
}
