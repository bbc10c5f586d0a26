import Foundation
import Measurement
import Plan
import Records
import TestSupport

extension SplitMix64 {
  /// Uniform in 0..<1.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// 1 on average, with this relative spread.
  mutating func jitter(_ spread: Double) -> Double { 1 + spread * (uniform() - 0.5) }
}

/// A synthetic run: plausible numbers from a seed.
struct SyntheticRun {
  var seed: UInt64 = 1
  var experiment = "http-2ms"
  var workload: JSONValue = .object(["kind": .string("http"), "delay": .string("2ms"), "size": .string("4KiB")])
  var serviceTime = 0.002
  var modes = ["blocking", "dispatch", "taskgroup", "epoll"]
  var concurrencies = [1, 64]
  var rounds = 6
  var operations: UInt64?
  /// The window in seconds, unless trials have a fixed count. A window of at least two seconds has a series.
  var window = 0.3
  var latenciesPerTrial = 2000
  /// Offered rates of an open loop; none for a closed one.
  var rates: [Double] = []
  /// Points that would take too long.
  var skips: (_ mode: String, _ concurrency: Int) -> Bool = { _, _ in false }

  /// Lanes that compute, the CPU time per operation in microseconds, and the spread of latency.
  private static let models: [String: (lanes: Int, cost: Double, tail: Double)] = [
    "blocking": (1, 9, 0.2), "dispatch": (254, 14, 0.9), "taskgroup": (.max, 13, 0.6), "epoll": (.max, 7, 0.35),
    "executor": (.max, 7.6, 0.4), "dispatch-concurrent": (6, 12, 0.8), "threads": (.max, 11, 1.1),
    "taskgroup-blocking": (2, 11, 0.5), "uring": (.max, 5.5, 0.3), "null": (.max, 0.1, 0.1),
  ]

  func run() -> Run { Self.run(of: [self]) }

  static func run(of parts: [SyntheticRun]) -> Run {
    var trials: [TrialRecord] = []
    for part in parts { part.append(to: &trials) }
    return Run(record: record(planned: trials.count), trials: trials)
  }

  static func record(planned: Int) -> RunRecord {
    var environment = Environment()
    environment.cpuModel = "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz"
    environment.cpusOnline = 4
    environment.kernel = "6.18.5"
    return RunRecord(
      runID: "20260102T030405Z-quick-1f2e", started: "2026-01-02T03:04:05Z",
      tool: .init(version: "0.1.0", commit: "0123abc", configuration: "release"), command: ["iomodes", "run"], seed: 1,
      suite: .object(["name": .string("quick")]), trialsPlanned: planned, environment: environment)
  }

  private func append(to trials: inout [TrialRecord]) {
    var random = SplitMix64(seed: seed)
    let arrivals: [TrialRecord.Arrivals] =
      rates.isEmpty ? [.init(kind: "closed")] : rates.map { .init(kind: "poisson", rate: $0) }
    for round in 1...max(1, rounds) {
      for (concurrency, arrivals) in concurrencies.flatMap({ lanes in arrivals.map { (lanes, $0) } }) {
        for (index, mode) in modes.enumerated() {
          var trial = TrialRecord(
            runID: "20260102T030405Z-quick-1f2e", experiment: experiment, trial: trials.count + 1, round: round,
            order: index + 1, seed: seed, mode: mode, workload: workload, concurrency: concurrency,
            operations: .init(asked: operations), arrivals: arrivals, valid: true, reasons: [])
          if skips(mode, concurrency) {
            trial.valid = false
            trial.skipped = .init(
              reason: "it would take longer than 60 s; a patient run measures it", predictedWall: 100_000_000_000)
          } else {
            measure(&trial, &random)
          }
          trials.append(trial)
        }
      }
    }
  }

  private func measure(_ trial: inout TrialRecord, _ random: inout SplitMix64) {
    let model = Self.models[trial.mode] ?? (.max, 10, 0.5)
    let lanes = min(trial.concurrency, model.lanes)
    let shared = 1 + 3 / Double(lanes)
    let cost = model.cost * 1e-6 * shared * random.jitter(0.06)
    let throughput = min(Double(lanes) / (serviceTime + cost * 4), 1.4 / cost) * random.jitter(0.03)
    let typical = Double(lanes) / throughput
    var latencies = LatencyHistogram()
    for _ in 0..<latenciesPerTrial {
      let excess = -log(1 - random.uniform()) * model.tail * (typical - serviceTime * 0.95)
      latencies.record(UInt64((typical * random.jitter(0.05) + excess) * 1e9))
    }
    let wall = operations.map { Double($0) / throughput } ?? window
    let done = operations ?? UInt64(wall * throughput)
    trial.operations.done = done
    trial.operations.verified = done
    trial.operations.unfinished = operations == nil ? UInt64(lanes) : nil
    trial.operations.unfinishedAge = operations == nil ? .init(min: 1000, mean: 500_000, max: 2_100_000) : nil
    trial.wall = UInt64(wall * 1e9)
    trial.throughput = throughput
    trial.latency = .init(service: LatencySummary(latencies))
    trial.inFlight = .init(mean: Double(lanes), max: lanes, samples: 30)
    if let rate = trial.arrivals.rate { offer(rate, &trial, capacity: throughput, &random) }
    var client = ProcessUsage()
    client.userTime = UInt64(cost * 0.4e9 * Double(done))
    client.systemTime = UInt64(cost * 0.6e9 * Double(done))
    client.directCalls = done * 2
    client.voluntarySwitches = UInt64(shared * Double(done) / 4)
    client.involuntarySwitches = done / 1000
    client.threadsPeak = trial.mode == "dispatch" ? lanes + 1 : 4
    client.memoryPeak = 12_000_000 + UInt64(lanes) * 9000
    trial.client = client
    if wall >= 2 {
      trial.series = (1...50).map { point in
        SeriesPoint(
          t: point * UInt64(wall * 1e9 / 50), done: done / 50, p50: nil, p99: nil, max: nil,
          threads: client.threadsPeak, counts: point == 7 ? nil : CoarseHistogram(latencies).encoded())
      }
    }
    if serviceTime > 0 { trial.server = client }
    trial.machine = .init(steal: 0)
  }

  /// Response times of a queue: they grow as the rate nears the capacity, and have no bound beyond it.
  private func offer(
    _ rate: Double, _ trial: inout TrialRecord, capacity: Double, _ random: inout SplitMix64
  ) {
    let load = rate / capacity
    trial.throughput = min(rate, capacity)
    trial.operations.done = UInt64(min(rate, capacity) * 0.3)
    trial.arrivals.scheduled = UInt64(rate * 0.3)
    let wait = load < 0.99 ? serviceTime / (1 - load) : serviceTime * 100 * load
    var responses = LatencyHistogram()
    for _ in 0..<latenciesPerTrial { responses.record(UInt64(-log(1 - random.uniform()) * wait * 1e9) + 1000) }
    trial.latency?.response = LatencySummary(responses)
    var lags = LatencyHistogram()
    for _ in 0..<100 { lags.record(50_000) }
    trial.sendLag = LatencySummary(lags)
  }
}
