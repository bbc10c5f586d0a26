import Foundation
import Records
import Statistics

/// The summary as JSON: all names contain their unit, and values that do not apply are absent.
struct JSONReport {
  let run: Run
  let summary: Summary
  let metrics: MetricTable

  init(_ run: Run, _ summary: Summary, _ metrics: MetricTable = .standard) {
    self.run = run
    self.summary = summary
    self.metrics = metrics
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
      "experiments": .array(summary.sections.map(section)),
      "best_settings": summary.tunings.isEmpty ? nil : .array(summary.tunings.flatMap(\.json)),
      "claims": ClaimsOverview(ClaimResult.all(run, summary))?.measured.json,
    ])
    return document.text(pretty: true) + "\n"
  }

  private func section(_ section: Summary.Section) -> JSONValue {
    switch section {
    case .experiment(let experiment): self.experiment(experiment)
    case .load(let load): load.json(metrics)
    case .sweep(let sweep): sweep.json(metrics)
    }
  }

  private func experiment(_ experiment: Summary.MeasuredExperiment) -> JSONValue {
    Self.object([
      "name": .string(experiment.name),
      "workload": experiment.workload.json,
      "description": .string(experiment.description),
      "points": .array(experiment.points.map { .object(Self.members($0, metrics)) }),
      "memory_per_lane": Self.memoryPerLane(experiment),
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

  /// All members of a point: the coordinates, the metrics, and the counts by name.
  static func members(_ point: Summary.Point, _ metrics: MetricTable = .standard) -> [String: JSONValue] {
    var members = MetricMembers(metrics.points, of: point, side: point.side)
    members["mode"] = .string(point.mode)
    members["variant"] = point.variant.map { .string($0) }
    members["concurrency"] = .number(Double(point.concurrency))
    members["invalid_reasons"] = counts(point.invalidReasons)
    members["skipped_reason"] = point.skipped.map { .string($0.reason) }
    members["lanes"] = lanes(point, metrics)
    members["hosts"] = hosts(point, metrics)
    members["audit.tool"] = point.audit.map { .string($0.tool) }
    for (side, counts) in [("client", point.audit?.client), ("server", point.audit?.server)] {
      guard let byName = counts?.byName, !byName.isEmpty else { continue }
      members["audit.\(side).syscalls_per_operation_by_name"] = .object(byName.mapValues { .number($0) })
    }
    members["operations_failed"] = counts(point.failed)
    members["operations_failed_as_asked"] = counts(point.failedAsAsked)
    members["replies_non_2xx"] = counts(point.non2xx)
    return members.all
  }

  /// By class.
  private static func lanes(_ point: Summary.Point, _ metrics: MetricTable) -> JSONValue? {
    guard !point.classes.isEmpty else { return nil }
    return object(
      Dictionary(
        uniqueKeysWithValues: point.classes.map { lanes in
          (lanes.name, .object(MetricMembers(metrics.classes, of: (point, lanes), side: point.side).all))
        }))
  }

  /// By name.
  private static func hosts(_ point: Summary.Point, _ metrics: MetricTable) -> JSONValue? {
    guard !point.hosts.isEmpty else { return nil }
    return object(
      Dictionary(
        uniqueKeysWithValues: point.hosts.map { host in
          var members = MetricMembers(metrics.hosts, of: (point, host), side: point.side)
          members["role"] = .string(host.role.rawValue)
          return (host.name, .object(members.all))
        }))
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

  /// Leaves out the absent members.
  static func object(_ members: [String: JSONValue?]) -> JSONValue { .object(members.compactMapValues { $0 }) }
}
