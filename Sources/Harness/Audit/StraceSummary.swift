import Records

/// The output of `strace -c`: strace(1).
enum StraceSummary {
  /// Whether the line says that strace has attached.
  static func hasBegun(_ line: String) -> Bool { line.contains(" attached") }

  /// Parses the table. The columns are share, seconds, microseconds per call, calls, errors (if any) and name. The last
  /// row is the total; older versions omit its microseconds.
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
