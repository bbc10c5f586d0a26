import Plan
import Records
import Workloads

/// The faults that a trial's operations were to meet, drawn again from its seed.
struct AskedFaults {
  /// What was drawn among the operations that may have counted.
  let counts: [FaultKind: UInt64]
  /// Whether each of those operations has ended within the trial; else the window's edges have cut some off.
  let isExact: Bool
  /// As what those that meet a fault are counted; those that do and are verified are in none.
  private let names: [FaultKind: String]

  init(_ workload: WorkloadSpec, counts: [FaultKind: UInt64], isExact: Bool) {
    self.counts = counts
    self.isExact = isExact
    let kinds = FaultKind.allCases.filter { (workload.faults?[$0] ?? 0) > 0 && workload.outcome(of: $0) != .verified }
    names = Dictionary(uniqueKeysWithValues: kinds.map { ($0, workload.outcome(of: $0).name) })
  }

  /// Nil where the workload asks for none, or its client does not tell which operations it took.
  init?(_ workload: WorkloadSpec, seed: UInt64, _ partial: PartialRecord, isAudit: Bool = false) {
    guard let faults = workload.faults, let numbers = partial.numbers, numbers.from <= numbers.to,
      numbers.to - numbers.from <= Self.mostDrawn
    else { return nil }
    self.init(
      workload, counts: faults.counts(seed: seed, operations: numbers.from..<numbers.to),
      isExact: partial.operations.asked != nil && !partial.ranOutOfTime && !isAudit)
  }

  /// Drawn in a fraction of a second. Who claims to have taken more is not believed.
  private static let mostDrawn: UInt64 = 1 << 25

  /// What failed and no fault explains.
  func unexplained(_ failed: [String: UInt64]) -> [String: UInt64] {
    failed.filter { !names.values.contains($0.key) }
  }

  /// Where not as many came as were asked for.
  func reason(_ failed: [String: UInt64]) -> String? {
    let wrong = FaultKind.allCases.compactMap { kind -> String? in
      guard let name = names[kind] else { return nil }
      let (asked, came) = (counts[kind] ?? 0, failed[name] ?? 0)
      guard isExact ? came != asked : came > asked else { return nil }
      return "\(isExact ? "" : "at most ")\(asked) of \(kind.rawValue) were asked for, and \(came) came (\(name))"
    }
    return wrong.isEmpty ? nil : "faults: \(wrong.joined(separator: "; "))"
  }
}
