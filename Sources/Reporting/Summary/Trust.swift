import Records
import Statistics

/// How far a run can be trusted, and why, in one line.
struct Trust {
  /// The trials that ran, and the valid ones.
  let carriedOut: Int
  let valid: Int
  /// The points with a throughput, and those with too few trials for an interval.
  let points: Int
  let intervals: Int
  /// Half the width of a throughput's interval as a fraction of its median: the median over points, and the widest.
  let halfWidths: (middle: Double, widest: Double)?
  /// The machine's disturbance; nil without one.
  let disturbance: Disturbance?
  let text: String

  /// Nil if no trial ran.
  init?(_ run: Run, _ summary: Summary) {
    let carriedOut = run.trials.filter { $0.skipped == nil && $0.isTimed }
    guard !carriedOut.isEmpty else { return nil }
    self.carriedOut = carriedOut.count
    valid = carriedOut.count(where: \.valid)
    var parts = ["\(valid) of \(carriedOut.count) trials are valid"]

    disturbance = Disturbance(run)
    if let disturbance { parts.append(disturbance.text) }
    let points = summary.experiments.filter { !$0.isSearchStep }.flatMap { experiment in
      experiment.points.compactMap { point in point.throughput.map { (experiment.name, point, $0) } }
    }
    let intervals = points.filter { $0.2.kind == .interval95 }
    (self.points, self.intervals) = (points.count, intervals.count)
    if intervals.count < points.count {
      parts.append(
        "\(points.count - intervals.count) of \(points.count) points have fewer than six trials, so no interval")
    }
    let widths = intervals.map { ($0.0, $0.1, $0.2.median > 0 ? ($0.2.high - $0.2.low) / 2 / $0.2.median : 0) }
    if let widest = widths.max(by: { $0.2 < $1.2 }), let middle = median(widths.map(\.2)) {
      halfWidths = (middle, widest.2)
      parts.append(
        "median interval of throughput: ±\(Self.percent(middle)); widest: ±\(Self.percent(widest.2)) "
          + "(\(widest.0), \(widest.1.name) at \(NumberText.grouped(widest.1.concurrency)))")
    } else {
      halfWidths = nil
    }
    if !run.record.mixture.isEmpty { parts.append("trials of different machines or builds") }
    let tool = run.record.tool
    if !tool.isForComparison { parts.append("a \(tool.configuration) build: not for comparison") }
    let machines = run.record.cluster?.hosts.map(\.environment) ?? [run.record.environment]
    if machines.contains(where: { $0.hypervisor == true }) {
      parts.append(machines.count > 1 ? "virtual machines" : "a virtual machine")
    }
    if let hosts = run.record.cluster?.hosts {
      let boots = Set(hosts.map(\.boot))
      parts.append(
        boots.count < hosts.count && !boots.contains(nil)
          ? "hosts of one machine share its CPUs, and no network is measured" : "client and server on different hosts")
    } else if let client = run.record.environment.clientCPUs {
      let server = run.serverProcessors
      let isShared = !Set(client).isDisjoint(with: server ?? [])
      parts.append(
        isShared
          ? "client and server share CPUs"
          : "client on \(Self.processors(client.count))"
            + (server.map { ", server on \(Self.processors($0.count))" } ?? ""))
    }
    text = "Trust: " + parts.joined(separator: "; ") + "."
  }

  private static func percent(_ fraction: Double) -> String { "\(NumberText.significant(fraction * 100, digits: 2))%" }
  private static func processors(_ count: Int) -> String { "\(count) \(count == 1 ? "processor" : "processors")" }
}
