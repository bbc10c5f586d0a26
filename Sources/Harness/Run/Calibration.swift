import Measurement
import Plan
import Records
import Statistics
import Synchronization
import SystemCalls
import Workloads

/// How fast the client's processors compute, measured once for all trials of a run, so that all of them do the same work.
enum Calibration {
  private static let runs = 15
  private static let length = Nanoseconds.milliseconds(10)

  /// - Parameter processors: those that the calling thread is to run on meanwhile.
  static func measure(on processors: [Int]) throws(HarnessFailure) -> RunRecord.Calibration {
    let own: [Int]
    do throws(Errno) {
      own = try Affinity.current()
      try Affinity.set(processors)
    } catch {
      throw HarnessFailure("cannot calibrate on processors \(Processors.text(processors)): \(error)")
    }
    defer { try? Affinity.set(own) }
    // Grows until it takes long enough, which also lets the processor's frequency rise.
    var iterations: UInt64 = 100_000
    while time(of: iterations, seed: iterations) < length { iterations *= 2 }
    let rates = (0..<runs).map { Double(iterations) / time(of: iterations, seed: UInt64($0)).seconds }
    let expected = ComputationCheck(iterations: iterations).result(seed: UInt64(runs - 1))
    guard let estimate = medianEstimate(of: rates), last.load(ordering: .relaxed) == expected else {
      throw HarnessFailure("the calibration has measured nothing")
    }
    return RunRecord.Calibration(
      iterationsPerSecond: estimate.median, low: estimate.low, high: estimate.high, runs: runs)
  }

  /// What is kept here has to be computed, and before the clock is read again.
  private static let last = Atomic<UInt64>(0)

  /// The thread's own processor time: what others take of the processor meanwhile is no part of the work. Each with a seed
  /// of its own: what is asked for twice may be computed once.
  private static func time(of iterations: UInt64, seed: UInt64) -> Nanoseconds {
    let computation = Computation(iterations: iterations, seed: seed)
    let before = ResourceUsage.ofThread()
    last.store(computation.result(), ordering: .sequentiallyConsistent)
    let used = ResourceUsage.ofThread().since(before)
    return max(used.cpuTime, Nanoseconds(1))
  }
}

extension RunRecord.Calibration {
  /// What takes a processor so long.
  func iterations(in work: Nanoseconds) -> UInt64 {
    UInt64(saturating: (work.seconds * iterationsPerSecond).rounded())
  }
}

extension Suite {
  /// Whether any of its operations are work for a processor.
  var computes: Bool { experiments.contains { $0.workload.kind == "compute" } }
}
