import Foundation
import Records

/// What lies in `limits.json`: the machine, and each experiment with what was predicted and measured.
public struct LimitsRecord: Encodable {
  let results: [LimitResult]
  let started: String
  let environment: Records.Environment

  /// - Parameter started: when, in UTC.
  public init(_ results: [LimitResult], started: Date, processors: Processors) {
    self.results = results
    self.started = ISO8601DateFormatter().string(from: started)
    environment = MachineFacts.environment(processors)
  }

  public static let name = "limits.json"

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

  private enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case started, tool, machine, experiments
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(SchemaVersion.current, forKey: .schemaVersion)
    try container.encode(started, forKey: .started)
    try container.encode(MachineFacts.tool, forKey: .tool)
    try container.encode(environment, forKey: .machine)
    try container.encode(results.map(Experiment.init), forKey: .experiments)
  }

  /// The names of numbers end in their unit. What was skipped has no numbers.
  private struct Experiment: Encodable {
    var name: String
    var claim: String
    var prediction: [String: Prediction]?
    var measurement: [String: JSONValue]?
    var verdict: String
    var sentence: String

    struct Prediction: Encodable {
      var least: Double?
      var most: Double?

      private enum CodingKeys: String, CodingKey { case least, most }

      /// A number, or its bounds.
      func encode(to encoder: any Encoder) throws {
        if let least, least == most {
          var container = encoder.singleValueContainer()
          return try container.encode(JSONValue.number(least))
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(least.map(JSONValue.number), forKey: .least)
        try container.encodeIfPresent(most.map(JSONValue.number), forKey: .most)
      }
    }

    init(_ result: LimitResult) {
      name = result.limit.rawValue
      claim = result.limit.claim
      verdict = result.verdict.rawValue
      sentence = result.sentence
      guard result.verdict != .skipped else { return }
      let predicted = result.observations.filter { $0.least != nil || $0.most != nil }
      prediction = Dictionary(
        uniqueKeysWithValues: predicted.map { ($0.key, Prediction(least: $0.least, most: $0.most)) })
      measurement = Dictionary(uniqueKeysWithValues: result.observations.map { ($0.key, .number($0.measured)) })
    }
  }
}

extension LimitResult.Observation {
  /// Its name in data: lower-case words and the unit, joined by underscores; names of errors stay as they are.
  var key: String {
    let words = name.split { !$0.isLetter && !$0.isNumber }
    return (words.map(String.init) + [unit.rawValue]).joined(separator: "_")
  }
}
