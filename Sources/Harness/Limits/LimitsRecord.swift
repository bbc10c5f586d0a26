import Foundation
import Records

extension LimitsRecord {
  /// - Parameter started: when, in UTC.
  public init(_ results: [LimitResult], started: Date, processors: Processors) {
    self.init(
      started: ISO8601DateFormatter().string(from: started), tool: MachineFacts.tool,
      machine: MachineFacts.environment(processors), experiments: results.map(Experiment.init))
  }

  /// Writes it into a folder that has been prepared.
  public func write(to folder: String) throws(HarnessFailure) {
    let path = "\(folder)/\(Self.name)"
    do {
      let text = try JSONEncoder.stable(pretty: true).encode(self) + Data("\n".utf8)
      try text.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw HarnessFailure("cannot write \(path): \(error.localizedDescription); choose another --output")
    }
  }

  /// Makes the folder, before there is anything to write.
  public static func prepare(_ folder: String) throws(HarnessFailure) {
    if FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
      throw HarnessFailure("\(folder) already holds a \(name); name another --output")
    }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw HarnessFailure("cannot make \(folder): \(error.localizedDescription); choose another --output")
    }
  }
}

extension LimitsRecord.Experiment {
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
  /// Its name in data: lower-case words and the unit, joined by underscores; names of errors stay as they are.
  var key: String {
    let words = name.split { !$0.isLetter && !$0.isNumber }
    return (words.map(String.init) + [unit.rawValue]).joined(separator: "_")
  }
}
