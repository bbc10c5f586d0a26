/// The content of `limits.json`: the machine, and each limit experiment with its prediction and measurement.
public struct LimitsRecord: Codable, Equatable, Sendable {
  public static let name = "limits.json"

  public var schemaVersion = SchemaVersion.current
  /// ISO 8601, UTC.
  public var started: String
  public var tool: RunRecord.Tool
  public var machine: Environment
  public var experiments: [Entry]

  public init(started: String, tool: RunRecord.Tool, machine: Environment, experiments: [Entry]) {
    self.started = started
    self.tool = tool
    self.machine = machine
    self.experiments = experiments
  }

  enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case started, tool, machine, experiments
  }

  public enum Verdict: String, Codable, CaseIterable, Sendable {
    case asPredicted = "as predicted"
    case otherwise
    /// The machine does not allow the experiment.
    case skipped
  }

  /// The names of numbers end with their unit. A skipped experiment has no numbers.
  public struct Entry: Codable, Equatable, Sendable {
    public var name: String
    public var claim: String
    public var prediction: [String: Prediction]?
    public var measurement: [String: Double]?
    public var verdict: Verdict
    /// The finding, or why there is none.
    public var sentence: String

    public init(
      name: String, claim: String, prediction: [String: Prediction]?, measurement: [String: Double]?, verdict: Verdict,
      sentence: String
    ) {
      self.name = name
      self.claim = claim
      self.prediction = prediction
      self.measurement = measurement
      self.verdict = verdict
      self.sentence = sentence
    }

    enum CodingKeys: String, CodingKey { case name, claim, prediction, measurement, verdict, sentence }
  }

  /// The predicted range of a number, written as a number or as bounds.
  public struct Prediction: Codable, Equatable, Sendable {
    public var least: Double?
    public var most: Double?

    public init(least: Double?, most: Double?) {
      self.least = least
      self.most = most
    }

    public func isMet(by measured: Double) -> Bool { measured >= least ?? -.infinity && measured <= most ?? .infinity }

    /// The written form if it is more than a number.
    struct Bounds: Codable {
      var least: Double?
      var most: Double?

      enum CodingKeys: String, CodingKey { case least, most }
    }

    public init(from decoder: any Decoder) throws {
      if let exactly = try? decoder.singleValueContainer().decode(Double.self) {
        self.init(least: exactly, most: exactly)
        return
      }
      let bounds = try Bounds(from: decoder)
      self.init(least: bounds.least, most: bounds.most)
    }

    public func encode(to encoder: any Encoder) throws {
      if let least, least == most {
        var container = encoder.singleValueContainer()
        return try container.encode(least)
      }
      try Bounds(least: least, most: most).encode(to: encoder)
    }
  }
}
