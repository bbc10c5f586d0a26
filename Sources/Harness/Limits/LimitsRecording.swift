import Foundation
import Records

extension LimitsRecord {
  /// - Parameter started: the time when the experiments began, in UTC.
  public init(_ results: [LimitResult], started: Date, processors: Processors) {
    self.init(
      started: ISO8601DateFormatter().string(from: started), tool: MachineFacts.tool,
      machine: MachineFacts.environment(processors), experiments: results.map(LimitsRecord.Entry.init))
  }
}

extension LimitsRecord: FolderRecord {}

extension LimitsRecord.Entry {
  init(_ result: LimitResult) {
    let isMeasured = result.verdict != .skipped
    let predicted = result.observations.filter { $0.least != nil || $0.most != nil }
    self.init(
      name: result.limit.rawValue, claim: result.limit.claim,
      prediction: isMeasured
        ? Dictionary(
          uniqueKeysWithValues: predicted.map { ($0.key, LimitsRecord.Prediction(least: $0.least, most: $0.most)) })
        : nil,
      measurement: isMeasured
        ? Dictionary(uniqueKeysWithValues: result.observations.map { ($0.key, $0.measured) }) : nil,
      verdict: result.verdict, sentence: result.sentence)
  }
}

extension LimitResult.Observation {
  /// The name in data: lower-case words and the unit, joined by underscores; names of errors keep their case.
  var key: String {
    let words = name.split { !$0.isLetter && !$0.isNumber }
    return (words.map(String.init) + [unit.rawValue]).joined(separator: "_")
  }
}
