import Foundation

extension RunRecord {
  /// One of the runs that a merged run is made of. Its trials have kept its `run_id`.
  public struct Part: Codable, Equatable, Sendable {
    /// As its own `run.json` has it.
    public var run: RunRecord
    /// By how much the numbers of its trials were raised.
    public var trialOffset: Int
    /// By how much the rounds of its trials were raised, by experiment, so that no two runs share a round. Trials of
    /// round 0, the audits, keep it.
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

  /// The runs that were measured: this one, or those that it is merged from.
  public var measuredRuns: [RunRecord] { mergedFrom?.map(\.run) ?? [self] }
}

extension RunFolder {
  /// Reads the run as ``read()`` does, for it to be written anew: fields that this version does not know, and that would
  /// be lost, are an error.
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
        "\(place): has fields that this version of iomodes does not know, and would lose; use the version that wrote it"
      )
    }
  }
}
