import Records
import Statistics

extension Citable {
  /// The numbers of the whole run: its progress, its trustworthiness, and the verdicts on claims.
  static func all(of run: Run, _ summary: Summary, _ claims: [ClaimResult]) -> [Citable] {
    func count(_ name: String, _ about: String, _ value: Int?, _ things: String, of n: Int) -> Citable? {
      CitedValue(value, n: n).flatMap { Citable(.run, name, about, $0, .count(things), .allTrials) }
    }
    let progress = [
      CitedValue(run.record.trialsPlanned, n: 1).flatMap {
        Citable(.run, "planned", "trials that run in any case", $0, .count("trials"), .record)
      },
      count("recorded", "recorded trials", run.trials.count, "trials", of: run.trials.count),
    ].compactMap { $0 }
    return progress + (Trust(run, summary).map(all) ?? []) + claimed(run, claims)
  }

  private static func all(of trust: Trust) -> [Citable] {
    let (trials, points) = (trust.carriedOut, trust.points)
    let values: [(String, String, CitedValue?, Dimension)] = [
      ("trials", "timed trials that ran", CitedValue(trials, n: trials), .count("trials")),
      ("valid", "valid trials among them", CitedValue(trust.valid, n: trials), .count("trials")),
      ("invalid", "invalid trials among them", CitedValue(trials - trust.valid, n: trials), .count("trials")),
      (
        "invalid-share", "share of invalid trials",
        CitedValue(Double(trials - trust.valid) / Double(trials), n: trials), .share
      ),
      ("points", "points with a throughput", CitedValue(points, n: points), .count("points")),
      (
        "points-without-interval", "points with too few valid trials for an interval",
        CitedValue(points - trust.intervals, n: points), .count("points")
      ),
      (
        "half-width", "half the width of a throughput's interval ÷ its median: median over the points",
        CitedValue(trust.halfWidths?.middle, n: trust.intervals), .share
      ),
      (
        "widest-half-width", "half the width of a throughput's interval ÷ its median: widest of the points",
        CitedValue(trust.halfWidths?.widest, n: trust.intervals), .share
      ),
    ]
    let disturbed = trust.disturbance.map { disturbance in
      [
        ("disturbed", "trials that the machine disturbed", disturbance.trials),
        ("repeated", "disturbed trials that were repeated", disturbance.repeated),
        ("replaced", "repeated trials that were not disturbed again", disturbance.replaced),
      ]
        + disturbance.reasons.map {
          ("disturbed-\($0.name)", "invalid trials: \($0.name)", Int(clamping: $0.count))
        }
    }
    let counts = (disturbed ?? []).map { name, about, value in
      (name, about, CitedValue(value, n: trials), Dimension.count("trials"))
    }
    return (values + counts).compactMap { name, about, value, dimension in
      value.flatMap { Citable(.run, name, about, $0, dimension, .allTrials) }
    }
  }

  /// The number of claims per verdict.
  private static func claimed(_ run: Run, _ results: [ClaimResult]) -> [Citable] {
    guard let measured = ClaimsOverview(results)?.measured else { return [] }
    let all = results.count
    let counts =
      [
        ("claims", "claims of tutorials", all),
        ("claims-measured", "claims with a measurement in this run", measured.count),
        ("claims-not-measured", "claims without a measurement in this run", all - measured.count),
      ]
      + ClaimVerdict.allCases.dropLast().map { verdict in
        (
          "claims-\(word(verdict.rawValue))", "claims with the verdict: \(verdict.rawValue)",
          measured.count { $0.verdict == verdict }
        )
      }
    return counts.compactMap { name, about, value in
      CitedValue(value, n: all).flatMap {
        Citable(.run, name, about, $0, .count("claims"), run.limits == nil ? .allTrials : .trialsAndLimits)
      }
    }
  }

  /// The numbers of the machine, or of each machine of a merged run.
  static func machines(of record: RunRecord) -> [Citable] {
    all(of: record, .machine)
      + (record.mergedFrom ?? []).flatMap { all(of: $0.run, Place("machine/\($0.run.runID)")) }
      + (record.cluster?.hosts ?? []).flatMap { host in
        let roundTrip = CitedValue(host.roundTrip, n: 1).flatMap {
          Citable(
            .machine(of: host), "round-trip", "least time to connect to the server's address", $0, .time, .record)
        }
        return all(of: host.environment, .machine(of: host)) + [roundTrip].compactMap { $0 }
      }
  }

  private static func all(of record: RunRecord, _ place: Place) -> [Citable] {
    let hosts = CitedValue(record.cluster?.hosts.count, n: 1).flatMap {
      Citable(place, "hosts", "hosts of the run", $0, .count("hosts"), .record)
    }
    let calibration = record.calibration.flatMap { speed in
      CitedValue(
        Estimate(
          median: speed.iterationsPerSecond, low: speed.low, high: speed.high, kind: .interval95, n: speed.runs)
      ).flatMap {
        Citable(
          place, "speed", "steps of the CPU work: median", $0, .perSecond("iterations"), .record)
      }
    }
    let whose = record.describedHost.map { " of host \($0.name)" } ?? ""
    return all(of: record.environment, place, whose) + [hosts, calibration].compactMap { $0 }
  }

  /// - Parameter whose: follows each description.
  private static func all(of machine: Environment, _ place: Place, _ whose: String = "") -> [Citable] {
    let values: [(String, String, Double?, Dimension)] = [
      ("processors", "processors online", machine.cpusOnline.map { Double($0) }, .count("processors")),
      (
        "client-processors", "CPUs of the client", machine.clientCPUs.map { Double($0.count) },
        .count("processors")
      ),
      (
        "server-processors", "CPUs of the server", machine.serverCPUs.map { Double($0.count) },
        .count("processors")
      ),
      ("memory", "memory", machine.memory.map { Double($0) }, .machineMemory),
      ("swap", "swap space in use", machine.swapUsed.map { Double($0) }, .machineMemory),
      (
        "load", "mean number of tasks that ran or waited in the minute before the run", machine.loadAverage,
        .mean("tasks")
      ),
      (
        "steal", "share of CPU time since boot that the hypervisor gave to other guests", machine.stealShare,
        .share
      ),
      ("timer-slack", "timer slack", machine.timerSlack.map { Double($0) }, .time),
      ("descriptors", "limit of descriptors", machine.descriptorLimit.map { Double($0) }, .count("descriptors")),
      ("first-port", "first ephemeral port", machine.ephemeralPorts?.first.map { Double($0) }, .quoted(.asRecorded())),
      ("last-port", "last ephemeral port", machine.ephemeralPorts?.last.map { Double($0) }, .quoted(.asRecorded())),
      (
        "accept-queue", "maximum number of connections that wait to be accepted", machine.somaxconn.map { Double($0) },
        .count("connections")
      ),
    ]
    return values.compactMap { name, about, value, dimension in
      CitedValue(value, n: 1).flatMap { Citable(place, name, about + whose, $0, dimension, .record) }
    }
  }
}
