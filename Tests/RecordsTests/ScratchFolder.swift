import Foundation
import Measurement
import Records

/// A folder of its own for a test, removed afterwards.
func withScratchFolder<R>(_ body: (RunFolder) throws -> R) throws -> R {
  let path = NSTemporaryDirectory() + "iomodes-records-\(UUID().uuidString)"
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(RunFolder(path: path))
}

enum Sample {
  static var run: RunRecord {
    var environment = Environment()
    environment.cpuModel = "Abacus"
    environment.cpusAllowed = [0, 1]
    environment.memory = 1 << 40
    return RunRecord(
      runID: "run-1", started: "2026-01-02T03:04:05Z",
      tool: .init(version: "1.0.0", commit: "0123abc-dirty", configuration: "release"),
      command: ["iomodes", "run", "a \"quoted\" / name"], seed: .max,
      suite: .object(["name": .string("quick"), "list": .array([.null, .bool(true), .number(1.5), .number(-7)])]),
      trialsPlanned: 12, environment: environment, precision: 0.02, maxRounds: 50)
  }

  /// With a value in every field.
  static func trial(_ number: Int) -> TrialRecord {
    var latencies = LatencyHistogram()
    for value in 1...20_000 as ClosedRange<UInt64> { latencies.record(value * 977) }
    let summary = LatencySummary(latencies)
    var operations = TrialRecord.Operations(asked: .max)
    operations.done = 3
    operations.verified = 2
    operations.unfinished = 1
    operations.unfinishedAge = .init(min: 1, mean: 2, max: 3)
    operations.failed = ["ECONNRESET": 4]
    operations.non2xx = ["404": 1]
    var trial = TrialRecord(
      runID: "run-1", experiment: "é/\"x\"", trial: number, round: 2, order: 3, seed: .max, mode: "epoll",
      workload: .object(["kind": .string("http"), "delay": .string("2ms")]), concurrency: 64, operations: operations,
      valid: false, reasons: ["why", ""])
    trial.variant = "inline"
    trial.arrivals.rate = 1e5 / 3
    trial.limit = 5
    trial.pipeline = 2
    trial.checksum = "00ff00ff00ff00ff"
    trial.bytes = .init(sent: 1, received: .max)
    trial.wall = 300_000_001
    trial.throughput = 1.0 / 3
    trial.latency = .init(service: summary, response: summary, queueing: summary)
    trial.lanes = [
      "busy": .init(count: 3, operations: operations, latency: nil),
      "idle": .init(count: 15_000, operations: .init(), latency: trial.latency, early: 14_998),
    ]
    trial.inFlight = .init(mean: 63.9, max: 64, samples: 30)
    trial.series = [.init(t: 1, done: 2, p50: 3, p99: nil, max: 5, threads: 6)]
    var usage = ProcessUsage()
    usage.userTime = 1
    usage.cpus = [0, 3]
    trial.client = usage
    usage.operationsDone = 3
    trial.server = usage
    trial.machine = .init(steal: 10_000_000)
    trial.skipped = .init(reason: "too long", predictedWall: 100_000_000_000)
    return trial
  }
}
