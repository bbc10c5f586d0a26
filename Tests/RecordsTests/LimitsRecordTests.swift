import Foundation
import Records
import Testing

struct LimitsRecordTests {
  private static let record = LimitsRecord(
    started: "2026-01-02T03:04:05Z", tool: Sample.run.tool, machine: Sample.run.environment,
    experiments: [
      .init(
        name: "ports", claim: "A claim.",
        prediction: [
          "held": .init(least: 32, most: 32), "late_ns": .init(least: 1.5, most: 2),
          "verified": .init(least: 1, most: nil),
        ],
        measurement: ["held": 32, "late_ns": 1.75, "verified": 7, "free_bytes": 5], verdict: .asPredicted,
        sentence: "So it is."),
      .init(name: "select", claim: "B.", prediction: nil, measurement: nil, verdict: .skipped, sentence: "Not here."),
    ])

  private func write(_ text: Data, into folder: RunFolder) throws {
    _ = try RunWriter(creating: folder, Sample.run)
    try text.write(to: URL(fileURLWithPath: folder.limitsPath))
  }

  @Test func limitsComeBackAsTheyWereWritten() throws {
    try withScratchFolder { folder in
      try write(JSONEncoder.stable(pretty: true).encode(Self.record), into: folder)
      let run = try folder.read()
      #expect(run.limits == Self.record && run.warnings.isEmpty && run.trials.isEmpty)
    }
  }

  @Test func exactPredictionIsANumber() throws {
    let text = String(decoding: try JSONEncoder.stable().encode(Self.record), as: UTF8.self)
    #expect(
      text.contains(#""prediction":{"held":32,"late_ns":{"least":1.5,"most":2},"verified":{"least":1}}"#), "\(text)")
    #expect(text.contains(#""verdict":"as predicted""#) && !text.contains("null"))
  }

  @Test func runWithoutLimitsHasNone() throws {
    try withScratchFolder { folder in
      _ = try RunWriter(creating: folder, Sample.run)
      let run = try folder.read()
      #expect(run.limits == nil && run.warnings.isEmpty)
    }
  }

  @Test(arguments: ["", "{", #"{"schema_version": 99}"#, #"{"schema_version": 1}"#])
  func limitsThatCannotBeReadAreLeftOutWithAWarning(_ text: String) throws {
    try withScratchFolder { folder in
      try write(Data(text.utf8), into: folder)
      let run = try folder.read()
      #expect(run.limits == nil && run.warnings.count == 1)
      #expect(run.warnings.first?.contains("limits.json") == true)
      #expect(run.warnings.first?.contains("\n") == false)
    }
  }

  @Test(arguments: [(nil, nil, 5, true), (5, 5, 5, true), (5, nil, 4.9, false), (nil, 5, 5.1, false), (1, 5, 3, true)])
  func predictionIsMetWithinItsBounds(least: Double?, most: Double?, measured: Double, isMet: Bool) {
    #expect(LimitsRecord.Prediction(least: least, most: most).isMet(by: measured) == isMet)
  }
}
