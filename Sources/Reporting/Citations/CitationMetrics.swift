import Records
import Statistics

/// A number of something that reports show.
struct Metric<Subject> {
  let name: String
  var aliases: Set<String> = []
  let about: String
  let dimension: Dimension
  let value: (Subject) -> CitedValue?

  init(
    _ name: String, _ about: String, _ dimension: Dimension, aliases: Set<String> = [],
    _ value: @escaping (Subject) -> CitedValue?
  ) {
    self.name = name
    self.aliases = aliases
    self.about = about
    self.dimension = dimension
    self.value = value
  }
}

extension Metric where Subject == Summary.Point {
  /// - Parameter hasResponse: whether there are response times, so that a percentile must say of what it is.
  static func all(hasResponse: Bool) -> [Metric] {
    let service = hasResponse ? "service-" : ""
    return [
      estimate("throughput", "operations per second", .operationsPerSecond, \.throughput),
      estimate(
        "ratio", "throughput over that of blocking in the same round", .ratio, aliases: ["speedup"], \.ratioToBlocking),
      estimate("wall", "time that a trial took", .seconds, \.wallSeconds),
    ] + percentiles("service time", service, aliases: ["service-", ""], \.latency)
      + percentiles("response time, from the intended start", "response-", aliases: [""], \.response)
      + percentiles("time that operations queue for their permits", "queueing-", aliases: [], \.queueing)
      + percentiles(
        "wake-up lag: from the intended to the actual start of operations that a lane waited for", "send-lag-",
        aliases: [], \.sendLag)
      + ofTrials("service time", service, aliases: ["service-", ""], \.servicePercentiles)
      + ofTrials("response time, from the intended start", "response-", aliases: [""], \.responsePercentiles) + [
        estimate("response-mean", "mean response time of a trial", .time, \.meanResponse),
        estimate("cpu", "processor time of the mode's side", .microsecondsPerOperation, \.tested.cpu),
        estimate("calls", "system calls of the mode's side itself", .perOperation("calls"), \.tested.directCalls),
      ] + usage("client", \.client) + usage("server", \.server) + counts + setup + audit("client", \.client)
      + audit("server", \.server)
  }

  private static func estimate(
    _ name: String, _ about: String, _ dimension: Dimension, aliases: Set<String> = [],
    _ value: KeyPath<Summary.Point, Estimate?>
  ) -> Metric {
    Metric(name, "\(about): median over the valid trials", dimension, aliases: aliases) {
      CitedValue($0[keyPath: value])
    }
  }

  private static func number(
    _ name: String, _ about: String, _ dimension: Dimension, _ value: @escaping (Summary.Point) -> Double?
  ) -> Metric {
    Metric(name, about, dimension) { CitedValue(value($0), n: $0.validTrials) }
  }

  private static func percentiles(
    _ time: String, _ prefix: String, aliases: [String], _ latency: @escaping (Summary.Point) -> Summary.PooledLatency?
  ) -> [Metric] {
    LatencyMetric.all.map { metric in
      Metric(
        prefix + metric.name, "\(time): \(metric.about), of all operations of the valid trials together",
        metric.isCount ? .count("operations") : .time, aliases: Set(aliases.map { $0 + metric.name })
      ) { point in CitedValue(latency(point).flatMap(metric.value), n: point.validTrials) }
    }
  }

  private static func ofTrials(
    _ time: String, _ prefix: String, aliases: [String],
    _ percentiles: KeyPath<Summary.Point, Summary.TrialPercentiles>
  ) -> [Metric] {
    LatencyMetric.ofTrials.map { name, percentile in
      Metric(
        "\(prefix)\(name)-of-trials", "\(time): median over the valid trials of each trial's own \(name)", .time,
        aliases: Set(aliases.map { "\($0)\(name)-of-trials" })
      ) { CitedValue($0[keyPath: percentiles][keyPath: percentile]) }
    }
  }

  private static func usage(_ side: String, _ usage: KeyPath<Summary.Point, Summary.PerOperation>) -> [Metric] {
    let times: [(String, String, KeyPath<Summary.PerOperation, Estimate?>)] = [
      ("cpu", "processor time", \.cpu), ("user-cpu", "processor time in user mode", \.userCPU),
      ("system-cpu", "processor time in the kernel", \.systemCPU),
    ]
    return times.map { name, about, value in
      estimate(
        "\(side)-\(name)", "\(about) of the \(side)", .microsecondsPerOperation, usage.appending(path: value))
    } + [
      estimate(
        "\(side)-calls", "system calls that the \(side) made itself", .perOperation("calls"),
        usage.appending(path: \.directCalls))
    ]
  }

  private static var counts: [Metric] {
    [
      number("served", "lanes with an operation done, in the trial that served the fewest", .count("lanes")) {
        $0.lanesServed.map { Double($0) }
      },
      number("in-flight", "operations under way at once, at most", .count("operations")) {
        $0.inFlight?.max.map { Double($0) }
      },
      number("in-flight-mean", "operations under way, the median of the trials' means", .mean("operations")) {
        $0.inFlight?.mean
      },
      number("threads", "threads of the mode's side, at most", .count("threads")) { $0.threadsPeak.map { Double($0) } },
      number("memory-peak", "resident memory of the mode's side, at most", .memory) {
        $0.memoryPeak.map { Double($0) }
      },
      estimate("memory", "median peak: the peak of the resident memory of the mode's side", .memory, \.memory),
      Metric("trials", "valid trials", .count("trials")) { CitedValue($0.validTrials, n: $0.carriedOut) },
      Metric("invalid", "trials that are not valid", .count("trials")) {
        CitedValue($0.invalidTrials, n: $0.carriedOut)
      },
      Metric("skipped", "trials that were not carried out", .count("trials")) {
        CitedValue($0.skippedTrials, n: $0.carriedOut + $0.skippedTrials)
      },
      Metric("predicted-wall", "time that a trial would take, by arithmetic; not a measurement", .time) {
        CitedValue($0.skipped?.predictedWall, n: $0.skippedTrials)
      },
      Metric("unfinished", "operations neither done nor failed at the windows' ends", .count("operations")) {
        CitedValue($0.unfinished, n: $0.carriedOut)
      },
      Metric("oldest-unfinished", "time that the oldest of them had been under way", .time) {
        CitedValue($0.oldestUnfinished, n: $0.carriedOut)
      },
      Metric("due", "operations that were due within the windows", .count("operations")) {
        $0.due > 0 ? CitedValue($0.due, n: $0.carriedOut) : nil
      },
      Metric("unanswered", "operations due and neither done nor failed at the windows' ends", .count("operations")) {
        $0.due > 0 ? CitedValue($0.unanswered, n: $0.carriedOut) : nil
      },
      Metric("oldest-unanswered", "time that the oldest of them had been due", .time) {
        CitedValue($0.oldestUnanswered, n: $0.carriedOut)
      },
    ]
  }

  private static var setup: [Metric] {
    [
      estimate("cold-start", "time from the lanes' start to the first answer", .time, \.coldStart?.firstDone),
      estimate(
        "cold-start-ratio", "throughput in the warm-up over that in the window", .ratio, \.coldStart?.throughputRatio),
      number("connect", "time to connect all lanes, the median over the valid trials", .time) {
        $0.connections?.connect
      },
      number("close", "time to close all connections, the median over the valid trials", .time) {
        $0.connections?.close
      },
      number("connections", "connections that all lanes had, in the trial that had the most", .count("connections")) {
        $0.connectionsOpened.map { Double($0) }
      },
      number(
        "reconnected", "connections in the place of one that was closed while it was idle, of all valid trials",
        .count("connections")
      ) { $0.connectionsOpened == nil ? nil : Double($0.reconnected) },
      number("connection-kernel", "memory of the kernel for a connection", .bytesPer("connection")) {
        $0.connections?.kernelBytes
      },
      number("connection-processes", "memory of both sides' processes for a connection", .bytesPer("connection")) {
        $0.connections?.processBytes
      },
      number("throughput-drift", "change of the throughput over the window", .share) { $0.throughputDrift?.share },
      number("latency-drift", "change of the median service time over the window", .share) { $0.medianDrift?.share },
      Metric("throughput-drift-trials", "trials whose throughput drifts this way", .count("trials")) {
        $0.throughputDrift.flatMap { CitedValue($0.trials, n: $0.of) }
      },
      Metric("latency-drift-trials", "trials whose median service time drifts this way", .count("trials")) {
        $0.medianDrift.flatMap { CitedValue($0.trials, n: $0.of) }
      },
      number("late-warmup", "how much of the window looks like warm-up", .time) {
        $0.lateWarmup.map { Double($0.end) }
      },
      number("late-warmup-window", "length of that window", .time) { $0.lateWarmup.map { Double($0.window) } },
      Metric("unreadable-histograms", "trials whose histograms cannot be read", .count("trials")) { point in
        point.latency.flatMap { $0.unreadable > 0 ? CitedValue($0.unreadable, n: point.validTrials) : nil }
      },
    ]
  }

  /// What takes more than a point to say.
  static func all(within experiment: Summary.MeasuredExperiment) -> [Metric] {
    let remedy = number("late-warmup-remedy", "shortest round warm-up that leaves it out", .time) { point in
      experiment.warmup.flatMap { asked in point.lateWarmup.map { Double($0.remedy(after: asked).count) } }
    }
    // In an open loop no pool says how much is done.
    guard experiment.rate == nil else { return [remedy] }
    let growths: [(String, String, Dimension, KeyPath<Summary.Growth, Double>)] = [
      ("from", "operations under way in the first part of the window", .mean("operations"), \.from),
      ("window", "length of the window", .seconds, \.window),
      ("threads", "threads more each second", .perSecond("threads"), \.threadsPerSecond),
      ("fit", "how well a line fits them", .rSquared, \.rSquared),
    ]
    let growth = growths.map { name, about, dimension, value in
      number("growth-\(name)", "\(about), of a pool that grows evenly", dimension) { $0.growth?[keyPath: value] }
    }
    guard let wait = experiment.serviceTime else { return [remedy] + growth }
    return [remedy] + growth + [
      number("pool-wait", "wait that an operation asks for, of a pool that is full throughout", .time) { point in
        point.ceiling(wait).map { _ in wait * 1e9 }
      },
      number("pool-ceiling", "width of a pool that is full throughout over that wait", .operationsPerSecond) {
        $0.ceiling(wait)
      },
    ]
  }

  private static func audit(
    _ side: String, _ counts: @escaping (Summary.Audit) -> Summary.CountsPerOperation?
  ) -> [Metric] {
    let audited: [(String, String, (Summary.CountsPerOperation) -> Double?)] = [
      ("calls", "all system calls", \.syscalls), ("switches", "context switches", \.switches),
      ("allocations", "allocations", \.allocations),
    ]
    let operations = Metric("audit-operations", "operations of the audit", .count("operations")) {
      CitedValue($0.audit?.operations, n: 1)
    }
    return (side == "client" ? [operations] : [])
      + audited.map { name, about, count in
        Metric(
          "audit-\(side)-\(name)", "\(about) of the \(side), counted from outside, setting up included",
          .perOperation(name)
        ) { point in CitedValue(point.audit.flatMap(counts).flatMap(count), n: 1) }
      }
  }
}

extension Metric where Subject == (point: Summary.Point, lanes: Summary.MeasuredClass) {
  /// Those of a class of lanes.
  static var all: [Metric] {
    let counts: [(String, String, String, (Summary.MeasuredClass) -> UInt64?)] = [
      ("count", "lanes of the class", "lanes", { UInt64(exactly: $0.lanes) }),
      (
        "served", "lanes of the class with an operation done, in the trial that served the fewest", "lanes",
        { $0.served.flatMap { UInt64(exactly: $0) } }
      ),
      ("operations", "operations done within the windows of all valid trials", "operations", { $0.operations }),
      ("in-warm-ups", "operations done in the warm-ups of all valid trials", "operations", { $0.early }),
    ]
    let times: [(String, String, (Summary.MeasuredClass) -> Summary.PooledLatency?)] = [
      ("service-", "service time", \.latency), ("response-", "response time, from the intended start", \.response),
    ]
    return counts.map { name, about, things, value in
      Metric(name, about, .count(things)) { CitedValue(value($0.lanes), n: $0.point.validTrials) }
    }
      + times.flatMap { prefix, time, latency in
        LatencyMetric.all.map { metric in
          Metric(
            prefix + metric.name, "\(time): \(metric.about), of all operations of the class together",
            metric.isCount ? .count("operations") : .time, aliases: [metric.name]
          ) { CitedValue(latency($0.lanes).flatMap(metric.value), n: $0.point.validTrials) }
        }
      }
      + LatencyMetric.ofTrials.map { name, percentile in
        Metric(
          "\(name)-of-trials", "\(name) of each trial's own, of response times where there are any: median", .time
        ) { CitedValue($0.lanes.percentiles[keyPath: percentile]) }
      }
  }
}

/// A statistic of a distribution of times.
private struct LatencyMetric {
  let name: String
  let about: String
  var isCount = false
  let value: (Summary.PooledLatency) -> Double?

  static var all: [LatencyMetric] {
    [("p50", 50), ("p90", 90), ("p99", 99), ("p99.9", 99.9)].map { name, percentile in
      LatencyMetric(name: name, about: "the percentile \(name)") { $0.percentile(percentile).map { Double($0) } }
    } + [
      LatencyMetric(name: "max", about: "the highest") { Double($0.maximum) },
      LatencyMetric(name: "count", about: "how many", isCount: true) { Double($0.histogram.count) },
    ]
  }

  static var ofTrials: [(String, KeyPath<Summary.TrialPercentiles, Estimate?>)] {
    [("p50", \.p50), ("p90", \.p90), ("p99", \.p99), ("p99.9", \.p999)]
  }
}
