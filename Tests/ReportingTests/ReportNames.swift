import Foundation
import Records

@testable import Reporting

/// Texts in a report with digits that are not results: names, ids, dates, versions, and requested values.
struct ReportNames {
  /// The longest first.
  private let names: [String]

  /// Texts of every report: how to read it, and the tutorials' claims.
  static let constants: Set<String> = [
    Report.legend, ClaimsOverview.legend, TuningTable.about + ".", "Medians over the trials of each trial's own value:",
  ]

  init(_ run: Run, _ summary: Summary) {
    let measured = ([run.record] + run.record.measuredRuns).flatMap { record -> [String?] in
      let machine = record.environment
      return [
        // Ids, dates and versions.
        record.runID, record.started, record.tool.version, record.tool.commit, machine.kernel, machine.libc,
        machine.toolchain,
        machine.cpuModel, machine.architecture, machine.clocksource,
      ]
    }
    // The requested values of an experiment, in words.
    let asked = summary.experiments.flatMap { experiment -> [String] in
      let kinds = experiment.points.flatMap { $0.failed + $0.non2xx }.map { "\($0.name) (" }
      return [
        experiment.name, experiment.plannedName,
        experiment.setting.without(.limit, .pool).name(of: experiment.plannedName), experiment.description,
        experiment.withoutRate, experiment.withoutSettings,
      ] + kinds
    }
    let objectives = run.record.objectives.values.map { "\($0)" }
    let claims = Claim.all.flatMap { [$0.id, $0.text, $0.prediction, $0.reason] }
    names = Set(measured.compactMap { $0 } + asked + objectives + claims).map(\.onOneLine)
      .filter { $0.contains { $0.isNumber } }.sorted { ($0.count, $0) > ($1.count, $1) }
  }

  /// Also without percentiles' names.
  func removed(from text: String) -> String {
    let isVersion = text.count { $0 == "." } > 1 && !text.hasPrefix("[")
    guard isVersion || text.contains(where: \.isLetter), text.contains(where: \.isNumber) else { return text }
    var text = text.onOneLine
    for name in names { text = Self.removing(name, from: text) }
    return text.replacing(Self.percentile, with: "percentile").replacing("2xx", with: "fine")
  }

  // Made once, and not at each call.
  nonisolated(unsafe) private static let percentile = /\b(resp\. )?p\d+(\.\d+)?\b/

  /// Only if it is not part of a longer word.
  private static func removing(_ name: String, from text: String) -> String {
    func isInWord(_ character: Character?) -> Bool { character.map { $0.isLetter || $0.isNumber } ?? false }
    var rest = text[...]
    var result = ""
    while let found = rest.firstRange(of: name) {
      let before = rest[..<found.lowerBound].last ?? result.last
      let isWhole = !isInWord(before) && (name.hasSuffix("(") || !isInWord(rest[found.upperBound...].first))
      result += rest[..<found.lowerBound] + (isWhole ? " name " : name)
      rest = rest[found.upperBound...]
    }
    return result + rest
  }
}

/// The metrics behind the columns of tables.
enum ReportColumns {
  struct Column {
    var metrics: Set<String>
    var unit: String?
    /// Whether the column has a count, which a citation has as its n.
    var isCount = false
  }

  /// Coordinates of a point: requested values, and words of queries.
  static func coordinates(_ heading: String) -> Bool {
    ["mode", "experiment", "class", "host", "role", "concurrency", "conc.", "limit", "pool", "not different from it"]
      .contains(heading)
      || heading.hasSuffix("offered/s")
  }

  static let machine = [
    "processors": "processors", "memory": "memory", "load before the run": "load",
  ]
  static let hosts = [
    "processors": "processors", "memory": "memory", "load before": "load", "round trip": "round-trip",
  ]
  /// Of processors, which are numbered.
  static let ids: Set<String> = ["of the client", "of the server"]

  private static let metrics: [String: Set<String>] = [
    "trials": ["trials"], "served": ["served"], "wall": ["wall"],
    "op/s": ["throughput", "recommended-throughput", "highest-throughput"],
    "op/s closed": ["throughput"], "done/s": ["throughput"], "meets at /s": ["highest-met"],
    "misses at /s": ["lowest-missed"], "rounds": ["rounds"], "system calls/op": ["calls"], "CPU µs/op": ["cpu"],
    "client CPU µs/op": ["client-cpu", "cpu"], "server CPU µs/op": ["server-cpu", "cpu"], "in flight": ["in-flight"],
    "threads": ["threads"], "memory, median peak": ["memory"], "": ["memory"], "× blocking": ["ratio"],
    "due op/s": ["offered"], "lanes": ["count"], "operations": ["operations"], "in warm-ups": ["in-warm-ups"],
    "not valid": ["invalid"],
    "of": ["invalid"],
    "p99 of trials": ["response-p99-of-trials", "service-p99-of-trials", "p99-of-trials"],
    "wake lag p50": ["send-lag-p50"],
    "recommended": ["recommended-concurrency", "recommended-limit", "recommended-pool"],
    "highest": ["highest-concurrency", "highest-limit", "highest-pool"],
  ]

  nonisolated(unsafe) private static let percentileHeading = /(resp\. |wait )?(p[\d.]+)/

  static func column(_ heading: String, side: String, isOfTrials: Bool) -> Column {
    let units: Set<String> = ["ns", "µs", "ms", "s", "k", "M", "MiB"]
    let words = heading.split(separator: " ").map(String.init)
    let unit = words.first(where: units.contains)
    let name = words.filter { !units.contains($0) }.joined(separator: " ")
    if let match = name.wholeMatch(of: percentileHeading) {
      let times = ["resp. ": ["response-"], "wait ": ["queueing-"]][match.1 ?? ""] ?? ["", "service-"]
      return Column(metrics: Set(times.map { "\($0)\(match.2)\(isOfTrials ? "-of-trials" : "")" }), unit: unit)
    }
    if name == "mallocs" { return Column(metrics: ["audit-\(side)-allocations"]) }
    if ["switches", "client calls", "server calls"].contains(name) {
      return Column(metrics: ["audit-\(side)-\(words[words.count - 1])"])
    }
    return Column(metrics: metrics[name] ?? [], unit: unit, isCount: name == "of")
  }
}

/// The metrics behind sentences.
enum ReportNotes {
  struct Kind {
    /// The phrases that identify it.
    let phrases: [String]
    /// Metrics; a final asterisk makes one a prefix.
    let metrics: [String]

    init(_ phrases: String..., of metrics: String...) { (self.phrases, self.metrics) = (phrases, metrics) }

    func allows(_ metric: String) -> Bool {
      metrics.contains { $0.hasSuffix("*") ? metric.hasPrefix($0.dropLast()) : metric == $0 }
    }
  }

  /// The reasons in a table, without a sentence.
  static let reasons = Kind(of: "invalid-*")

  static func kind(of text: String) -> Kind? { kinds.first { $0.phrases.contains { text.contains($0) } } }

  /// The texts after the experiments.
  static let ends = ["Trials that are not valid", "The machine", "Trust: ", "Claims: "]

  private static let kinds = [
    Kind(
      "Verdict: ", of: "throughput-over-*", "cpu-over-*", "p99-over-*", "p50-over-*", "highest-met-over-*", "served",
      "throughput", "response-p99-of-trials", "response-p50-of-trials", "highest-met"),
    Kind(
      "Trust: ", of: "valid", "disturbed*", "repeated", "replaced", "trials", "points", "points-without-interval",
      "half-width", "widest-half-width",
      "client-processors", "server-processors"),
    Kind("Claims: ", of: "claims", "claims-measured", "claims-not-measured"),
    Kind("planned trials are recorded", of: "planned", "recorded"),
    Kind("mixed machines or builds", of: "processors", "memory", "timer-slack"),
    Kind(" CPU, Linux", " CPUs, Linux", " CPU ·", " CPUs ·", of: "processors", "hosts"),
    Kind("valid trial at each", "valid trials at each", "· no trials", of: "trials"),
    Kind("in flight at most: ", of: "in-flight"),
    Kind("audit is not valid", of: "audit-invalid-*"),
    Kind("trials not valid", of: "invalid*"),
    Kind("not run: ", of: "skipped*", "predicted-wall"),
    Kind("failed operations: ", of: "failed-*"),
    Kind("failed as asked: ", of: "failed-as-asked-*"),
    Kind("replies other than", of: "status-*"),
    Kind("unreadable histograms", of: "unreadable-histograms"),
    Kind("throughput drifts by", of: "throughput-drift*"),
    Kind("service time drifts by", of: "latency-drift*"),
    Kind("look like warm-up", of: "late-warmup*"),
    Kind("in flight at window end", of: "unfinished", "oldest-unfinished"),
    Kind("unanswered at ", of: "due", "unanswered", "oldest-unanswered"),
    Kind("its latencies cover only those", of: "served"),
    Kind("memory per lane of the", of: "memory-per-lane", "memory-fit"),
    Kind("cold start at", of: "cold-start", "cold-start-ratio"),
    Kind("median wait for", of: "queueing-p50", "queueing-p99"),
    Kind(": connected in", of: "connect", "close", "connection-kernel", "connection-processes"),
    Kind("in flight throughout: ", of: "in-flight", "throughput", "pool-wait", "pool-ceiling"),
    Kind("threads more each second", of: "growth-*", "in-flight"),
    Kind(
      "knee at", "no knee", "saturated at", of: "knee", "no-knee-up-to", "no-knee-down-to", "saturation",
      "response-mean", "throughput"),
    Kind(": stopped by ", of: "stopped-by-*"),
    Kind("no rate met it", "no rate missed it", of: "rounds", "rounds-without-*"),
    Kind("of the throughput of", "all others are lower", "add rounds", of: "candidate-*", "rival-*"),
  ]

  /// Removes coordinates of points, which are words of queries, and constants of the method.
  static func withoutCoordinates(_ text: String) -> String {
    withoutConstants(withoutLanes(text)).replacing(/of [\d,]+(–[\d,]+)? asked/, with: "of those asked")
      .replacing(/and \d[\d,.]*\/s offered/, with: "and offered")
      .replacing(/(\d) of [\d,]+ lanes/) { "\($0.1) of the lanes" }
      .replacing(/(knee|saturated)? at (concurrency |limit |pool )?\d[\d,.]*(\/s)?/) {
        $0.1 == nil ? " at place" : $0.0
      }
      .replacing(/\b(limit|pool) [\d,]+/) { "\($0.1) place" }
      .replacing(/one of [\d,]+ permits/, with: "one permit").replacing(/all but [\d,]+ queue/, with: "others queue")
      .replacing(/no valid trial at [\d, ]+/, with: "no valid trial")
  }

  /// Removes the number of lanes from “served N of M”.
  private static func withoutLanes(_ text: String) -> String {
    guard text.contains("its latencies cover only those") else { return text }
    return text.replacing(/(\d) of [\d,]*\d/) { "\($0.1) of the lanes" }
  }

  /// Removes numbers that no run can change.
  static func withoutConstants(_ text: String) -> String {
    text.replacing(/\d+ valid ones are recommended/, with: "more are recommended")
      .replacing(/(than|and)( all)? \d+ others/, with: "than others")
      .replacing(/(share|has) fewer than 6 valid rounds/, with: "too few rounds")
      .replacing(/undecided: \d+ of \d+/, with: "undecided").replacing(/; \d+ of \d+ undecided/, with: "; undecided")
  }
}
