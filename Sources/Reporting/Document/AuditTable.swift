import Records

extension Summary {
  /// System calls, switches and allocations per operation, counted from outside over the whole life of the processes.
  public struct Audit: Sendable {
    /// `perf` or `strace`.
    public let tool: String
    /// The divisor of the counts.
    public let operations: UInt64
    public let client: CountsPerOperation?
    public let server: CountsPerOperation?

    /// The last valid audit; nil if there is none.
    init?(_ audits: [TrialRecord]) {
      guard let audit = audits.last(where: \.valid)?.audit, let operations = audit.operations, operations > 0 else {
        return nil
      }
      tool = audit.tool
      self.operations = operations
      client = audit.client.map { CountsPerOperation($0, operations) }
      server = audit.server.map { CountsPerOperation($0, operations) }
    }
  }

  /// Counts per operation; what was not counted is absent.
  public struct CountsPerOperation: Sendable {
    public let syscalls: Double?
    public let switches: Double?
    public let allocations: Double?
    /// System calls by name.
    public let byName: [String: Double]

    init(_ counts: TrialRecord.Counts, _ operations: UInt64) {
      func perOperation(_ count: UInt64) -> Double { Double(count) / Double(operations) }
      syscalls = counts.syscalls.map(perOperation)
      switches = counts.switches.map(perOperation)
      allocations = counts.allocations.map(perOperation)
      byName = (counts.byName ?? [:]).mapValues(perOperation)
    }
  }
}

extension Table {
  /// The audits of an experiment; nil if no point has one.
  static func audits(of experiment: Summary.MeasuredExperiment, _ metrics: MetricTable) -> Table? {
    let audited = experiment.points.filter { $0.audit != nil }
    guard !audited.isEmpty else { return nil }
    let tools = Set(audited.compactMap(\.audit?.tool)).sorted().joined(separator: " and ")
    // A program in another language is started, and has read its own code, before it is counted.
    let setUp = "setting up included" + (audited.contains { ModeTable.builtIn[$0.mode] == nil } ? ", but of peers" : "")
    let columns = MetricColumns(experiment, audited, metrics)
    let counted = ["client", "server"].flatMap { side in
      ["calls", "switches", "allocations"].map { columns.column("audit-\(side)-\($0)") }
    }
    return Table(
      title: "per operation, by \(tools), in trials of their own, \(setUp):",
      columns: [.modes(audited.map(\.name)), .concurrency(audited.map(\.concurrency))]
        + counted.filter { !$0.isEmpty },
      rows: audited.map { Row(mode: $0.mode) }, names: 1)
  }
}
