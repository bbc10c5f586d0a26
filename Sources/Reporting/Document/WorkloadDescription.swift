import Plan
import Records

/// A workload in words, including the other settings of its trials.
struct WorkloadDescription {
  let text: String
  /// For an open loop: with the kind of its arrivals, without their rate.
  let textWithoutRate: String
  /// Without the CPU work.
  let textWithoutWork: String
  /// The minimum mean time of an operation in seconds; nil if unknown.
  let serviceTime: Double?

  init(_ trial: TrialRecord) {
    var parts = trial.spec?.words(.operation) ?? Self.unknown(trial.workload)
    var rest = trial.spec?.words(.faults) ?? []
    if let pipeline = trial.pipeline, pipeline > 1 { rest.append("\(pipeline) requests in the pipeline") }
    if let limit = trial.limit { rest.append("at most \(limit) at a time") }
    if let (manner, lanes) = trial.bystanders {
      let doing = lanes.workload?.spec.map { " of \($0.headline)" } ?? ""
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
    let work = trial.spec?.words(.work) ?? []
    let arrivals = trial.arrivals.rate.map { _ in "\(trial.arrivals.kind) arrivals" }
    let rate = trial.arrivals.rate.map { "\(trial.arrivals.kind) arrivals at \(NumberText.brief($0))/s" }
    self.text = text(rate, work)
    textWithoutRate = text(arrivals, work)
    textWithoutWork = text(rate, [])
    serviceTime = trial.spec?.wait
  }

  /// `4KiB` as `4 KiB`.
  private static func spaced(_ text: String) -> String {
    let digits = text.prefix { $0.isNumber || $0 == "." }
    return digits.isEmpty ? text : "\(digits) \(text.dropFirst(digits.count))"
  }

  /// The recorded members of a workload that this version does not know.
  private static func unknown(_ workload: JSONValue) -> [String] {
    guard case .object(let fields) = workload else { return ["unknown workload"] }
    return [fields["kind"]?.string ?? "unknown workload"]
      + fields.filter { $0.key != "kind" }.sorted { $0.key < $1.key }
      .compactMap { key, value in
        value.string.map { "\(key) \(spaced($0))" } ?? value.number.map { "\(key) \(NumberText.brief($0))" }
      }
  }
}
