import Foundation
import Plan
import Records

extension Run {
  /// What is missing of the run, in one line; nil if all that its plan asks for is recorded. Repeats of disturbed trials
  /// may be missing.
  public var gap: String? {
    if let warning = warnings.first { return warning }
    let planned = record.trialsPlanned
    guard trials.count >= planned else {
      return "\(trials.count) of \(planned) planned trials are recorded; resuming the run measures the rest"
    }
    let numbers = Set(trials.map(\.trial))
    if let lost = (0..<trials.count).map({ $0 + 1 }).first(where: { !numbers.contains($0) }) {
      return "trial \(lost) is not recorded; restore the file, or run again"
    }
    // Several limits of merged runs stay with those.
    guard record.mergedFrom == nil else { return nil }
    if case .array(let asked)? = record.suite["limits"], !asked.isEmpty, limits == nil {
      return "its limits are not recorded; resuming the run measures them"
    }
    return hasMoreToMeasure ? "a search or a precision is not reached yet; resuming the run measures the rest" : nil
  }

  /// Whether the plan goes on after the recorded trials. False if this version would plan them otherwise.
  private var hasMoreToMeasure: Bool {
    guard let suite = try? JSONDecoder().decode(Suite.self, from: JSONEncoder().encode(record.suite)) else {
      return false
    }
    let precision = record.precision.map {
      Precision(halfWidth: $0, maxRounds: record.maxRounds ?? Precision.usualMaxRounds)
    }
    var agenda = Agenda(
      suite, seed: record.seed, processors: record.environment.clientCPUs?.count ?? 1, precision: precision,
      isPatient: record.isPatient, audits: record.audit ?? false)
    for trial in trials.sorted(by: { $0.trial < $1.trial }) {
      guard agenda.next() != nil, agenda.take(trial) else { return false }
    }
    return agenda.next().map { $0.repeats == nil } ?? false
  }
}
