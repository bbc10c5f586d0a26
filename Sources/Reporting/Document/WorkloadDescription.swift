import Foundation
import Measurement
import Records

/// A workload in words, from the JSON that describes it.
struct WorkloadDescription {
  let text: String
  /// Of an open loop, with the kind of its arrivals and not their rate.
  let textWithoutRate: String
  /// Without work for a processor.
  let textWithoutWork: String
  /// Without arrivals either.
  let textWithoutLoad: String
  /// How long an operation takes at least, on average, in seconds; nil where nothing says so.
  let serviceTime: Double?

  init(_ trial: TrialRecord) {
    let delay = trial.workload["delay"].flatMap(Self.delay)
    let duration = trial.workload["duration"]?.string
    var parts: [String]
    switch trial.workload["kind"]?.string {
    case "sleep": parts = ["sleep" + (duration.map { " for \(Self.spaced($0))" } ?? "")]
    case "echo": parts = Self.echo(trial.workload)
    case "http": parts = Self.http(trial.workload)
    case "file": parts = Self.file(trial.workload)
    case "compute": parts = Self.http(trial.workload)
    case "serve":
      parts = trial.workload["protocol"]?.string == "echo" ? Self.echo(trial.workload) : Self.http(trial.workload)
      parts[0] = "serving \(parts[0])"
    default: parts = Self.unknown(trial.workload)
    }
    if let delay { parts.append(delay.text) }
    var rest: [String] = []
    if let faults = trial.workload["faults"].flatMap(Self.faults) { rest.append(faults) }
    if let pipeline = trial.pipeline, pipeline > 1 { rest.append("\(pipeline) requests in the pipeline") }
    if let limit = trial.limit { rest.append("at most \(limit) at a time") }
    if let (manner, lanes) = trial.bystanders {
      let doing = lanes.workload.map { " of \(Self.echo($0)[0])" } ?? ""
      rest.append("beside \(NumberText.grouped(lanes.count)) \(manner) \(lanes.count == 1 ? "lane" : "lanes")\(doing)")
    }
    if let each = trial.each { parts.append("\(each) in each lane") }
    if let processes = trial.processes {
      let servers = trial.serverProcesses.map { ", \($0) serving" } ?? ""
      parts.append("\(processes) processes\(servers)")
    }
    let count = trial.operations.asked.map {
      ["\(NumberText.grouped($0)) \($0 == 1 ? "operation" : "operations")"]
    }
    func text(_ arrivals: String?, _ work: [String]) -> String {
      (parts + work + rest + (arrivals.map { [$0] } ?? []) + (count ?? [])).joined(separator: ", ")
    }
    let work = Self.work(trial.workload)
    let arrivals = trial.arrivals.rate.map { _ in "\(trial.arrivals.kind) arrivals" }
    let rate = trial.arrivals.rate.map { "\(trial.arrivals.kind) arrivals at \(NumberText.brief($0))/s" }
    self.text = text(rate, work)
    textWithoutRate = text(arrivals, work)
    textWithoutWork = text(rate, [])
    textWithoutLoad = text(nil, [])
    serviceTime = work.isEmpty ? delay?.mean ?? duration.flatMap(Nanoseconds.init).map(\.seconds) : nil
  }

  /// `1 ms of work each, left to 2 threads`.
  private static func work(_ workload: JSONValue) -> [String] {
    guard let work = workload["work"]?.string else { return [] }
    let workers = workload["pool"]?.number
    let count = workers.map { "\(NumberText.brief($0)) " } ?? ""
    switch workload["offload"]?.string {
    case "pool": return ["\(spaced(work)) of work each, left to \(count)\(workers == 1 ? "thread" : "threads")"]
    case "processes": return ["\(spaced(work)) of work each, left to \(count)\(workers == 1 ? "process" : "processes")"]
    default: return ["\(spaced(work)) of work each, inline"]
    }
  }

  private static func echo(_ workload: JSONValue) -> [String] {
    let size = workload["size"].map { "\(quantity($0)) " } ?? ""
    if workload["ends"]?.string == "both" { return ["echo \(size)over socket pairs", "both ends in the mode"] }
    let transport = workload["transport"]?.string ?? "tcp"
    return ["echo \(size)over \(transport == "unix" ? "UNIX sockets" : transport.uppercased())"]
  }

  private static func http(_ workload: JSONValue) -> [String] {
    var targets: [String] = []
    if case .array(let several) = workload["targets"] { targets = several.compactMap(\.string) }
    if let one = workload["target"]?.string { targets.append(one) }
    var request = "HTTP \(workload["method"]?.string ?? "GET")"
    if let first = targets.first {
      request += " \(first)" + (targets.count > 1 ? " and \(targets.count - 1) more" : "")
    }
    let connection = workload["connection"]?.string ?? "keep-alive"
    return [request, connection == "new" ? "a new connection each" : connection]
      + (workload["size"].map { ["\(quantity($0)) replies"] } ?? [])
      + (workload["lenient"] == .bool(true) ? ["read leniently"] : [])
  }

  private static func file(_ workload: JSONValue) -> [String] {
    let isWrite = workload["access"]?.string == "write"
    let size = workload["size"].map { " of \(quantity($0))" } ?? ""
    var parts = ["\(workload["pattern"]?.string ?? "random") \(isWrite ? "writes" : "reads")\(size)"]
    if let span = workload["span"] { parts.append("in a file of \(quantity(span))") }
    if case .bool(true)? = workload["direct"] { parts.append("past the page cache") }
    if let sync = workload["sync"]?.string, sync != "none" { parts.append("\(sync) after each") }
    return parts
  }

  private static func unknown(_ workload: JSONValue) -> [String] {
    guard case .object(let fields) = workload else { return ["unknown workload"] }
    return [fields["kind"]?.string ?? "unknown workload"]
      + fields.filter { $0.key != "kind" && $0.key != "delay" }.sorted { $0.key < $1.key }
      .compactMap { key, value in
        value.string.map { "\(key) \(spaced($0))" } ?? value.number.map { "\(key) \(NumberText.brief($0))" }
      }
  }

  /// `2ms`, `exponential:2ms` (its mean), `lognormal:2ms:0.5` (its median, and the deviation of its logarithm); nil for
  /// none.
  private static func delay(_ value: JSONValue) -> (text: String, mean: Double?)? {
    guard let written = value.string else { return nil }
    let parts = written.split(separator: ":").map(String.init)
    let span = parts.dropFirst(parts.count > 1 ? 1 : 0).first.flatMap(Nanoseconds.init)
    guard span != .zero else { return nil }
    switch (parts.first, parts.count) {
    case ("exponential", 2): return ("exponential delay, mean \(spaced(parts[1]))", span?.seconds)
    case ("lognormal", 3):
      let factor = Double(parts[2]).map { exp($0 * $0 / 2) }
      let mean = factor.flatMap { factor in span.map { $0.seconds * factor } }
      return ("lognormal delay, median \(spaced(parts[1])), sigma \(parts[2])", mean)
    case (_, 1): return ("answered after \(spaced(written))", span?.seconds)
    default: return ("delay \(written)", nil)
    }
  }

  /// `faults: reset 1 %, stall 0.5 %`; nil for none.
  private static func faults(_ value: JSONValue) -> String? {
    guard case .object(let rates) = value else { return nil }
    let list = rates.sorted { $0.key < $1.key }.compactMap { name, rate in
      rate.number.map { rate in
        let percent = (rate * 1e8).rounded() / 1e6
        return "\(name) \(Int64(exactly: percent).map(String.init) ?? "\(percent)") %"
      }
    }
    return list.isEmpty ? nil : "faults: \(list.joined(separator: ", "))"
  }

  private static func quantity(_ value: JSONValue) -> String {
    value.string.map(spaced) ?? value.number.map { "\(NumberText.brief($0)) B" } ?? "?"
  }

  /// `250ms` as `250 ms`.
  private static func spaced(_ quantity: String) -> String {
    let digits = quantity.prefix { $0.isNumber || $0 == "." }
    let unit = quantity.dropFirst(digits.count)
    return digits.isEmpty ? quantity : "\(digits) \(unit == "us" ? "µs" : unit)"
  }
}
