import Foundation
import Measurement
import Records
import TestSupport
import Testing

@testable import Reporting

/// Python, where it has HdrHistogram: `pip install hdrhistogram`.
enum Python {
  static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/python3" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  static let hasHdrHistogram = (try? run("import hdrh", [])) != nil

  private struct Failure: Error {}

  /// What the script prints.
  static func run(_ script: String, _ arguments: [String]) throws -> String {
    let (text, code) = try Subprocess.run(try #require(path), ["-c", script] + arguments)
    guard code == 0 else { throw Failure() }
    return text
  }
}

/// Python's `hdrhistogram` applied to our logs.
@Suite(.enabled(if: Python.hasHdrHistogram), .endsHangs) struct PythonTests {
  /// A line for each interval: tag, length in ms, count, the highest latency and three percentiles in ns.
  private static let reader = """
    import sys
    from hdrh.histogram import HdrHistogram
    from hdrh.log import HistogramLogReader
    log = HistogramLogReader(sys.argv[1], HdrHistogram(1, 3600000000000, 3))
    while True:
        h = log.get_next_interval_histogram()
        if h is None: break
        length = h.get_end_time_stamp() - h.get_start_time_stamp()
        numbers = [round(length), h.get_total_count(), h.get_max_value()]
        print(h.get_tag(), *numbers, *[h.get_value_at_percentile(p) for p in (50, 90, 99)])
    """

  /// Counts are multiples of 1000, so that no percentile's rank has to be rounded: Python rounds it to the nearest.
  private static let histograms: [LatencyHistogram] = {
    var histograms = [LatencyHistogram()]
    for (value, count) in [(0, 1000), (1, 1000), (2047, 1000), (2048, 1 << 40), (3_600_000_000_000, 1000)]
      as [(UInt64, UInt64)]
    {
      var one = LatencyHistogram()
      one.record(value, count: count)
      histograms.append(one)
    }
    var random = SplitMix64(seed: 7)
    for spread in [1e3, 1e6, 1e9, 3e12] {
      var many = LatencyHistogram()
      for _ in 0..<5000 { many.record(UInt64(pow(spread, random.uniform()))) }
      histograms.append(many)
    }
    // Of more than 64 KiB, and so of several blocks.
    var all = LatencyHistogram()
    for index in 0..<HistogramLayout.slotCount - 1024 {
      all.record(HistogramLayout.lowestEquivalent(at: index), count: 1000 << UInt64(index % 30))
    }
    histograms.append(all)
    return histograms
  }()

  @Test func countsMaximaAndPercentilesAreOurs() throws {
    let trials = Self.histograms.enumerated().map { index, histogram in
      var trial = TinyRun.trial("epoll", round: index + 1)
      trial.wall = UInt64(index) * 1_000_000
      trial.latency = .init(service: LatencySummary(histogram))
      return trial
    }
    let log = try #require(HistogramLog("these", of: trials, in: TinyRun.run(trials).record) { $0.latency?.service })
    let path = NSTemporaryDirectory() + "iomodes-\(UUID().uuidString).hlog"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try log.render().write(toFile: path, atomically: true, encoding: .utf8)

    let lines = try Python.run(Self.reader, [path]).split(separator: "\n").map(String.init)
    #expect(lines.count == Self.histograms.count)
    for (index, (histogram, line)) in zip(Self.histograms, lines).enumerated() {
      // As decoded: the highest value of each slot.
      let decoded = try LatencyHistogram(encoded: histogram.encoded())
      let numbers = [decoded.maximum] + [50, 90, 99].map { decoded.percentile($0) }
      let words = ["epoll/4", "\(index)", "\(histogram.count)"] + numbers.map { "\($0 ?? 0)" }
      let expected = words.joined(separator: " ")
      #expect(line == expected)
    }
  }
}
