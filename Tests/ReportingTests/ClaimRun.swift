import Foundation
import Measurement
import Plan
import Records

@testable import Reporting

/// Synthetic runs that test one claim.
enum ClaimRun {
  /// Trials of one mode at one point, whose numbers differ by half a percent from round to round.
  /// - Parameters:
  ///   - workload: as JSON.
  ///   - measured: the result of a round's trial, and a factor close to 1.
  static func trials(
    _ mode: String, _ experiment: String, _ workload: String, lanes: Int, rounds: Int = 6, asked: UInt64? = nil,
    variant: String? = nil, _ measured: (inout TrialRecord, Double) -> Void
  ) -> [TrialRecord] {
    (1...rounds).map { round in
      var trial = TinyRun.trial(mode, concurrency: lanes, round: round, throughput: nil, experiment: experiment)
      trial.workload = (try? JSONDecoder().decode(JSONValue.self, from: Data(workload.utf8))) ?? .null
      trial.variant = variant
      trial.operations.asked = asked
      trial.operations.done = asked ?? 1000
      trial.operations.verified = trial.operations.done
      measured(&trial, 1 + 0.005 * Double(round) / Double(rounds))
      return trial
    }
  }

  /// With a given rate of operations per second.
  static func trials(
    _ mode: String, _ experiment: String, _ workload: String, lanes: Int, rounds: Int = 6, pipeline: Int? = nil,
    variant: String? = nil, perSecond: Double
  ) -> [TrialRecord] {
    trials(mode, experiment, workload, lanes: lanes, rounds: rounds, variant: variant) { trial, factor in
      trial.throughput = perSecond * factor
      trial.pipeline = pipeline
    }
  }

  /// With a fixed count of operations, in a given number of seconds.
  static func trials(
    _ mode: String, _ experiment: String, _ workload: String, lanes: Int, rounds: Int = 6, limit: Int? = nil,
    asked: UInt64, seconds: Double
  ) -> [TrialRecord] {
    trials(mode, experiment, workload, lanes: lanes, rounds: rounds, asked: asked) { trial, factor in
      trial.wall = UInt64(seconds * factor * 1e9)
      trial.limit = limit
    }
  }

  /// Beside bystanders with a given p99 in milliseconds, and a given share of done operations.
  static func work(_ offload: String, rounds: Int = 6, p99: Double, answered: UInt64 = 1200) -> [TrialRecord] {
    bystanders("work-\(offload)", work: "10ms", offload, rounds: rounds, p99: p99, answered: answered)
  }

  /// Bystanders with a given p99 in milliseconds, beside lanes that do next to nothing.
  static func alone(rounds: Int = 6, p99: Double) -> [TrialRecord] {
    bystanders("alone", work: "0s", "pool", rounds: rounds, p99: p99, answered: 1200).map { trial in
      var trial = trial
      trial.arrivals = .init(kind: "constant", rate: 10)
      trial.lanesServed = 1
      return trial
    }
  }

  private static func bystanders(
    _ experiment: String, work: String, _ offload: String, rounds: Int, p99: Double, answered: UInt64
  ) -> [TrialRecord] {
    let workload = #"{"kind": "compute", "work": "\#(work)", "offload": "\#(offload)"}"#
    return trials("epoll", experiment, workload, lanes: 4, rounds: rounds, variant: offload) { trial, factor in
      var latencies = LatencyHistogram()
      for _ in 0..<1100 { latencies.record(UInt64(p99 * factor * 1e6)) }
      let summary = LatencySummary(latencies)
      let busy = TrialRecord.LaneClass(count: 4, operations: .init(), latency: nil)
      var paced = TrialRecord.LaneClass(
        count: 100, operations: .init(), latency: .init(service: summary, response: summary))
      paced.operations.done = answered
      trial.wall = 1_200_000_000
      trial.lanes = ["busy": busy, "paced": paced]
    }
  }

  /// With one CPU for the client, by default. A mode that this program does not have is a peer in Python.
  static func run(_ trials: [TrialRecord], limits: [LimitsRecord.Entry] = [], processors: Int = 1) -> Run {
    var run = TinyRun.run(trials)
    run.record.environment.clientCPUs = Array(0..<processors)
    let own = ModeDescription.builtIn.map(\.id.rawValue)
    run.record.modes = Set(trials.map(\.mode)).subtracting(own).sorted().map { mode in
      ModeDescription(
        ModeID(mode), .peer, "a peer", .init("#123456", dash: 1, marker: 1), .unknown,
        peer: PeerDescription(language: "Python"))
    }
    if !limits.isEmpty {
      run.limits = LimitsRecord(
        started: "2026-01-02T03:04:05Z", tool: run.record.tool, machine: run.record.environment, experiments: limits)
    }
    return run
  }

  static func limit(
    _ name: String, _ measurement: [String: Double], predicted: [String: Double] = [:]
  ) -> LimitsRecord.Entry {
    let prediction = predicted.mapValues { LimitsRecord.Prediction(least: $0, most: $0) }
    let isMet = prediction.allSatisfy { key, prediction in measurement[key].map(prediction.isMet) ?? false }
    return LimitsRecord.Entry(
      name: name, claim: "A claim.", prediction: prediction, measurement: measurement,
      verdict: isMet ? .asPredicted : .otherwise, sentence: "A sentence.")
  }

  static func select(served: Double, others: Double) -> LimitsRecord.Entry {
    limit(
      "select",
      [
        "of_1100_at_once_refused_at_FD_SETSIZE_connections": 1100 - served,
        "of_2000_1000_at_once_served_connections": others, "by_callbacks_of_1100_at_once_served_connections": served,
        "of_1100_at_once_served_connections": served, "by_epoll_of_2000_at_once_served_connections": others,
      ])
  }

  static func slips(answered: [Double]) -> LimitsRecord.Entry {
    let names = [
      "server_reads_to_the_end_of_input", "server_reads_to_the_end_of_the_head", "no_Content_Length_left_open",
      "no_Content_Length_closed",
    ]
    return limit(
      "keep-alive-slips",
      Dictionary(uniqueKeysWithValues: zip(names.map { "\($0)_verified_operations" }, answered)))
  }
}
