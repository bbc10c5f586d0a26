import Plan

extension LimitsRecord.CodingKeys: DescribedKey {
  static let object = "limits.json: experiments on the limits of the system and the runtimes."

  var field: FieldDescription {
    switch self {
    case .schemaVersion: .schemaVersion
    case .started: .time("When it began, in UTC (ISO 8601).")
    case .tool: "The program."
    case .machine: "The machine."
    case .experiments: "The experiments, in the order in which they ran."
    }
  }
}

extension LimitsRecord.Entry.CodingKeys: DescribedKey {
  static let object = "An experiment."

  var field: FieldDescription {
    switch self {
    case .name: "The limit."
    case .claim: "The claim under test."
    case .prediction:
      .init(
        "The predictions, by arithmetic on what the machine allows; each name ends with the unit. Absent "
          + "if the experiment was skipped.")
    case .measurement: "The measurements; each name ends with the unit. Absent if the experiment was skipped."
    case .verdict: "Whether the measurement agrees with the prediction."
    case .sentence: "The finding, or why there is none."
    }
  }
}

extension LimitsRecord.Prediction.Bounds.CodingKeys: DescribedKey {
  static let object = "The predicted range; an absent bound means no limit on that side."

  var field: FieldDescription {
    switch self {
    case .least: "The lower bound."
    case .most: "The upper bound."
    }
  }
}

extension LimitsRecord.Prediction: WrittenInWays {
  public static var ways: [any Decodable.Type] { [Double.self, Bounds.self] }
}
