import Foundation
import Records
import Testing

@testable import Reporting

/// A run of 10,000 trials, as large as real ones: series, histograms of 20,000 latencies, closed and open loop.
///
/// `IOMODES_LARGE_RUN=/tmp/large swift test --filter LargeRunTests` writes it to that folder, to time reports of it:
/// `/usr/bin/time -v iomodes report /tmp/large`.
struct LargeRunTests {
  private static let folder = ProcessInfo.processInfo.environment["IOMODES_LARGE_RUN"]

  private static func run(rounds: Int) -> Run {
    func part(_ experiment: String, rates: [Double]) -> SyntheticRun {
      SyntheticRun(
        seed: 7, experiment: experiment, concurrencies: rates.isEmpty ? [1, 4, 16, 64, 256] : [64], rounds: rounds,
        window: 2, latenciesPerTrial: 20_000, rates: rates)
    }
    return SyntheticRun.run(of: [
      part("closed", rates: []), part("open", rates: [1000, 5000, 10_000, 20_000, 50_000]),
    ])
  }

  private static func write(_ run: Run, to folder: String) throws {
    let encoder = JSONEncoder.stable()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try encoder.encode(run.record).write(to: URL(fileURLWithPath: folder + "/run.json"))
    let lines = try run.trials.reduce(into: Data()) { $0 += try encoder.encode($1) + Data("\n".utf8) }
    try lines.write(to: URL(fileURLWithPath: folder + "/trials.jsonl"))
  }

  @Test(.enabled(if: folder != nil)) func writesTenThousandTrials() throws {
    let run = Self.run(rounds: 250)
    #expect(run.trials.count == 10_000)
    try Self.write(run, to: try #require(Self.folder))
  }

  /// Trials are decoded in chunks, by several threads.
  @Test func trialsAreReadInTheOrderOfTheirLines() throws {
    let folder = NSTemporaryDirectory() + "iomodes-large-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var run = SyntheticRun(concurrencies: [1, 2, 3, 4, 5], rounds: 40, latenciesPerTrial: 10).run()
    for index in run.trials.indices { run.trials[index].trial = index }
    try Self.write(run, to: folder)
    let read = try RunFolder(path: folder).read()
    #expect(read.trials.count == 800)
    #expect(read.trials == run.trials)
  }

  @Test func firstLineThatCannotBeReadIsNamed() throws {
    let folder = NSTemporaryDirectory() + "iomodes-large-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Self.write(SyntheticRun(concurrencies: [1, 2, 3], rounds: 60, latenciesPerTrial: 10).run(), to: folder)
    var lines = try String(contentsOfFile: folder + "/trials.jsonl", encoding: .utf8).split(separator: "\n")
    for index in [300, 600] { lines[index] = "{" }
    try (lines.joined(separator: "\n") + "\n").write(
      toFile: folder + "/trials.jsonl", atomically: true, encoding: .utf8)
    let failure = #expect(throws: RunFolderFailure.self) { try RunFolder(path: folder).read() }
    #expect(failure?.description.contains("line 301:") == true)
  }
}
