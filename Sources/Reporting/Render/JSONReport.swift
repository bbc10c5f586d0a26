import Foundation
import Records
import Statistics

/// The summary as JSON: units in all names, what does not apply is absent.
struct JSONReport {
  let run: Run
  let summary: Summary

  init(_ run: Run, _ summary: Summary) {
    self.run = run
    self.summary = summary
  }

  func render() -> String {
    let provenance = Provenance(run.record)
    let document = Self.object([
      "run_id": .string(run.record.runID),
      "started": .string(run.record.started),
      "machine": .string(provenance.machine),
      "merged_from": provenance.parts.isEmpty ? nil : .array(provenance.parts.map { .string($0) }),
      "differences": provenance.mixture.isEmpty ? nil : .array(provenance.mixture.map { .string($0) }),
      "tool_version": .string(run.record.tool.version),
      "tool_commit": run.record.tool.commit.map { .string($0) },
      "trials_planned": .number(Double(run.record.trialsPlanned)),
      "trials_recorded": .number(Double(run.trials.count)),
      "experiments": .array(summary.sections.map(Self.section)),
      "best_settings": summary.tunings.isEmpty ? nil : .array(summary.tunings.flatMap(\.json)),
      "claims": ClaimsOverview(ClaimResult.all(run, summary))?.measured.json,
    ])
    return Self.text(document, pretty: true) + "\n"
  }

  static func text(_ value: JSONValue, pretty: Bool) -> String {
    let encoder = JSONEncoder.stable(pretty: pretty)
    // With this, there is no JSONValue that cannot be encoded.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
  }

  private static func section(_ section: Summary.Section) -> JSONValue {
    switch section {
    case .experiment(let experiment): self.experiment(experiment)
    case .load(let load): load.json
    case .sweep(let sweep): sweep.json
    }
  }

  private static func experiment(_ experiment: Summary.MeasuredExperiment) -> JSONValue {
    object([
      "name": .string(experiment.name),
      "workload": experiment.workload.json,
      "description": .string(experiment.description),
      "points": .array(experiment.points.map(point)),
      "memory_per_lane": memoryPerLane(experiment),
    ])
  }

  private static func memoryPerLane(_ experiment: Summary.MeasuredExperiment) -> JSONValue? {
    let slopes = experiment.memoryPerLane.map { _, points, line in
      object([
        "mode": .string(points[0].mode), "variant": points[0].variant.map { .string($0) },
        "bytes_per_lane": .number(line.slope), "intercept_bytes": .number(line.intercept),
        "r_squared": line.rSquared.map { .number($0) }, "points": number(points.count),
      ])
    }
    return slopes.isEmpty ? nil : .array(slopes)
  }

  private static func point(_ point: Summary.Point) -> JSONValue { .object(members(point)) }

  static func members(_ point: Summary.Point) -> [String: JSONValue] {
    let members: [String: JSONValue?] = [
      "mode": .string(point.mode),
      "variant": point.variant.map { .string($0) },
      "concurrency": .number(Double(point.concurrency)),
      "lanes_served": number(point.lanesServed),
      "connections_opened": number(point.connectionsOpened),
      "reconnected": point.connectionsOpened == nil ? nil : number(point.reconnected),
      "trials_valid": .number(Double(point.validTrials)),
      "trials_invalid": .number(Double(point.invalidTrials)),
      "trials_skipped": .number(Double(point.skippedTrials)),
      "invalid_reasons": counts(point.invalidReasons),
      "skipped_reason": point.skipped.map { .string($0.reason) },
      "predicted_wall_ns": number(point.skipped?.predictedWall),
      "throughput_per_s": estimate(point.throughput),
      "throughput_ratio_to_blocking": estimate(point.ratioToBlocking),
      "wall_s": estimate(point.wallSeconds),
      "latency_ns": point.latency.map { latency($0, point.servicePercentiles) },
      "response_ns": point.response.map { latency($0, point.responsePercentiles, mean: point.meanResponse) },
      "queueing_ns": point.queueing.map { latency($0, nil) },
      "send_lag_ns": point.sendLag.map { latency($0, nil) },
      "lanes": lanes(point.classes),
      "cold_start": point.coldStart.map(coldStart),
      "connect_wall_ns": point.connections.map { .number($0.connect) },
      "close_wall_ns": point.connections?.close.map { .number($0) },
      "connection_kernel_bytes": point.connections?.kernelBytes.map { .number($0) },
      "connection_process_bytes": point.connections?.processBytes.map { .number($0) },
      "throughput_drift": point.throughputDrift.map(drift),
      "latency_p50_drift": point.medianDrift.map(drift),
      "late_warmup_ns": number(point.lateWarmup?.end),
      "client": usage(point.client),
      "server": usage(point.server),
      "audit": point.audit.map(audit),
      "in_flight_mean": point.inFlight.map { .number($0.mean) },
      "in_flight_max": number(point.inFlight?.max),
      "\(point.side)_threads_peak": number(point.threadsPeak),
      "\(point.side)_rss_peak_bytes": number(point.memoryPeak),
      "\(point.side)_rss_peak_bytes_of_trials": estimate(point.memory),
      "operations_due": point.due > 0 ? number(point.due) : nil,
      "operations_unanswered": point.due > 0 ? number(point.unanswered) : nil,
      "unanswered_age_max_ns": number(point.oldestUnanswered),
      "operations_unfinished": number(point.unfinished),
      "unfinished_age_max_ns": number(point.oldestUnfinished),
      "operations_failed": counts(point.failed),
      "operations_failed_as_asked": counts(point.failedAsAsked),
      "replies_non_2xx": counts(point.non2xx),
    ]
    return members.compactMapValues { $0 }
  }

  /// - Parameter trials: statistics of trials, beside the percentiles of all operations.
  private static func latency(
    _ latency: Summary.PooledLatency, _ trials: Summary.TrialPercentiles?, mean: Estimate? = nil
  ) -> JSONValue {
    let medians = [
      "mean": estimate(mean), "p50": estimate(trials?.p50), "p90": estimate(trials?.p90),
      "p99": estimate(trials?.p99), "p99_9": estimate(trials?.p999),
    ]
    return object([
      "median_over_trials": medians.values.allSatisfy { $0 == nil } ? nil : object(medians),
      "count": number(latency.histogram.count),
      "p50": number(latency.percentile(50)),
      "p90": number(latency.percentile(90)),
      "p99": number(latency.percentile(99)),
      "p99_9": number(latency.percentile(99.9)),
      "max": number(latency.maximum),
      "unreadable_histograms": latency.unreadable > 0 ? number(latency.unreadable) : nil,
    ])
  }

  /// By class.
  private static func lanes(_ classes: [Summary.MeasuredClass]) -> JSONValue? {
    guard !classes.isEmpty else { return nil }
    return object(
      Dictionary(
        uniqueKeysWithValues: classes.map { lanes in
          (
            lanes.name,
            object([
              "count": number(lanes.lanes), "served": number(lanes.served), "operations_done": number(lanes.operations),
              "operations_done_in_warmup": number(lanes.early), "latency_ns": lanes.latency.map { latency($0, nil) },
              "response_ns": lanes.response.map { latency($0, lanes.percentiles) },
            ])
          )
        }))
  }

  private static func coldStart(_ start: Summary.ColdStart) -> JSONValue {
    object([
      "first_done_ns": estimate(start.firstDone), "throughput_ratio_to_window": estimate(start.throughputRatio),
    ])
  }

  private static func drift(_ drift: Summary.Drift) -> JSONValue {
    object([
      "share_over_window": .number(drift.share), "trials_drifting": number(drift.trials), "trials": number(drift.of),
    ])
  }

  private static func usage(_ usage: Summary.PerOperation) -> JSONValue? {
    let members = [
      "cpu_us_per_operation": estimate(usage.cpu),
      "cpu_user_us_per_operation": estimate(usage.userCPU),
      "cpu_system_us_per_operation": estimate(usage.systemCPU),
      "syscalls_direct_per_operation": estimate(usage.directCalls),
    ]
    return members.values.allSatisfy { $0 == nil } ? nil : object(members)
  }

  private static func audit(_ audit: Summary.Audit) -> JSONValue {
    object([
      "tool": .string(audit.tool),
      "operations": number(audit.operations),
      "client": audit.client.map(counts),
      "server": audit.server.map(counts),
    ])
  }

  private static func counts(_ counts: Summary.CountsPerOperation) -> JSONValue {
    object([
      "syscalls_per_operation": counts.syscalls.map { .number($0) },
      "switches_per_operation": counts.switches.map { .number($0) },
      "allocations_per_operation": counts.allocations.map { .number($0) },
      "syscalls_per_operation_by_name": counts.byName.isEmpty
        ? nil : .object(counts.byName.mapValues { .number($0) }),
    ])
  }

  static func estimate(_ estimate: Estimate?) -> JSONValue? {
    estimate.map {
      object([
        "median": .number($0.median),
        "low": .number($0.low),
        "high": .number($0.high),
        "interval": .string($0.kind.rawValue),
        "n": .number(Double($0.n)),
      ])
    }
  }

  static func counts(_ counts: [Summary.Count]) -> JSONValue? {
    counts.isEmpty
      ? nil : .object(Dictionary(counts.map { ($0.name, .number(Double($0.count))) }) { first, _ in first })
  }

  static func number(_ value: (some BinaryInteger)?) -> JSONValue? { value.map { .number(Double($0)) } }

  /// Without the members that are absent.
  static func object(_ members: [String: JSONValue?]) -> JSONValue { .object(members.compactMapValues { $0 }) }
}
