import Measurement
import Plan
import Records
import Statistics

extension Citable {
  /// The numbers of all points of an experiment.
  static func all(of experiment: Summary.MeasuredExperiment, _ table: MetricTable) -> [Citable] {
    let metrics = (table.points + Metric.all(within: experiment)).filter(\.isCited)
    let (classMetrics, hostMetrics) = (table.classes.filter(\.isCited), table.hosts.filter(\.isCited))
    let hasResponse = experiment.points.contains { $0.response != nil }
    let keys = Set(experiment.points.map(\.coordinates.point))
    return experiment.points.flatMap { point -> [Citable] in
      let key = point.coordinates.point
      let place = Place(experiment.plannedName, key.at(experiment.setting))
      let own = experiment.origin([key])
      let baseline =
        keys.contains(key.baseline) ? key.baseline : key.of(mode: "blocking", variant: nil)
      let values = metrics.compactMap { metric in
        CitedValue(metric.value(point)).flatMap {
          Citable(
            place, metric.word(hasResponse: hasResponse), metric.about, aliases: metric.aliases, $0, metric.dimension,
            metric.key == "ratio" ? experiment.origin([key, baseline]) : own)
        }
      }
      let classes = point.classes.flatMap { lanes in
        parts(classMetrics, (point, lanes), place.of(.lanes(lanes.name)), own)
      }
      let hosts = point.hosts.flatMap { host in
        parts(hostMetrics, (point, host), place.of(.host(host.name)), own)
      }
      return values + counts(point, place, own) + classes + hosts
    }
      + unfinished(experiment)
      + experiment.memoryPerLane.flatMap { _, points, line in
        ofLine(line, points[0].coordinates.point, experiment, count: points.count)
      }
  }

  /// The numbers of a part of a point.
  private static func parts<Subject>(
    _ metrics: [Metric<Subject>], _ subject: Subject, _ place: Place, _ origin: CitationOrigin
  ) -> [Citable] {
    metrics.compactMap { metric in
      CitedValue(metric.value(subject)).flatMap {
        Citable(place, metric.key, metric.about, aliases: metric.aliases, $0, metric.dimension, origin)
      }
    }
  }

  /// Numbers with individual names: failed operations by kind, replies by status, reasons, and audited system calls.
  private static func counts(_ point: Summary.Point, _ place: Place, _ origin: CitationOrigin) -> [Citable] {
    var groups = [
      ("failed", "operations that failed this way", point.failed), ("status", "replies of this status", point.non2xx),
    ]
    if !point.failedAsAsked.isEmpty {
      groups += [
        ("failed-as-asked", "operations that failed this way, as asked for", point.failedAsAsked),
        ("failed-otherwise", "operations that failed this way in the other trials", point.failedOtherwise),
      ]
    }
    let counted = groups.flatMap { prefix, about, counts in
      counts.compactMap { count in
        CitedValue(count.count, n: point.carriedOut).flatMap {
          Citable(place, "\(prefix)-\(CitationQuery.word(count.name))", about, $0, .count("operations"), origin)
        }
      }
    }
    let reasons =
      reasons(point.invalidReasons, "invalid", "invalid trials", n: point.carriedOut, place, origin)
      + reasons(point.auditReasons, "audit-invalid", "invalid audits", n: 1, place, origin)
      + quoted(in: point.skipped?.reason ?? "", "skipped", place, origin)
    let audits = [("client", point.audit?.client), ("server", point.audit?.server)]
    return counted + reasons
      + audits.flatMap { side, counts in
        (counts?.byName ?? [:]).sorted { $0.key < $1.key }.compactMap { name, value in
          CitedValue(value, n: 1).flatMap {
            Citable(
              place, "audit-\(side)-\(CitationQuery.word(name))", "calls of \(name), counted from outside", $0,
              .perOperation("calls"), origin)
          }
        }
      }
  }

  /// Numbers over all concurrencies of a mode, if there are several.
  private static func unfinished(_ experiment: Summary.MeasuredExperiment) -> [Citable] {
    experiment.byName.flatMap { _, points -> [Citable] in
      guard points.count > 1 else { return [] }
      let place = Place(experiment.plannedName, points[0].coordinates.ofAllConcurrencies.at(experiment.setting))
      let origin = experiment.origin([points[0].coordinates.point], concurrency: nil)
      let count = points.map(\.carriedOut).reduce(0, +)
      let due = points.map(\.due).reduce(0, &+)
      return [
        CitedValue(points.map(\.unfinished).saturatingSum, n: count).flatMap {
          Citable(
            place, "unfinished", "operations in flight at the windows' ends, over all concurrencies", $0,
            .count("operations"), origin)
        },
        CitedValue(points.compactMap(\.oldestUnfinished).max(), n: count).flatMap {
          Citable(place, "oldest-unfinished", "age of the oldest of them", $0, .time, origin)
        },
        CitedValue(due > 0 ? due : nil, n: count).flatMap {
          Citable(
            place, "due", "operations due within the windows, over all concurrencies", $0, .count("operations"),
            origin)
        },
        CitedValue(due > 0 ? points.map(\.unanswered).reduce(0, &+) : nil, n: count).flatMap {
          Citable(
            place, "unanswered", "operations due, and neither done nor failed at their ends, over all concurrencies",
            $0, .count("operations"), origin)
        },
        CitedValue(points.compactMap(\.oldestUnanswered).max(), n: count).flatMap {
          Citable(place, "oldest-unanswered", "time since the oldest of them was due", $0, .time, origin)
        },
      ].compactMap { $0 }
    }
  }

  private static func ofLine(
    _ line: LeastSquaresLine, _ key: Coordinates, _ experiment: Summary.MeasuredExperiment, count: Int
  ) -> [Citable] {
    let place = Place(experiment.plannedName, key.ofAllConcurrencies.at(experiment.setting))
    let origin = experiment.origin([key], concurrency: nil)
    let values: [(String, String, Double?, Dimension)] = [
      ("memory-per-lane", "slope of a least-squares line through the median peaks", line.slope, .bytesPer("lane")),
      ("memory-intercept", "value of that line at zero lanes", line.intercept, .memory),
      ("memory-fit", "fit of that line", line.rSquared, .rSquared),
    ]
    return values.compactMap { name, about, value, dimension in
      CitedValue(value, n: count).flatMap { Citable(place, name, about, $0, dimension, origin) }
    }
  }
}

extension Summary.MeasuredExperiment {
  /// The origin of points that share their concurrency.
  func origin(_ keys: [Coordinates]) -> CitationOrigin { origin(keys, concurrency: keys[0].concurrency) }

  fileprivate func origin(_ keys: [Coordinates], concurrency: Int?) -> CitationOrigin {
    .trials([
      TrialSelector(
        plannedName, keys, concurrency: concurrency, rate: rate.map { .exactly($0) } ?? .closed, setting)
    ])
  }
}

extension Coordinates {
  fileprivate var ofAllConcurrencies: Coordinates { Coordinates(mode: mode, variant: variant, setting) }
}
