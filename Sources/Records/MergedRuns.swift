import Foundation

extension RunRecord {
  /// One of the runs that make up a merged run. Its trials keep its `run_id`.
  public struct Part: Codable, Equatable, Sendable {
    /// The run's own `run.json`.
    public var run: RunRecord
    /// The number added to its trial numbers.
    public var trialOffset: Int
    /// The number added to its rounds, by experiment, so that no two runs share a round. Audits keep round 0.
    public var roundOffsets: [String: Int]

    public init(run: RunRecord, trialOffset: Int, roundOffsets: [String: Int]) {
      self.run = run
      self.trialOffset = trialOffset
      self.roundOffsets = roundOffsets
    }

    enum CodingKeys: String, CodingKey {
      case run
      case trialOffset = "trial_offset"
      case roundOffsets = "round_offsets"
    }
  }

  /// The runs that were measured: this one, or those that it merges.
  public var measuredRuns: [RunRecord] { mergedFrom?.map(\.run) ?? [self] }
}

extension RunFolder {
  /// Reads the run like ``read()``, to write it again. Fields that this version does not know are an error, because
  /// they would be lost.
  public func readInFull() throws(RunFolderFailure) -> Run {
    let run = try read()
    try check(FileManager.default.contents(atPath: recordPath) ?? Data(), against: run.record, at: recordPath)
    guard !run.trials.isEmpty else { return run }
    let lines = try trialLines()
    for (index, trial) in run.trials.enumerated() {
      try check(lines.bytes[lines.lines[index]], against: trial, at: "\(trialsPath): line \(lines.numbers[index])")
    }
    return run
  }

  private func check(_ data: Data, against value: some Encodable, at place: String) throws(RunFolderFailure) {
    let decoder = JSONDecoder()
    guard let own = try? JSONEncoder().encode(value), let known = try? decoder.decode(JSONValue.self, from: own),
      let written = try? decoder.decode(JSONValue.self, from: data), known == written
    else {
      throw RunFolderFailure(
        "\(place): has fields that this version of iomodes does not know and would lose; use the version that wrote it"
      )
    }
  }
}
