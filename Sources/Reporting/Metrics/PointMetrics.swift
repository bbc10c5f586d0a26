import Records
import Statistics

/// The metrics of a point.
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
      Row.estimate("wall", "time of a trial", .seconds, heading: "wall s", json: "wall_s") { $0.wallSeconds },
    ] + latencies + [
      Row.estimate(
        "response-mean", "mean response time of a trial", .time, json: "response_ns?.median_over_trials.mean"
      ) {
        $0.meanResponse
      },
      Row.estimate("cpu", "CPU time of the mode's side", .microsecondsPerOperation, heading: "CPU µs/op") {
        $0.tested.cpu
      }
      .with {
        $0.trial = { $0.cpuPerOperation }
        $0.compared = .lowerIsFaster
      },
      Row.estimate("calls", "system calls by the mode's own wrappers", .perOperation("calls"), heading: "calls/op") {
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
        LatencyMetrics.queueing, "time in the queue for a permit", heading: "wait ", json: "queueing_ns",
        csv: "queueing", { $0.queueing },
        trial: { $0.latency?.queueing })
      + LatencyMetrics.pooled(
        "send-lag-", "wake-up lag: from intended to actual start, if a lane was waiting",
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
        "\(side)-cpu", "CPU time of the \(side)", .microsecondsPerOperation, heading: "\(side) CPU µs/op",
        json: "\(side).cpu_us_per_operation"
      ) { usage($0).cpu },
      .estimate(
        "\(side)-user-cpu", "user-mode CPU time of the \(side)", .microsecondsPerOperation,
        json: "\(side).cpu_user_us_per_operation"
      ) { usage($0).userCPU },
      .estimate(
        "\(side)-system-cpu", "kernel CPU time of the \(side)", .microsecondsPerOperation,
        json: "\(side).cpu_system_us_per_operation"
      ) { usage($0).systemCPU },
      .estimate(
        "\(side)-calls", "system calls through the \(side)'s own wrappers", .perOperation("calls"),
        json: "\(side).syscalls_direct_per_operation"
      ) { usage($0).directCalls },
    ]
  }

  private static var counts: [Row] {
    [
      .number(
        "served", "lanes that did an operation, in the trial that served the fewest", .count("lanes"),
        json: "lanes_served"
      ) { $0.lanesServed.map { Double($0) } }
      .with {
        $0.text = { $0.servedText }
        $0.ofTrial("lanes_served") { $0.lanesServed.map { Double($0) } }
      },
      .number(
        "in-flight", "maximum of operations in flight", .count("operations"), json: "in_flight_max"
      ) { $0.inFlight?.max.map { Double($0) } }
      .with { $0.ofTrial("in_flight_max") { $0.inFlight?.max.map { Double($0) } } },
      .number(
        "in-flight-mean", "operations in flight: median of the trials' means", .mean("operations"),
        json: "in_flight_mean"
      ) { $0.inFlight?.mean }
      .with { $0.ofTrial("in_flight_mean") { $0.inFlight?.mean } },
      .number(
        "threads", "maximum of threads of the mode's side", .count("threads"), json: "{side}_threads_peak"
      ) { $0.threadsPeak.map { Double($0) } },
      .number(
        "memory-peak", "maximum of the resident memory of the mode's side", .memory, json: "{side}_rss_peak_bytes"
      ) { $0.memoryPeak.map { Double($0) } },
      .estimate(
        "memory", "median peak: the peak of the resident memory of the mode's side", .memory, heading: "MiB",
        json: "{side}_rss_peak_bytes_of_trials"
      ) { $0.memory },
      Row("trials", "valid trials", .count("trials"), json: "trials_valid") {
        MetricValue($0.validTrials, of: $0.carriedOut)
      },
      Row("invalid", "invalid trials", .count("trials"), heading: "not valid", json: "trials_invalid") {
        MetricValue($0.invalidTrials, of: $0.carriedOut)
      },
      Row("skipped", "skipped trials", .count("trials"), json: "trials_skipped") {
        MetricValue($0.skippedTrials, of: $0.carriedOut + $0.skippedTrials)
      },
      Row(
        "predicted-wall", "predicted time of a trial; not a measurement", .time,
        json: "predicted_wall_ns"
      ) { MetricValue($0.skipped?.predictedWall, of: $0.skippedTrials) },
      ended(
        "unfinished", "operations in flight at the windows' ends", .count("operations"),
        json: "operations_unfinished", csv: "operations_unfinished", { $0.unfinished },
        trial: { $0.operations.unfinished }),
      ended(
        "oldest-unfinished", "age of the oldest of them", .time, json: "unfinished_age_max_ns",
        csv: "unfinished_age_max_ns", { $0.oldestUnfinished },
        trial: { $0.operations.unfinishedAge?.max }),
      ended(
        "due", "operations due within the windows", .count("operations"), json: "operations_due",
        csv: "operations_due", { $0.due > 0 ? $0.due : nil },
        trial: { $0.operations.due }),
      ended(
        "unanswered", "operations due, and neither done nor failed at the windows' ends", .count("operations"),
        json: "operations_unanswered", csv: "operations_unanswered", { $0.due > 0 ? $0.unanswered : nil },
        trial: { $0.operations.unanswered }),
      ended(
        "oldest-unanswered", "time since the oldest of them was due", .time, json: "unanswered_age_max_ns",
        csv: "unanswered_age_max_ns", { $0.oldestUnanswered },
        trial: { $0.operations.unansweredAge?.max }),
    ]
  }

  /// Counts over all trials that ran, valid or not.
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
        "cold-start-ratio", "throughput in the warm-up ÷ that in the window", .ratio,
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
        "reconnected", "connections that replaced one closed while idle, in all valid trials",
        .count("connections"), json: "reconnected"
      ) { $0.connectionsOpened == nil ? nil : Double($0.reconnected) }
      .with { $0.ofTrial("reconnected") { $0.reconnected.map { Double($0) } } },
      .number(
        "connection-kernel", "kernel memory per connection", .bytesPer("connection"),
        json: "connection_kernel_bytes"
      ) { $0.connections?.kernelBytes },
      .number(
        "connection-processes", "memory of both sides' processes per connection", .bytesPer("connection"),
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
        "unreadable-histograms", "trials with unreadable histograms", .count("trials")
      ) { point in
        point.latency.flatMap { $0.unreadable > 0 ? MetricValue($0.unreadable, of: point.validTrials) : nil }
      },
    ]
  }

  /// A number that appears in data only: citations show it as the *n* of another number.
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
      ("allocations", "calls of malloc and its kin", "allocations", "mallocs", { $0.allocations }),
    ]
    let operations = Row("audit-operations", "operations of the audit", .count("operations"), json: "audit.operations")
    {
      MetricValue($0.audit?.operations, of: 1)
    }
    return (side == "client" ? [operations] : [])
      + audited.map { name, about, data, heading, count in
        Row(
          "audit-\(side)-\(name)", "\(about) of the \(side), counted from outside, including setup",
          .perOperation(name), heading: heading, json: "audit.\(side).\(data)_per_operation"
        ) { point in MetricValue(point.audit.flatMap(counts).flatMap(count), of: 1) }
      }
  }
}

extension TrialRecord {
  /// The CPU time of the mode's side in microseconds; nil if the trial does not have it, or did nothing.
  fileprivate var cpuPerOperation: Double? {
    guard let done = operations.done, done > 0, let cpu = tested?.totalCPU else { return nil }
    return Double(cpu) / 1000 / Double(done)
  }
}
