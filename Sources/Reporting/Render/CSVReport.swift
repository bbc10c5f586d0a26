import Measurement
import Plan
import Records

/// One row per trial, valid or not, and one column per scalar, with its unit in its name. Quoting follows RFC 4180.
/// Cells that do not apply are empty. Distributions and series are only in the records.
struct CSVReport {
  /// Without a closure, the column is a metric of the table.
  private typealias Column = (name: String, value: ((TrialRecord) -> String?)?)

  let run: Run
  private let metrics: [Metric<Summary.Point>]

  init(_ run: Run, _ metrics: MetricTable = .standard) {
    self.run = run
    self.metrics = metrics.points.filter { $0.csv != nil }
  }

  /// - Parameter lineEnd: a line feed for pipes; RFC 4180 has CRLF.
  func render(lineEnd: String = "\n") -> String {
    let columns = columns
    return Self.lines([columns.map(\.name)] + run.trials.map { trial in columns.map { $0.value?(trial) } }, lineEnd)
  }

  static func lines(_ rows: [[String?]], _ lineEnd: String = "\n") -> String {
    rows.map { row in row.map { $0.map(quoted) ?? "" }.joined(separator: ",") + lineEnd }.joined()
  }

  /// The columns of any number: its value, its interval with its kind, and how many values it is of.
  static let valueNames = ["value", "low", "high", "interval", "n"]

  static func cells(_ value: MetricValue) -> [String?] {
    switch value {
    case .number(let number, let count): [number.description, nil, nil, nil, count.description]
    case .estimate(let estimate):
      [estimate.median, estimate.low, estimate.high].map { $0.description }
        + [estimate.kind.rawValue, estimate.n.description]
    }
  }

  private static func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  /// The recorded values in their own order, and then the metrics that they do not include.
  private var columns: [Column] {
    let recorded = Self.identity + workload + Self.standings(Summary.Tuning.all(of: run)) + Self.measured
    let byName = Dictionary(uniqueKeysWithValues: metrics.compactMap { metric in metric.csv.map { ($0, metric) } })
    let known = Set(recorded.map(\.name))
    return recorded.map { name, value in (name, value ?? byName[name].map(Self.text)) }
      + metrics.compactMap { metric in
        metric.csv.flatMap { known.contains($0) ? nil : ($0, Self.text(metric)) }
      }
  }

  /// Records have times and counts as whole numbers.
  private static func text(_ metric: Metric<Summary.Point>) -> (TrialRecord) -> String? {
    { trial in
      guard let value = metric.trial?(trial) else { return nil }
      if metric.dimension.isWhole, let whole = Int64(exactly: value) { return String(whole) }
      return value.description
    }
  }

  private static func metric(_ name: String) -> Column { (name, nil) }

  /// The run's workload settings, named as in suites.
  private var workload: [Column] {
    let keys = run.trials.reduce(into: Set<String>()) { keys, trial in
      if case .object(let members) = trial.workload { keys.formUnion(members.keys) }
    }
    return keys.subtracting(["kind"]).sorted().map { key in
      ("workload_\(key)", { $0.workload[key].map { $0.string ?? $0.text() } })
    }
  }

  private static var measured: [Column] {
    operations + latency("service") { $0.latency?.service } + latency("response") { $0.latency?.response }
      + latency("queueing") { $0.latency?.queueing } + latency("send_lag") { $0.sendLag } + bystanders + hosts
      + [
        metric("cold_start_first_done_ns"),
        ("cold_start_done", { text($0.coldStart?.done) }),
        ("cold_start_wall_ns", { text($0.coldStart?.wall) }),
        metric("connect_wall_ns"),
        metric("close_wall_ns"),
        metric("in_flight_mean"),
        metric("in_flight_max"),
        ("in_flight_samples", { text($0.inFlight?.samples) }),
      ] + usage("client", \.client) + usage("server", \.server) + [("steal_ns", { text($0.machine?.steal) })]
      + memory("before") { $0.before } + memory("connected") { $0.connected } + memory("done") { $0.done }
      + memory("closed") { $0.closed }
      + [
        ("audit_tool", { $0.audit?.tool }),
        ("audit_operations", { text($0.audit?.operations) }),
      ] + audit("client") { $0.audit?.client } + audit("server") { $0.audit?.server }
  }

  private static var identity: [Column] {
    // Consecutive trials usually share their workload.
    var last: (workload: JSONValue, text: String)?
    func workload(_ trial: TrialRecord) -> String {
      if let last, last.workload == trial.workload { return last.text }
      let text = trial.workload.text()
      last = (trial.workload, text)
      return text
    }
    let shown: [Axis] = [.mode, .variant, .arrivals, .rate, .concurrency]
    return [
      ("run_id", { $0.runID }),
      ("experiment", { $0.experiment }),
      ("trial", { text($0.trial) }),
      ("round", { text($0.round) }),
      ("order", { text($0.order) }),
      ("seed", { text($0.seed) }),
    ] + columns([.mode, .variant]) + [
      ("workload_kind", { $0.recordedWorkload.kind }),
      ("workload", workload),
    ] + columns([.arrivals, .rate, .concurrency]) + [
      metric("lanes_served"),
      metric("connections_opened"),
      metric("reconnected"),
    ] + columns(Axis.allCases.filter { !shown.contains($0) }) + [
      ("valid", { text($0.valid) }),
      ("reasons", { $0.reasons.isEmpty ? nil : $0.reasons.joined(separator: "; ") }),
      ("skipped_reason", { $0.skipped?.reason }),
      ("predicted_wall_ns", { text($0.skipped?.predictedWall) }),
    ]
  }

  private static func columns(_ axes: [Axis]) -> [Column] {
    axes.map { axis in
      (
        axis.rawValue,
        { trial in
          switch trial.coordinates[axis] {
          case .name(let name): name
          case .count(let count): text(count)
          case .rate(let rate): text(rate)
          case nil: nil
          }
        }
      )
    }
  }

  private static var operations: [Column] {
    [
      ("arrivals_scheduled", { text($0.arrivals.scheduled) }),
      ("work_iterations", { text($0.work?.iterations) }),
      ("work_nominal_ns", { text($0.work?.nominal) }),
      ("operations_asked", { text($0.operations.asked) }),
      ("operations_done", { text($0.operations.done) }),
      ("operations_verified", { text($0.operations.verified) }),
      metric("operations_due"),
      metric("operations_unanswered"),
      ("unanswered_age_min_ns", { text($0.operations.unansweredAge?.min) }),
      ("unanswered_age_mean_ns", { text($0.operations.unansweredAge?.mean) }),
      metric("unanswered_age_max_ns"),
      metric("operations_unfinished"),
      ("unfinished_age_min_ns", { text($0.operations.unfinishedAge?.min) }),
      ("unfinished_age_mean_ns", { text($0.operations.unfinishedAge?.mean) }),
      metric("unfinished_age_max_ns"),
      ("unfinished_age_within_ns", { text($0.operations.unfinishedAge?.within) }),
      ("operations_failed", { text(total($0.operations.failed)) }),
      ("failed_by_kind", { list($0.operations.failed) }),
      ("operations_non_2xx", { text(total($0.operations.non2xx)) }),
      ("non_2xx_by_status", { list($0.operations.non2xx) }),
      ("checksum", { $0.checksum }),
      ("lenient_reads", { text($0.lenientReads) }),
      ("bytes_sent", { text($0.bytes?.sent) }),
      ("bytes_received", { text($0.bytes?.received) }),
      ("wall_ns", { text($0.wall) }),
      metric("throughput_per_s"),
    ]
  }

  /// The standing of the trial's concurrency, limit and pool among the measured ones.
  private static func standings(_ tunings: [Summary.Tuning]) -> [Column] {
    Axis.tuned.map { axis in
      let own = tunings.filter { $0.axis == axis }
      return ("\(axis.rawValue)_standing", { trial in own.lazy.compactMap { $0.standing(of: trial) }.first })
    }
  }

  private static var bystanders: [Column] {
    [
      ("bystanders_class", { $0.bystanders?.manner }),
      ("bystanders_lanes", { text($0.bystanders?.lanes.count) }),
      ("bystanders_lanes_served", { text($0.bystanders?.lanes.served) }),
      ("bystanders_operations_due", { text($0.bystanders?.lanes.operations.due) }),
      ("bystanders_operations_unanswered", { text($0.bystanders?.lanes.operations.unanswered) }),
      ("bystanders_operations_done", { text($0.bystanders?.lanes.operations.done) }),
      ("bystanders_operations_done_in_warmup", { text($0.bystanders?.lanes.early) }),
      ("bystanders_operations_unfinished", { text($0.bystanders?.lanes.operations.unfinished) }),
      ("bystanders_operations_failed", { text(total($0.bystanders?.lanes.operations.failed)) }),
    ] + latency("bystanders_service", isMetric: false) { $0.bystanders?.lanes.latency?.service }
      + latency("bystanders_response", isMetric: false) { $0.bystanders?.lanes.latency?.response }
  }

  /// What the observer measured, and the slowest of the load hosts.
  private static var hosts: [Column] {
    func slowest(_ trial: TrialRecord) -> TrialRecord.Host? {
      trial.loadHosts.filter { $0.throughput != nil }.min { ($0.throughput ?? 0) < ($1.throughput ?? 0) }
    }
    return [
      ("load_hosts", { trial in trial.hosts == nil ? nil : text(trial.loadHosts.count) }),
      ("slowest_load_host", { slowest($0)?.name }),
      ("slowest_load_host_throughput_per_s", { text(slowest($0)?.throughput) }),
      ("observer_host", { $0.observer?.name }),
      ("observer_operations_due", { text($0.observer?.operations?.due) }),
      ("observer_operations_done", { text($0.observer?.operations?.done) }),
      ("observer_operations_failed", { text(total($0.observer?.operations?.failed)) }),
      ("observer_throughput_per_s", { text($0.observer?.throughput) }),
    ] + latency("observer_service", isMetric: false) { $0.observer?.latency?.service }
      + latency("observer_response", isMetric: false) { $0.observer?.latency?.response }
  }

  /// - Parameter isMetric: whether the table of metrics has it.
  private static func latency(
    _ name: String, isMetric: Bool = true, _ summary: @escaping (TrialRecord) -> LatencySummary?
  ) -> [Column] {
    let others: [Column] = [
      ("\(name)_count", { text(summary($0)?.count) }),
      ("\(name)_p50_ns", { text(summary($0)?.p50) }),
      ("\(name)_p90_ns", { text(summary($0)?.p90) }),
      ("\(name)_p99_ns", { text(summary($0)?.p99) }),
      ("\(name)_p99_9_ns", { text(summary($0)?.p999) }),
      ("\(name)_max_ns", { text(summary($0)?.max) }),
    ]
    let known = isMetric ? others.map { metric($0.name) } : others
    return [
      known[0],
      ("\(name)_min_ns", { text(summary($0)?.min) }),
      ("\(name)_mean_ns", { text(summary($0)?.mean) }),
    ] + known.dropFirst()
  }

  private static func usage(_ side: String, _ usage: @escaping (TrialRecord) -> ProcessUsage?) -> [Column] {
    [
      ("\(side)_cpu_ns", { text(usage($0)?.totalCPU) }),
      ("\(side)_cpu_user_ns", { text(usage($0)?.userTime) }),
      ("\(side)_cpu_system_ns", { text(usage($0)?.systemTime) }),
      ("\(side)_syscalls_direct", { text(usage($0)?.directCalls) }),
      ("\(side)_switches_voluntary", { text(usage($0)?.voluntarySwitches) }),
      ("\(side)_switches_involuntary", { text(usage($0)?.involuntarySwitches) }),
      ("\(side)_threads_peak", { text(usage($0)?.threadsPeak) }),
      ("\(side)_descriptors_peak", { text(usage($0)?.descriptorsPeak) }),
      ("\(side)_rss_peak_bytes", { text(usage($0)?.memoryPeak) }),
      ("\(side)_rss_bytes", { text(usage($0)?.memory) }),
      ("\(side)_cpus", { usage($0)?.cpus.map { $0.map(String.init).joined(separator: " ") } }),
      ("\(side)_operations_done", { text(usage($0)?.operationsDone) }),
      ("\(side)_connections", { text(usage($0)?.connections) }),
      ("\(side)_failed", { text(usage($0)?.failed) }),
      ("\(side)_faults", { text(usage($0)?.faults) }),
      ("\(side)_bytes_sent", { text(usage($0)?.bytesSent) }),
      ("\(side)_bytes_received", { text(usage($0)?.bytesReceived) }),
      ("\(side)_edge_lag_open_ns", { text(usage($0)?.edgeLag?.open) }),
      ("\(side)_edge_lag_close_ns", { text(usage($0)?.edgeLag?.close) }),
    ]
  }

  private static func memory(_ point: String, _ memory: @escaping (MachineUsage.Memory) -> MachineMemory?)
    -> [Column]
  {
    func value(_ trial: TrialRecord, _ quantity: KeyPath<MachineMemory, UInt64?>) -> String? {
      text(trial.machine?.memory.flatMap(memory)?[keyPath: quantity])
    }
    return [
      ("memory_\(point)_available_bytes", { value($0, \.available) }),
      ("memory_\(point)_slab_bytes", { value($0, \.slab) }),
      ("memory_\(point)_tcp_bytes", { value($0, \.tcp) }),
      ("memory_\(point)_tcp_sockets", { value($0, \.tcpSockets) }),
    ]
  }

  private static func audit(_ side: String, _ counts: @escaping (TrialRecord) -> TrialRecord.Counts?) -> [Column] {
    [
      ("audit_\(side)_syscalls", { text(counts($0)?.syscalls) }),
      ("audit_\(side)_switches", { text(counts($0)?.switches) }),
      ("audit_\(side)_allocations", { text(counts($0)?.allocations) }),
    ]
  }

  private static func text(_ value: (some LosslessStringConvertible)?) -> String? { value.map { $0.description } }

  private static func total(_ counts: [String: UInt64]?) -> UInt64? { counts.map { $0.values.saturatingSum } }

  /// `timeout 3; ECONNRESET 1`, by name.
  private static func list(_ counts: [String: UInt64]?) -> String? {
    guard let counts, !counts.isEmpty else { return nil }
    return counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: "; ")
  }
}
