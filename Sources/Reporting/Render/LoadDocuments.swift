import Plan
import Records

extension Summary.Load {
  /// As the JSON report has it.
  var json: JSONValue {
    JSONReport.object([
      "name": .string(name),
      "workload": workload,
      "description": .string(description),
      "objective": search.map { .string($0.objective) },
      "search": search.map { .array($0.results.map(\.json)) },
      "load": .array(curves.map(\.json)),
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
  fileprivate var json: JSONValue {
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
            .object(JSONReport.members(point).merging(["rate_per_s": .number(rate)]) { $1 })
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

extension MarkdownReport {
  func section(_ load: Summary.Load) -> [String] {
    let heading = "## \(Self.escaped(load.name))"
    var blocks = [heading]
    if let search = load.search {
      let table = SearchTable(search)
      blocks.append(Self.escaped("\(load.description) · highest rate with \(search.objective)"))
      blocks += [rows(table)] + list(table.notes)
    }
    guard !load.curves.isEmpty else { return blocks }
    let table = LoadTable(load)
    if load.search == nil { blocks.append(Self.escaped("\(load.description) · \(table.trialCount)")) }
    return blocks + [rows(table)] + rows(ClassTable(load)) + list(table.notes)
  }

  private func rows(_ table: SearchTable) -> String {
    let headings = [
      "mode", "concurrency", "rounds", table.saturationHeading, "interval", table.metHeading, "interval",
      table.missedHeading, "interval",
    ]
    return Self.table(
      headings,
      table.search.results.map { result in
        [Self.escaped(result.key.name), result.key.lanesText, "\(result.rounds)"]
          + [table.saturation(result), table.met(result), table.missed(result)].flatMap(Self.cells)
      })
  }

  private func rows(_ table: LoadTable) -> String {
    let headings =
      ["mode", "concurrency", table.offeredHeading, "trials", table.doneHeading, "interval"]
      + ["50", "90", "99", "99.9"].map { table.percentileHeading($0) }
      + [
        "p99 \(table.timeUnit.rawValue) of trials", "interval", table.lagHeading, "client CPU µs/op", "interval",
        "not valid",
      ]
    return Self.table(
      headings,
      table.rows.map { row in
        let names =
          [Self.escaped(row.curve.key.name), row.curve.key.lanesText, table.offered(row)]
          + ["\(row.point.validTrials)"]
        let remark = row.point.prediction ?? table.remark(row, inFull: true) ?? ""
        return names + Self.cells(table.done(row)) + [50, 90, 99, 99.9].map { table.percentile($0, row) }
          + Self.cells(table.trialPercentile99(row)) + [table.lag(row)] + Self.cells(table.cpu(row))
          + [Self.escaped(remark)]
      })
  }
}
