import Glibc
import Measurement
import Plan
import Workloads

/// Latencies to record, the same in every run: in nanoseconds, drawn evenly over the logarithms of their range.
enum Latencies {
  /// From 1 ns to 1 h, all that a histogram takes.
  nonisolated(unsafe) static let wide = drawn(from: 1, to: Double(HistogramLayout.highestTrackable))
  /// From 20 µs to 200 µs, as a trial may have them.
  nonisolated(unsafe) static let narrow = drawn(from: 2e4, to: 2e5)

  private static func drawn(from lowest: Double, to highest: Double) -> UnsafeBufferPointer<UInt64> {
    let values = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 8192)
    for index in values.indices {
      let exponent = log2(lowest) + log2(highest / lowest) * Randomness.uniform(1, UInt64(index))
      values.initializeElement(at: index, to: UInt64(exp2(exponent)))
    }
    return UnsafeBufferPointer(values)
  }
}

extension Benchmark {
  static var histogram: [Benchmark] {
    [record(shared: false), record(shared: true), completed(shared: false), completed(shared: true)] + reading
  }

  private static func name(shared: Bool) -> String { shared ? "shared" : "unshared" }

  private static func record(shared: Bool) -> Benchmark {
    let recorder = HistogramRecorder.allocate()
    let values = Latencies.wide
    return Benchmark("histogram-record", name(shared: shared), batch: UInt64(values.count)) { batches in
      recorder.reset()
      return timed {
        for _ in 0..<batches {
          if shared {
            for value in values { recorder.recordShared(value) }
          } else {
            for value in values { recorder.record(value) }
          }
        }
        return recorder.count
      }
    }
  }

  private static func completed(shared: Bool) -> Benchmark {
    let recorder = Recorder.allocate(shared: shared)
    let values = Latencies.wide
    return Benchmark("recorder-completed", name(shared: shared), batch: UInt64(values.count)) { batches in
      let before = recorder.verified
      return timed {
        for batch in 0..<batches {
          let end = Instant(nanoseconds: batch)
          for value in values {
            recorder.completed(at: end, service: Nanoseconds(value), checksum: value, sent: 64, received: 64)
          }
        }
        return recorder.verified &- before
      }
    }
  }

  /// What is done with histograms after a trial.
  private static var reading: [Benchmark] {
    let values = Latencies.narrow
    func recorder(_ values: some Sequence<UInt64>) -> HistogramRecorder {
      let recorder = HistogramRecorder.allocate()
      for value in values { recorder.record(value) }
      return recorder
    }
    let all = recorder(values)
    let whole = all.snapshot()
    let low = recorder(values.lazy.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)).snapshot()
    let high = recorder(values.lazy.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)).snapshot()
    let ninetyNinth = whole.percentile(99)
    return [
      Benchmark("histogram-read", "snapshot") { count in
        timed { verified(count) { all.snapshot().count == UInt64(values.count) } }
      },
      Benchmark("histogram-read", "merge") { count in
        timed {
          verified(count) {
            var merged = low
            merged.merge(high)
            return merged.count == whole.count
          }
        }
      },
      Benchmark("histogram-read", "percentile") { count in
        timed { verified(count) { percentile(99, of: whole) == ninetyNinth } }
      },
    ]
  }

  /// Not inlined, or it would be asked once for all.
  @inline(never)
  private static func percentile(_ percentile: Double, of histogram: LatencyHistogram) -> UInt64? {
    histogram.percentile(percentile)
  }

  /// How often `body` was right.
  private static func verified(_ count: UInt64, _ body: () -> Bool) -> UInt64 {
    var verified: UInt64 = 0
    for _ in 0..<count where body() { verified += 1 }
    return verified
  }
}
