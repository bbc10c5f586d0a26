import Measurement

/// What names in records are made of. Whoever reads a run need not be who wrote it: names become parts of paths, of
/// documents and of what a terminal shows.
public enum RecordName {
  /// In bytes: of an id, which is the name of a file, and of a label, which may be a part of one.
  public static let (longestID, longestLabel) = (255, 120)

  /// Why a text is no id, such as that of a run, which is the name of its folder; nil where it is one.
  public static func objection(toID text: String) -> String? {
    if text == "." || text == ".." || text.utf8.contains(UInt8(ascii: "/")) {
      return "'\(shown(text))', which is not the name of one folder"
    }
    return objection(to: text, longest: longestID)
  }

  /// Why a text is no label, such as the name of an experiment or of a mode; nil where it is one.
  public static func objection(toLabel text: String) -> String? { objection(to: text, longest: longestLabel) }

  private static func objection(to text: String, longest: Int) -> String? {
    if text.isEmpty { return "'', which is empty" }
    if text.utf8.count > longest {
      return "'\(shown(text))', which has \(text.utf8.count) bytes and may have \(longest)"
    }
    return text.unicodeScalars.allSatisfy(isVisible)
      ? nil : "'\(shown(text))', which has characters that are not visible"
  }

  /// Whether a character is one to be seen, and does nothing to a terminal or to the text around it.
  public static func isVisible(_ character: Unicode.Scalar) -> Bool {
    if character.isASCII { return (0x20..<0x7F).contains(character.value) }
    return switch character.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
    default: true
    }
  }

  /// The beginning of a text as a line may quote it.
  public static func shown(_ text: String) -> String {
    let most = 40
    let start = text.unicodeScalars.prefix(most).map { isVisible($0) ? String($0) : "?" }.joined()
    return text.unicodeScalars.count > most ? start + "…" : start
  }
}

extension RunRecord {
  var objection: String? {
    if let objection = RecordName.objection(toID: runID) { return "run_id is \(objection)" }
    for (index, part) in (mergedFrom ?? []).enumerated() {
      if let objection = part.run.objection { return "merged_from[\(index)].run: \(objection)" }
    }
    let experiments = plannedExperiments.enumerated().map { ("suite.experiments[\($0)].name", $1["name"]) }
    for (field, name) in [("suite.name", suite["name"])] + experiments {
      if let name = name?.string, let objection = RecordName.objection(toLabel: name) {
        return "\(field) is \(objection)"
      }
    }
    return nil
  }
}

extension TrialRecord {
  var objection: String? {
    if let objection = RecordName.objection(toID: runID) { return "run_id is \(objection)" }
    let kinds = [operations] + (lanes ?? [:]).values.map(\.operations)
    let names: [(String, [String])] = [
      ("experiment", [experiment]), ("mode", [mode]), ("variant", [variant].compactMap { $0 }),
      ("arrivals.kind", [arrivals.kind]), ("workload.kind", [workload["kind"]?.string].compactMap { $0 }),
      ("a class of lanes", (lanes ?? [:]).keys.sorted()),
      ("a kind of failure", kinds.flatMap { [$0.failed, $0.non2xx] }.flatMap { ($0 ?? [:]).keys.sorted() }),
    ]
    for (field, values) in names {
      for value in values {
        if let objection = RecordName.objection(toLabel: value) { return "\(field) is \(objection)" }
      }
    }
    let counts = [("concurrency", concurrency), ("limit", limit), ("pipeline", pipeline)]
    for (field, value) in counts {
      if let value, !PlanRange.lanes.contains(value) {
        return "\(field) is \(value), which is not from \(PlanRange.lanes.lowerBound) to \(PlanRange.lanes.upperBound)"
      }
    }
    if let rate = arrivals.rate, !(rate > 0 && rate <= PlanRange.highestRate) {
      return "arrivals.rate_per_s is \(rate), which is not above 0 and at most 1e8"
    }
    return nil
  }
}

extension LimitsRecord {
  var objection: String? {
    for (index, experiment) in experiments.enumerated() {
      let keys = (experiment.prediction ?? [:]).keys.sorted() + (experiment.measurement ?? [:]).keys.sorted()
      for name in [experiment.name] + keys {
        if let objection = RecordName.objection(toLabel: name) {
          return "a name in experiments[\(index)] is \(objection)"
        }
      }
    }
    return nil
  }
}
