import Records
import Statistics

/// The rows of the table of metrics that are of a point.
enum PointMetrics {
  private typealias Row = Metric<Summary.Point>

  static let all: [Metric<Summary.Point>] =
    [
      Row.estimate(
        "throughput", "operations per second", .operationsPerSecond, heading: "{k}op/s", json: "throughput_per_s"
      ) { $0.throughput }
      .with {
        $0.ofTrial("throughput_per_s") { $0.throughput }
        $0.compared = .higherIsFaster
      },
      Row.estimate(
        "ratio", "throughput over that of blocking in the same round", .ratio, aliases: ["speedup"],
        heading: "× blocking", json: "throughput_ratio_to_blocking"
      ) { $0.ratioToBlocking }
      .with { $0.text = { $0.mode == "blocking" && $0.throughput != nil ? "1" : nil } },
      Row.estimate("wall", "time that a trial took", .seconds, heading: "wall s", json: "wall_s") { $0.wallSeconds },
    ] + latencies + [
      Row.estimate(
        "response-mean", "mean response time of a trial", .time, json: "response_ns?.median_over_trials.mean"
      ) {
        $0.meanResponse
      },
      Row.estimate("cpu", "processor time of the mode's side", .microsecondsPerOperation, heading: "CPU µs/op") {
        $0.tested.cpu
      }
      .with {
        $0.trial = { $0.cpuPerOperation }
        $0.compared = .lowerIsFaster
      },
      Row.estimate("calls", "system calls of the mode's side itself", .perOperation("calls"), heading: "calls/op") {
        $0.tested.directCalls
      },
    ] + usage("client") { $0.client } + usage("server") { $0.server } + counts + setup
    + audit("client") { $0.client } + audit("server") { $0.server }

  private static let (service, response) = (LatencyMetrics.service, LatencyMetrics.response)

  private static var latencies: [Row] {
    let (serviceTime, responseTime) = ("service time", "response time, from the intended start")
    return LatencyMetrics.pooled(
      service, serviceTime, heading: "", json: "latency_ns", csv: "service", aliases: [service, ""], { $0.latency },
      trial: { $0.latency?.service })
      + LatencyMetrics.pooled(
        response, responseTime, heading: "resp. ", json: "response_ns", csv: "response", aliases: [""], { $0.response },
        trial: { $0.latency?.response })
      + LatencyMetrics.pooled(
        LatencyMetrics.queueing, "time that operations queue for their permits", heading: "wait ", json: "queueing_ns",
        csv: "queueing", { $0.queueing },
        trial: { $0.latency?.queueing })
      + LatencyMetrics.pooled(
        "send-lag-", "wake-up lag: from the intended to the actual start of operations that a lane waited for",
        heading: "wake lag ", json: "send_lag_ns", csv: "send_lag", { $0.sendLag },
        trial: { $0.sendLag })
      + LatencyMetrics.ofTrials(
        service, serviceTime, heading: "", json: "latency_ns", aliases: [service, ""]
      ) { $0.servicePercentiles }
      + LatencyMetrics.ofTrials(
        response, responseTime, heading: "resp. ", json: "response_ns", aliases: [""]
      ) { $0.responsePercentiles }
  }

  private static func usage(
    _ side: String, _ usage: @escaping @Sendable (Summary.Point) -> Summary.PerOperation
  ) -> [Row] {
    [
      .estimate(
        "\(side)-cpu", "processor time of the \(side)", .microsecondsPerOperation, heading: "\(side) CPU µs/op",
        json: "\(side).cpu_us_per_operation"
      ) { usage($0).cpu },
      .estimate(
        "\(side)-user-cpu", "processor time in user mode of the \(side)", .microsecondsPerOperation,
        json: "\(side).cpu_user_us_per_operation"
      ) { usage($0).userCPU },
      .estimate(
        "\(side)-system-cpu", "processor time in the kernel of the \(side)", .microsecondsPerOperation,
        json: "\(side).cpu_system_us_per_operation"
      ) { usage($0).systemCPU },
      .estimate(
        "\(side)-calls", "system calls that the \(side) made itself", .perOperation("calls"),
        json: "\(side).syscalls_direct_per_operation"
      ) { usage($0).directCalls },
    ]
  }

  private static var counts: [Row] {
    [
      .number(
        "served", "lanes with an operation done, in the trial that served the fewest", .count("lanes"),
        json: "lanes_served"
      ) { $0.lanesServed.map { Double($0) } }
      .with {
        $0.text = { $0.servedText }
        $0.ofTrial("lanes_served") { $0.lanesServed.map { Double($0) } }
      },
      .number(
        "in-flight", "operations under way at once, at most", .count("operations"), json: "in_flight_max"
      ) { $0.inFlight?.max.map { Double($0) } }
      .with { $0.ofTrial("in_flight_max") { $0.inFlight?.max.map { Double($0) } } },
      .number(
        "in-flight-mean", "operations under way, the median of the trials' means", .mean("operations"),
        json: "in_flight_mean"
      ) { $0.inFlight?.mean }
      .with { $0.ofTrial("in_flight_mean") { $0.inFlight?.mean } },
      .number(
        "threads", "threads of the mode's side, at most", .count("threads"), json: "{side}_threads_peak"
      ) { $0.threadsPeak.map { Double($0) } },
      .number(
        "memory-peak", "resident memory of the mode's side, at most", .memory, json: "{side}_rss_peak_bytes"
      ) { $0.memoryPeak.map { Double($0) } },
      .estimate(
        "memory", "median peak: the peak of the resident memory of the mode's side", .memory, heading: "MiB",
        json: "{side}_rss_peak_bytes_of_trials"
      ) { $0.memory },
      Row("trials", "valid trials", .count("trials"), json: "trials_valid") {
        MetricValue($0.validTrials, of: $0.carriedOut)
      },
      Row("invalid", "trials that are not valid", .count("trials"), heading: "not valid", json: "trials_invalid") {
        MetricValue($0.invalidTrials, of: $0.carriedOut)
      },
      Row("skipped", "trials that were not carried out", .count("trials"), json: "trials_skipped") {
        MetricValue($0.skippedTrials, of: $0.carriedOut + $0.skippedTrials)
      },
      Row(
        "predicted-wall", "time that a trial would take, by arithmetic; not a measurement", .time,
        json: "predicted_wall_ns"
      ) { MetricValue($0.skipped?.predictedWall, of: $0.skippedTrials) },
      ended(
        "unfinished", "operations neither done nor failed at the windows' ends", .count("operations"),
        json: "operations_unfinished", csv: "operations_unfinished", { $0.unfinished },
        trial: { $0.operations.unfinished }),
      ended(
        "oldest-unfinished", "time that the oldest of them had been under way", .time, json: "unfinished_age_max_ns",
        csv: "unfinished_age_max_ns", { $0.oldestUnfinished },
        trial: { $0.operations.unfinishedAge?.max }),
      ended(
        "due", "operations that were due within the windows", .count("operations"), json: "operations_due",
        csv: "operations_due", { $0.due > 0 ? $0.due : nil },
        trial: { $0.operations.due }),
      ended(
        "unanswered", "operations due and neither done nor failed at the windows' ends", .count("operations"),
        json: "operations_unanswered", csv: "operations_unanswered", { $0.due > 0 ? $0.unanswered : nil },
        trial: { $0.operations.unanswered }),
      ended(
        "oldest-unanswered", "time that the oldest of them had been due", .time, json: "unanswered_age_max_ns",
        csv: "unanswered_age_max_ns", { $0.oldestUnanswered },
        trial: { $0.operations.unansweredAge?.max }),
    ]
  }

  /// Of all trials that were carried out, valid or not.
  private static func ended(
    _ key: String, _ about: String, _ dimension: Dimension, json: String, csv: String,
    _ value: @escaping @Sendable (Summary.Point) -> UInt64?, trial: @escaping @Sendable (TrialRecord) -> UInt64?
  ) -> Row {
    Row(key, about, dimension, json: json) { MetricValue(value($0), of: $0.carriedOut) }
      .with { $0.ofTrial(csv) { trial($0).map { Double($0) } } }
  }

  private static var setup: [Row] {
    [
      .estimate(
        "cold-start", "time from the lanes' start to the first answer", .time, json: "cold_start.first_done_ns"
      ) { $0.coldStart?.firstDone }
      .with { $0.ofTrial("cold_start_first_done_ns") { $0.coldStart?.firstDone.map { Double($0) } } },
      .estimate(
        "cold-start-ratio", "throughput in the warm-up over that in the window", .ratio,
        json: "cold_start.throughput_ratio_to_window"
      ) { $0.coldStart?.throughputRatio },
      .number(
        "connect", "time to connect all lanes, the median over the valid trials", .time, json: "connect_wall_ns"
      ) { $0.connections?.connect }
      .with { $0.ofTrial("connect_wall_ns") { $0.connectWall.map { Double($0) } } },
      .number(
        "close", "time to close all connections, the median over the valid trials", .time, json: "close_wall_ns"
      ) { $0.connections?.close }
      .with { $0.ofTrial("close_wall_ns") { $0.closeWall.map { Double($0) } } },
      .number(
        "connections", "connections that all lanes had, in the trial that had the most", .count("connections"),
        json: "connections_opened"
      ) { $0.connectionsOpened.map { Double($0) } }
      .with { $0.ofTrial("connections_opened") { $0.connectionsOpened.map { Double($0) } } },
      .number(
        "reconnected", "connections in the place of one that was closed while it was idle, of all valid trials",
        .count("connections"), json: "reconnected"
      ) { $0.connectionsOpened == nil ? nil : Double($0.reconnected) }
      .with { $0.ofTrial("reconnected") { $0.reconnected.map { Double($0) } } },
      .number(
        "connection-kernel", "memory of the kernel for a connection", .bytesPer("connection"),
        json: "connection_kernel_bytes"
      ) { $0.connections?.kernelBytes },
      .number(
        "connection-processes", "memory of both sides' processes for a connection", .bytesPer("connection"),
        json: "connection_process_bytes"
      ) { $0.connections?.processBytes },
      .number(
        "throughput-drift", "change of the throughput over the window", .share,
        json: "throughput_drift.share_over_window"
      ) { $0.throughputDrift?.share },
      .number(
        "latency-drift", "change of the median service time over the window", .share,
        json: "latency_p50_drift.share_over_window"
      ) { $0.medianDrift?.share },
      Row(
        "throughput-drift-trials", "trials whose throughput drifts this way", .count("trials"),
        json: "throughput_drift.trials_drifting"
      ) { $0.throughputDrift.flatMap { MetricValue($0.trials, of: $0.of) } },
      Row(
        "latency-drift-trials", "trials whose median service time drifts this way", .count("trials"),
        json: "latency_p50_drift.trials_drifting"
      ) { $0.medianDrift.flatMap { MetricValue($0.trials, of: $0.of) } },
      dataOnly("throughput-drift-of", "trials that could drift", json: "throughput_drift.trials") {
        $0.throughputDrift?.of
      },
      dataOnly("latency-drift-of", "trials that could drift", json: "latency_p50_drift.trials") { $0.medianDrift?.of },
      .number("late-warmup", "how much of the window looks like warm-up", .time, json: "late_warmup_ns") {
        $0.lateWarmup.map { Double($0.end) }
      },
      .number("late-warmup-window", "length of that window", .time) { $0.lateWarmup.map { Double($0.window) } },
      Row(
        "unreadable-histograms", "trials whose histograms cannot be read", .count("trials")
      ) { point in
        point.latency.flatMap { $0.unreadable > 0 ? MetricValue($0.unreadable, of: point.validTrials) : nil }
      },
    ]
  }

  /// What citations have as the number of trials that another number is of.
  private static func dataOnly(
    _ key: String, _ about: String, json: String, _ value: @escaping @Sendable (Summary.Point) -> Int?
  ) -> Row {
    Row(key, about, .count("trials"), json: json) { MetricValue(value($0), of: $0.validTrials) }
      .with { $0.isCited = false }
  }

  private static func audit(
    _ side: String, _ counts: @escaping @Sendable (Summary.Audit) -> Summary.CountsPerOperation?
  ) -> [Row] {
    let audited: [(String, String, String, String, @Sendable (Summary.CountsPerOperation) -> Double?)] = [
      ("calls", "all system calls", "syscalls", "\(side) calls", { $0.syscalls }),
      ("switches", "context switches", "switches", "switches", { $0.switches }),
      ("allocations", "allocations", "allocations", "allocations", { $0.allocations }),
    ]
    let operations = Row("audit-operations", "operations of the audit", .count("operations"), json: "audit.operations")
    {
      MetricValue($0.audit?.operations, of: 1)
    }
    return (side == "client" ? [operations] : [])
      + audited.map { name, about, data, heading, count in
        Row(
          "audit-\(side)-\(name)", "\(about) of the \(side), counted from outside, setting up included",
          .perOperation(name), heading: heading, json: "audit.\(side).\(data)_per_operation"
        ) { point in MetricValue(point.audit.flatMap(counts).flatMap(count), of: 1) }
      }
  }
}

extension TrialRecord {
  /// Microseconds of processor time of the mode's side; nil where the trial does not say, or did nothing.
  fileprivate var cpuPerOperation: Double? {
    guard let done = operations.done, done > 0, let cpu = tested?.totalCPU else { return nil }
    return Double(cpu) / 1000 / Double(done)
  }
}
