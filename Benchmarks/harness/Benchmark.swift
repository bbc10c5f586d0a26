import Glibc
import Measurement
import Records

/// One operation of the harness that can be carried out as often as is asked for, and what it comes to.
struct Benchmark {
  /// Benchmarks of one experiment stand in one table.
  let experiment: String
  /// Which of the experiment's operations.
  let mode: String
  /// How many operations are carried out at a time; counts are multiples of it.
  let batch: UInt64
  /// Carries out so many batches.
  let carryOut: (_ batches: UInt64) throws -> Outcome

  init(
    _ experiment: String, _ mode: String, batch: UInt64 = 1, carryOut: @escaping (_ batches: UInt64) throws -> Outcome
  ) {
    self.experiment = experiment
    self.mode = mode
    self.batch = batch
    self.carryOut = carryOut
  }

  /// What a trial came to.
  struct Outcome {
    var wall: Nanoseconds
    var usage: ResourceUsage
    /// Operations that had the right result.
    var verified: UInt64

    var processorTime: Nanoseconds { Nanoseconds(usage.userTime.count + usage.systemTime.count) }
  }

  /// How many batches take about `window` of processor time, found by trying ever more; this also warms up.
  func batches(within window: Nanoseconds) throws -> UInt64 {
    var batches: UInt64 = 1
    while true {
      let spent = try carryOut(batches).processorTime
      if spent.count >= window.count / 20 {
        return max(1, UInt64(Double(batches) * Double(window.count) / Double(spent.count)))
      }
      guard batches < 1 << 40 else {
        throw Failure("\(experiment) \(mode) takes no time: the compiler has left it out")
      }
      batches *= 4
    }
  }
}

/// Times `body`, which answers how many of its operations had the right result, by the clock of the calling thread.
///
/// The sum of user and system time is that of CLOCK_THREAD_CPUTIME_ID, clock_gettime(2), read once before and once after:
/// getrusage(RUSAGE_THREAD) leaves out what came after the kernel's last tick.
func timed(_ body: () -> UInt64) -> Benchmark.Outcome {
  let start = MonotonicClock.now
  let before = (usage: ResourceUsage.ofThread(), time: threadTime)
  let verified = body()
  let spent = threadTime - before.time
  var usage = ResourceUsage.ofThread().since(before.usage)
  usage.systemTime = Nanoseconds(min(usage.systemTime.count, spent))
  usage.userTime = Nanoseconds(spent - usage.systemTime.count)
  return Benchmark.Outcome(wall: MonotonicClock.now.since(start), usage: usage, verified: verified)
}

/// In nanoseconds.
private var threadTime: UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

extension Benchmark {
  /// What each experiment measures, in the order of its tables.
  static let experiments: KeyValuePairs = [
    "histogram-record": "count a latency in a recorder; values spread evenly over the logarithms of 1 ns to 1 h",
    "recorder-completed": "write down a completed operation: latency, checksum, bytes, end",
    "histogram-read": "snapshot of a recorder, merge and percentile of histograms",
    "http-reader": "read one HTTP/1.1 message",
    "conversation": "client and server of a workload, without the lanes around them",
    "null": "a whole trial in the mode null",
  ]

  static func workload(of experiment: String) -> JSONValue {
    let about = experiments.first { $0.key == experiment }?.value ?? experiment
    return .object(["kind": .string("harness"), "operation": .string(about)])
  }
}
