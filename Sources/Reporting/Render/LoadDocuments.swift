import Plan
import Records

extension Summary.Load {
  /// The load table in the JSON report.
  func json(_ metrics: MetricTable) -> JSONValue {
    JSONReport.object([
      "name": .string(name),
      "workload": workload,
      "description": .string(description),
      "objective": search.map { .string($0.objective) },
      "search": search.map { .array($0.results.map(\.json)) },
      "load": .array(curves.map { $0.json(metrics) }),
    ])
  }
}

extension Coordinates {
  fileprivate var members: [String: JSONValue?] {
    [
      "mode": .string(mode), "variant": variant.map { .string($0) }, "concurrency": JSONReport.number(concurrency),
    ]
  }
}

extension Summary.Curve {
  fileprivate func json(_ metrics: MetricTable) -> JSONValue {
    JSONReport.object(
      key.members.merging([
        "knee": knee.map { knee in
          JSONReport.object([
            "rate_per_s": .number(knee.rate), "throughput_per_s": knee.point.throughput.map { .number($0.median) },
            "mean_response_ns": knee.point.meanResponse.map { .number($0.median) },
          ])
        },
        "no_knee": kneeAbsence.map { absence in
          JSONReport.object([
            "up_to_per_s": absence.up.map { .number($0) }, "down_to_per_s": absence.down.map { .number($0) },
          ])
        },
        "saturated_at_per_s": saturation.map { .number($0.rate) },
        "points": .array(
          points.map { rate, point in
            .object(JSONReport.members(point, metrics).merging(["rate_per_s": .number(rate)]) { $1 })
          }),
      ]) { $1 })
  }
}

extension Summary.Search.Result {
  fileprivate var json: JSONValue {
    JSONReport.object(
      key.members.merging([
        "closed_loop_throughput_per_s": JSONReport.estimate(saturation),
        "highest_met_per_s": JSONReport.estimate(highestMet),
        "lowest_missed_per_s": JSONReport.estimate(lowestMissed),
        "rounds": JSONReport.number(rounds),
        "stopped_by": JSONReport.counts(stopped),
      ]) { $1 })
  }
}
