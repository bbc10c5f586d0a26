import Records
import Statistics

extension Citable {
  /// Those of the run as a whole: how far it was carried out and can be trusted, and what became of the claims.
  static func all(of run: Run, _ summary: Summary, _ claims: [ClaimResult]) -> [Citable] {
    func count(_ name: String, _ about: String, _ value: Int?, _ things: String, of n: Int) -> Citable? {
      CitedValue(value, n: n).flatMap { Citable(.run, name, about, $0, .count(things), .allTrials) }
    }
    let progress = [
      CitedValue(run.record.trialsPlanned, n: 1).flatMap {
        Citable(.run, "planned", "trials that are carried out whatever is measured", $0, .count("trials"), .record)
      },
      count("recorded", "trials that are recorded", run.trials.count, "trials", of: run.trials.count),
    ].compactMap { $0 }
    return progress + (Trust(run, summary).map(all) ?? []) + claimed(run, claims)
  }

  private static func all(of trust: Trust) -> [Citable] {
    let (trials, points) = (trust.carriedOut, trust.points)
    let values: [(String, String, CitedValue?, Dimension)] = [
      ("trials", "trials that were carried out and timed", CitedValue(trials, n: trials), .count("trials")),
      ("valid", "valid ones of them", CitedValue(trust.valid, n: trials), .count("trials")),
      ("invalid", "those that are not valid", CitedValue(trials - trust.valid, n: trials), .count("trials")),
      (
        "invalid-share", "share of those that are not valid",
        CitedValue(Double(trials - trust.valid) / Double(trials), n: trials), .share
      ),
      ("points", "points that have a throughput", CitedValue(points, n: points), .count("points")),
      (
        "points-without-interval", "points with too few valid trials for an interval",
        CitedValue(points - trust.intervals, n: points), .count("points")
      ),
      (
        "half-width", "half the width of a throughput's interval over its median: the median of all points",
        CitedValue(trust.halfWidths?.middle, n: trust.intervals), .share
      ),
      (
        "widest-half-width", "half the width of a throughput's interval over its median: the widest of all points",
        CitedValue(trust.halfWidths?.widest, n: trust.intervals), .share
      ),
    ]
    let disturbed = trust.disturbance.map { disturbance in
      [
        ("disturbed", "trials that the machine disturbed", disturbance.trials),
        ("repeated", "disturbed trials that were carried out again", disturbance.repeated),
        ("replaced", "of those, the ones that were not disturbed again", disturbance.replaced),
      ]
        + disturbance.reasons.map {
          ("disturbed-\($0.name)", "trials that are not valid: \($0.name)", Int(clamping: $0.count))
        }
    }
    let counts = (disturbed ?? []).map { name, about, value in
      (name, about, CitedValue(value, n: trials), Dimension.count("trials"))
    }
    return (values + counts).compactMap { name, about, value, dimension in
      value.flatMap { Citable(.run, name, about, $0, dimension, .allTrials) }
    }
  }

  /// How many claims became what.
  private static func claimed(_ run: Run, _ results: [ClaimResult]) -> [Citable] {
    guard let measured = ClaimsOverview(results)?.measured else { return [] }
    let all = results.count
    let counts =
      [
        ("claims", "claims of tutorials", all), ("claims-measured", "claims that are measured here", measured.count),
        ("claims-not-measured", "claims that are not measured here", all - measured.count),
      ]
      + ClaimVerdict.allCases.dropLast().map { verdict in
        (
          "claims-\(word(verdict.rawValue))", "claims of which the verdict is: \(verdict.rawValue)",
          measured.count { $0.verdict == verdict }
        )
      }
    return counts.compactMap { name, about, value in
      CitedValue(value, n: all).flatMap {
        Citable(.run, name, about, $0, .count("claims"), run.limits == nil ? .allTrials : .trialsAndLimits)
      }
    }
  }

  /// Those of the machine, or of each that a merged run was measured on.
  static func machines(of record: RunRecord) -> [Citable] {
    all(of: record, .machine)
      + (record.mergedFrom ?? []).flatMap { all(of: $0.run, Place("machine/\($0.run.runID)")) }
  }

  private static func all(of record: RunRecord, _ place: Place) -> [Citable] {
    let machine = record.environment
    let values: [(String, String, Double?, Dimension)] = [
      ("processors", "processors online", machine.cpusOnline.map { Double($0) }, .count("processors")),
      (
        "client-processors", "processors of the client", machine.clientCPUs.map { Double($0.count) },
        .count("processors")
      ),
      (
        "server-processors", "processors of the server", machine.serverCPUs.map { Double($0.count) },
        .count("processors")
      ),
      ("memory", "memory", machine.memory.map { Double($0) }, .machineMemory),
      ("swap", "swap space in use", machine.swapUsed.map { Double($0) }, .machineMemory),
      (
        "load", "tasks that ran or waited, as an average of the minute before the run", machine.loadAverage,
        .mean("tasks")
      ),
      (
        "steal", "share of the processors' time since boot that the hypervisor gave to others", machine.stealShare,
        .share
      ),
      ("timer-slack", "timer slack", machine.timerSlack.map { Double($0) }, .time),
      ("descriptors", "descriptors at most", machine.descriptorLimit.map { Double($0) }, .count("descriptors")),
      ("first-port", "first ephemeral port", machine.ephemeralPorts?.first.map { Double($0) }, .quoted(.asRecorded())),
      ("last-port", "last ephemeral port", machine.ephemeralPorts?.last.map { Double($0) }, .quoted(.asRecorded())),
      (
        "accept-queue", "connections that wait to be accepted at most", machine.somaxconn.map { Double($0) },
        .count("connections")
      ),
    ]
    let calibration = record.calibration.flatMap { speed in
      CitedValue(
        Estimate(
          median: speed.iterationsPerSecond, low: speed.low, high: speed.high, kind: .interval95, n: speed.runs)
      ).flatMap {
        Citable(
          place, "speed", "steps of the computation that is work: median", $0, .perSecond("iterations"), .record)
      }
    }
    return values.compactMap { name, about, value, dimension in
      CitedValue(value, n: 1).flatMap { Citable(place, name, about, $0, dimension, .record) }
    } + (calibration.map { [$0] } ?? [])
  }
}
