import Plan
import Records
import Workloads

/// The faults that a trial's operations asked for, drawn again from its seed.
struct AskedFaults {
  /// The number of each fault among the operations that may have counted.
  let counts: [FaultKind: UInt64]
  /// Whether all those operations ended within the trial; if not, the window's edges cut some off.
  let isExact: Bool
  /// The kind under which each fault is counted; faults with a right answer are absent.
  private let names: [FaultKind: String]

  init(_ workload: WorkloadSpec, counts: [FaultKind: UInt64], isExact: Bool) {
    self.counts = counts
    self.isExact = isExact
    let kinds = FaultKind.allCases.filter { (workload.faults?[$0] ?? 0) > 0 && workload.outcome(of: $0) != .verified }
    names = Dictionary(uniqueKeysWithValues: kinds.map { ($0, workload.outcome(of: $0).name) })
  }

  /// Nil if the workload asks for no faults, or the client does not report its operations.
  init?(_ workload: WorkloadSpec, seed: UInt64, _ partial: PartialRecord, isAudit: Bool = false) {
    guard let faults = workload.faults, let numbers = partial.numbers, numbers.from <= numbers.to,
      numbers.to - numbers.from <= Self.mostDrawn
    else { return nil }
    self.init(
      workload, counts: faults.counts(seed: seed, operations: numbers.from..<numbers.to),
      isExact: partial.operations.asked != nil && !partial.ranOutOfTime && !isAudit)
  }

  /// The maximum number of draws, a fraction of a second. A larger claim is not credible.
  private static let mostDrawn: UInt64 = 1 << 25

  /// The failures that no fault explains.
  func unexplained(_ failed: [String: UInt64]) -> [String: UInt64] {
    failed.filter { !names.values.contains($0.key) }
  }

  /// Why the failures do not match the faults; nil if they do.
  func reason(_ failed: [String: UInt64]) -> String? {
    let wrong = FaultKind.allCases.compactMap { kind -> String? in
      guard let name = names[kind] else { return nil }
      let (asked, came) = (counts[kind] ?? 0, failed[name] ?? 0)
      guard isExact ? came != asked : came > asked else { return nil }
      return "\(isExact ? "" : "at most ")\(asked) of \(kind.rawValue) were asked for, but \(came) came (\(name))"
    }
    return wrong.isEmpty ? nil : "faults: \(wrong.joined(separator: "; "))"
  }
}
