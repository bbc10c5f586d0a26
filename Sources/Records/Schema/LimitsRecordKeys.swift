import Plan

extension LimitsRecord.CodingKeys: DescribedKey {
  static let object = "limits.json: experiments on the limits that ways of waiting run into."

  var field: FieldDescription {
    switch self {
    case .schemaVersion:
      .init(
        "The version of the layout. Readers refuse versions that they do not know; within one, keys "
          + "are added and never renamed.", constant: SchemaVersion.current)
    case .started:
      .init("When, in UTC (ISO 8601).", pattern: #"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"#)
    case .tool: "The program."
    case .machine: "The machine."
    case .experiments: "In the order in which they were carried out."
    }
  }
}

extension LimitsRecord.Entry.CodingKeys: DescribedKey {
  static let object = "An experiment."

  var field: FieldDescription {
    switch self {
    case .name: "The limit."
    case .claim: "What it puts to the test."
    case .prediction:
      .init(
        "What was expected, by arithmetic on what the machine allows; the unit ends the name. Absent "
          + "where it was skipped.")
    case .measurement: "What was measured; the unit ends the name. Absent where it was skipped."
    case .verdict: "Of the measurement on the prediction."
    case .sentence: "What was found, or why nothing could be."
    }
  }
}

extension LimitsRecord.Prediction.Bounds.CodingKeys: DescribedKey {
  static let object = "Between which it was expected to lie; without a bound it was open on that side."

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
