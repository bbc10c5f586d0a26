import Records

/// strace(1) with `-c`: what it answers.
enum StraceSummary {
  /// Whether the line says that it traces.
  static func hasBegun(_ line: String) -> Bool { line.contains(" attached") }

  /// Reads the table. Its columns are share, seconds, microseconds a call, calls, errors where there were some, and name;
  /// the last row is the total, in which older versions leave the microseconds out.
  static func counts(_ lines: [String]) -> TrialRecord.Counts {
    var byName: [String: UInt64] = [:]
    for line in lines {
      let fields = line.split(separator: " ")
      guard (5...6).contains(fields.count), Double(fields[0]) != nil, Double(fields[1]) != nil,
        let calls = UInt64(fields[3]), let name = fields.last, name != "total"
      else { continue }
      byName[String(name), default: 0] += calls
    }
    return byName.isEmpty
      ? TrialRecord.Counts() : TrialRecord.Counts(syscalls: byName.values.reduce(0, +), byName: byName)
  }
}
