extension Table {
  /// The claims with their numbers, one group each. A claim stands in the row of its first number, and in a row of its own
  /// if it was not measured.
  static func claims(_ results: [ClaimResult]) -> Table {
    let rows = results.flatMap { result -> [(claim: ClaimResult?, measure: Measure?, source: Cell.Source?)] in
      guard let first = result.measures.first else { return [(result, nil, nil)] }
      func row(_ measure: Measure, of claim: ClaimResult?) -> (ClaimResult?, Measure?, Cell.Source?) {
        let place = Citable.Place(claim: result.claim.id, of: measure.experiment)
        return (claim, measure, Cell.Source(place: place, metric: Citable.word(measure.name)))
      }
      return [row(first, of: result)] + result.measures.dropFirst().map { row($0, of: nil) }
    }
    func column(_ heading: String, _ text: (Measure) -> String) -> TableColumn {
      .text(heading, rows.map { $0.measure.map(text) ?? "" })
    }
    return Table(
      title: "What is claimed, and what was measured:",
      columns: [
        .text("claim", rows.map { $0.claim.map { "\($0.claim.id): \($0.claim.text)" } ?? "" }),
        TableColumn("verdict", .text, rows.map { Cell($0.claim?.verdictText ?? "", isStrong: true) }),
        column("number", \.name), column("predicted", \.predicted),
        TableColumn(
          "measured", .text,
          rows.map { Cell($0.measure?.median ?? "", interval: $0.measure?.interval ?? "", source: $0.source) }),
        column("interval", \.interval), column("trials") { NumberText.grouped($0.estimate.n) },
        column("number is", \.standingText),
      ],
      rows: rows.map { Row(isWarning: $0.measure?.missesPrediction ?? false, startsGroup: $0.claim != nil) }, names: 1,
      layouts: TableLayouts(
        text: [
          ["number", "predicted", "measured", "trials", "number is"],
          ["number", "predicted", "measured", "number is"], ["number", "measured", "number is"],
          ["number", "number is"], ["number"],
        ],
        markdown: [
          "claim", "verdict", "number", "predicted", .median("measured"), "interval", "trials", "number is",
        ],
        latex: ["claim", "verdict", "number", "predicted", .median("measured"), "interval"],
        html: [.init("number", "claim and number"), "predicted", "measured", "number is"]))
  }
}
