import Records

extension Summary {
  /// What an operation took of the kernel and of the allocator, counted from outside over the whole life of the processes.
  public struct Audit: Sendable {
    /// `perf` or `strace`.
    public let tool: String
    /// What the counts are divided by.
    public let operations: UInt64
    public let client: CountsPerOperation?
    public let server: CountsPerOperation?

    /// The last of the audits that are valid; nil where there is none.
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

  /// Counts for an operation; what was not counted is absent.
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

/// The audits of an experiment.
struct AuditTable: SideTable {
  let title: String
  /// The names of the points, then the counts of the client, then those of the server, where there are any.
  let columns: [Column]

  /// Nil where no point has an audit.
  init?(_ experiment: Summary.MeasuredExperiment) {
    let audited = experiment.points.compactMap { point in point.audit.map { (point: point, audit: $0) } }
    guard !audited.isEmpty else { return nil }
    let tools = Set(audited.map(\.audit.tool)).sorted().joined(separator: " and ")
    title = "per operation, by \(tools), in trials of their own, setting up included:"
    func counts(_ heading: String, _ count: (Summary.Audit) -> Double?) -> Column {
      let cells = audited.map { count($0.audit).map { NumberText.significant($0, digits: 3) } ?? NumberText.none }
      return Column(heading: heading, cells: cells, kind: .number)
    }
    let names = [
      Column(heading: "mode", cells: audited.map(\.point.name), kind: .text),
      Column(heading: "conc.", cells: audited.map { NumberText.grouped($0.point.concurrency) }, kind: .number),
    ]
    let counted = [
      counts("client calls") { $0.client?.syscalls },
      counts("switches") { $0.client?.switches },
      counts("allocations") { $0.client?.allocations },
      counts("server calls") { $0.server?.syscalls },
      counts("switches") { $0.server?.switches },
      counts("allocations") { $0.server?.allocations },
    ]
    columns = names + counted.filter { $0.cells.contains { $0 != NumberText.none } }
  }
}
