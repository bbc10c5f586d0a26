import Foundation
import Measurement
import Testing

struct HistogramRecorderTests {
  private func withRecorder<Result>(_ body: (HistogramRecorder) throws -> Result) rethrows -> Result {
    let recorder = HistogramRecorder.allocate()
    defer { recorder.deallocate() }
    return try body(recorder)
  }

  private func histogram(of values: [UInt64]) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    for value in values {
      histogram.record(value)
    }
    return histogram
  }

  /// Runs `body(0)`, `body(1)`… on a thread each, and waits for all of them.
  private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let group = DispatchGroup()
    for index in 0..<count {
      group.enter()
      Thread.detachNewThread {
        body(index)
        group.leave()
      }
    }
    group.wait()
  }

  @Test func newRecorderIsEmpty() {
    withRecorder { recorder in
      #expect(recorder.count == 0)
      #expect(recorder.snapshot() == LatencyHistogram())
    }
  }

  @Test(arguments: [0, 1, .max] as [UInt64])
  func singleExtremeValueIsKeptExactly(value: UInt64) {
    withRecorder { recorder in
      recorder.record(value)
      #expect(recorder.snapshot() == histogram(of: [value]))
    }
  }

  @Test(arguments: SeededLatencies.Distribution.allCases)
  func snapshotEqualsRecordingTheSameValues(distribution: SeededLatencies.Distribution) {
    var generator = SeededLatencies(seed: 5)
    // At most an hour each, because the recorder's sum is modulo 2^64 ns.
    let values = generator.values(distribution, count: 5000).map { min($0, HistogramLayout.highestTrackable) }
    withRecorder { recorder in
      for value in values {
        recorder.record(value)
      }
      #expect(recorder.snapshot() == histogram(of: values))
      #expect(recorder.count == UInt64(values.count))
      recorder.reset()
      for value in values {
        recorder.recordShared(value)
      }
      #expect(recorder.snapshot() == histogram(of: values))
    }
  }

  @Test func snapshotIntoAddsToWhatIsThere() {
    withRecorder { recorder in
      recorder.record(40_000)
      var merged = histogram(of: [7, 40_001])
      recorder.snapshot(into: &merged)
      #expect(merged == histogram(of: [7, 40_000, 40_001]))
    }
  }

  @Test func resetForgetsEverything() {
    withRecorder { recorder in
      for value: UInt64 in [0, 5000, .max] {
        recorder.record(value)
      }
      recorder.reset()
      #expect(recorder.count == 0)
      #expect(recorder.snapshot() == LatencyHistogram())
      recorder.record(9000)
      #expect(recorder.snapshot() == histogram(of: [9000]))
    }
  }

  @Test func totalsAreExactAfterSeveralThreadsRecordedAtOnce() {
    let values = (0..<4).map { index in
      var generator = SeededLatencies(seed: UInt64(index))
      return generator.values(.lognormal, count: 20_000)
    }
    withRecorder { recorder in
      onThreads(values.count) { index in
        for value in values[index] {
          recorder.recordShared(value)
        }
      }
      #expect(recorder.snapshot() == histogram(of: values.flatMap { $0 }))
      #expect(recorder.count == 80_000)
    }
  }

  @Test(arguments: [true, false])
  func snapshotsTakenMeanwhileOnlyGrow(shared: Bool) {
    var generator = SeededLatencies(seed: 77)
    let values = generator.values(.exponential, count: 50_000)
    withRecorder { recorder in
      onThreads(2) { index in
        if index == 0 {
          for value in values {
            shared ? recorder.recordShared(value) : recorder.record(value)
          }
        } else {
          var earlier = LatencyHistogram()
          repeat {
            let later = recorder.snapshot()
            let interval = later.subtracting(earlier)
            #expect(interval.count == later.count - earlier.count)
            earlier = later
          } while recorder.count < values.count
        }
      }
      #expect(recorder.snapshot() == histogram(of: values))
    }
  }
}
