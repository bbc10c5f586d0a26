import Measurement
import Plan
import Records
import Statistics
import Synchronization
import SystemCalls
import Workloads

/// Measures the client's CPU speed once per run, so that all trials do the same work.
enum Calibration {
  private static let runs = 15
  private static let length = Nanoseconds.milliseconds(10)

  /// - Parameter processors: the CPUs that the calling thread runs on meanwhile.
  static func measure(on processors: [Int]) throws(HarnessFailure) -> RunRecord.Calibration {
    let own: [Int]
    do throws(Errno) {
      own = try Affinity.current()
      try Affinity.set(processors)
    } catch {
      throw HarnessFailure("cannot calibrate on CPUs \(Processors.text(processors)): \(error)")
    }
    defer { try? Affinity.set(own) }
    // Grows until it takes long enough, which also lets the CPU frequency rise.
    var iterations: UInt64 = 100_000
    while time(of: iterations, seed: iterations) < length { iterations *= 2 }
    let rates = (0..<runs).map { Double(iterations) / time(of: iterations, seed: UInt64($0)).seconds }
    let expected = ComputationCheck(iterations: iterations).result(seed: UInt64(runs - 1))
    guard let estimate = medianEstimate(of: rates), last.load(ordering: .relaxed) == expected else {
      throw HarnessFailure("the calibration measured nothing; run it again on a quiet machine")
    }
    return RunRecord.Calibration(
      iterationsPerSecond: estimate.median, low: estimate.low, high: estimate.high, runs: runs)
  }

  /// The store forces the computation, and its completion before the clock is read.
  private static let last = Atomic<UInt64>(0)

  /// The thread's own CPU time, which other programs do not affect. Each run has its own seed, because a compiler could
  /// reuse a result.
  private static func time(of iterations: UInt64, seed: UInt64) -> Nanoseconds {
    let computation = Computation(iterations: iterations, seed: seed)
    let before = ResourceUsage.ofThread()
    last.store(computation.result(), ordering: .sequentiallyConsistent)
    let used = ResourceUsage.ofThread().since(before)
    return max(used.cpuTime, Nanoseconds(1))
  }
}

extension RunRecord.Calibration {
  /// The iterations that take this CPU time.
  func iterations(in work: Nanoseconds) -> UInt64 {
    UInt64(saturating: (work.seconds * iterationsPerSecond).rounded())
  }
}

extension Suite {
  /// Whether any experiment computes.
  var computes: Bool { experiments.contains { $0.workload.kind == "compute" } }
}
