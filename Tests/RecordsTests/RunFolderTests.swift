import Foundation
import Records
import Testing

struct RunFolderTests {
  /// Writes a run of `trials` trials.
  private func write(_ folder: RunFolder, trials: Int) throws {
    let writer = try RunWriter(creating: folder, Sample.run)
    for number in 1...trials { try writer.append(Sample.trial(number)) }
  }

  private func damage(_ path: String, _ change: (inout [UInt8]) -> Void) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    change(&bytes)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  /// Expects that reading fails with one line that contains all `parts`.
  private func expectFailure(reading folder: RunFolder, _ parts: String...) {
    let failure = #expect(throws: RunFolderFailure.self) { try folder.read() }
    let text = failure?.description ?? ""
    for part in parts { #expect(text.contains(part), "\(text)") }
    #expect(!text.contains("\n"))
  }

  @Test func runComesBackAsItWasWritten() throws {
    try withScratchFolder { folder in
      try write(folder, trials: 3)
      #expect(try String(contentsOfFile: folder.trialsPath, encoding: .utf8).contains(#""p99_9":"#))
      let run = try folder.read()
      #expect(run.record == Sample.run)
      #expect(run.trials == (1...3).map(Sample.trial))
      #expect(run.warnings.isEmpty)
    }
  }

  @Test func whatIsAbsentIsNotWritten() throws {
    try withScratchFolder { folder in
      let bare = TrialRecord(
        runID: "r", experiment: "e", trial: 1, round: 1, order: 1, seed: 1, mode: "null", workload: .null,
        concurrency: 1, operations: .init(), valid: true, reasons: [])
      try RunWriter(creating: folder, Sample.run).append(bare)
      let line = try String(contentsOfFile: folder.trialsPath, encoding: .utf8)
      #expect(!line.contains("throughput_per_s"))
      #expect(!line.contains("server"))
      #expect(try folder.read().trials == [bare])
    }
  }

  @Test func fieldsThatAreNotKnownAreIgnored() throws {
    try withScratchFolder { folder in
      try write(folder, trials: 1)
      for path in [folder.recordPath, folder.trialsPath] {
        try damage(path) { $0.replaceSubrange(0..<1, with: Array(#"{"later":[{"x":1}],"#.utf8)) }
      }
      #expect(try folder.read().trials == [Sample.trial(1)])
    }
  }

  @Test func unknownVersionOfARunIsRefused() throws {
    try withScratchFolder { folder in
      var record = Sample.run
      record.schemaVersion = 99
      _ = try RunWriter(creating: folder, record)
      expectFailure(reading: folder, "run.json", "99", "the version of iomodes that wrote it")
    }
  }

  @Test func unknownVersionOfATrialIsRefused() throws {
    try withScratchFolder { folder in
      try write(folder, trials: 1)
      var trial = Sample.trial(2)
      trial.schemaVersion = 0
      try RunWriter(resuming: folder).append(trial)
      expectFailure(reading: folder, "trials.jsonl: line 2", "schema version 0 is unknown")
    }
  }

  @Test(arguments: [1, 2, 100, 2000])
  func lastLineThatIsCutOffIsLeftOutWithAWarning(missing: Int) throws {
    try withScratchFolder { folder in
      try write(folder, trials: 3)
      try damage(folder.trialsPath) { $0.removeLast(missing) }
      let run = try folder.read()
      #expect(run.trials == (1...2).map(Sample.trial))
      #expect(run.warnings.count == 1)
      #expect(run.warnings.first?.contains("line 3 is cut off") == true)
      #expect(run.warnings.first?.contains("resuming the run") == true)
    }
  }

  @Test func lineThatIsDamagedInTheMiddleIsAFailureThatNamesIt() throws {
    try withScratchFolder { folder in
      try write(folder, trials: 3)
      try damage(folder.trialsPath) { bytes in
        let second = (bytes.firstIndex(of: UInt8(ascii: "\n")) ?? 0) + 1
        bytes.replaceSubrange(second..<second + 40, with: [UInt8](repeating: 0, count: 40))
      }
      expectFailure(reading: folder, "trials.jsonl: line 2", "damaged", "restore the file, or run again")
    }
  }

  @Test func trialThatIsThereTwiceIsAFailureThatNamesBothLines() throws {
    try withScratchFolder { folder in
      try write(folder, trials: 3)
      let lines = try String(contentsOfFile: folder.trialsPath, encoding: .utf8)
      try (lines + lines.split(separator: "\n")[1] + "\n").write(
        toFile: folder.trialsPath, atomically: true, encoding: .utf8)
      expectFailure(
        reading: folder, "trials.jsonl: line 4 repeats trial 2 of line 2", "they are equal, so remove one")
      var other = Sample.trial(2)
      other.concurrency += 1
      try lines.write(toFile: folder.trialsPath, atomically: true, encoding: .utf8)
      try RunWriter(resuming: folder).append(other)
      expectFailure(reading: folder, "line 4 repeats trial 2 of line 2", "they differ, so restore the file")
    }
  }

  @Test func fieldOfTheWrongTypeIsNamed() throws {
    try withScratchFolder { folder in
      try write(folder, trials: 1)
      let text = try String(contentsOfFile: folder.trialsPath, encoding: .utf8)
        .replacingOccurrences(of: #""concurrency":64"#, with: #""concurrency":"many""#)
      try text.write(toFile: folder.trialsPath, atomically: true, encoding: .utf8)
      expectFailure(reading: folder, "line 1", "field 'concurrency' has the wrong type")
    }
  }

  @Test(arguments: [folderIsMissing, runIsMissing, runIsCutInHalf, runIsEmpty])
  func runWithoutItsRecordIsAFailureOfOneLine(damage: @Sendable (RunFolder) throws -> Void) throws {
    try withScratchFolder { folder in
      try write(folder, trials: 1)
      try damage(folder)
      expectFailure(reading: folder, folder.recordPath)
    }
  }

  @Test func runWithoutTrialsIsARun() throws {
    try withScratchFolder { folder in
      _ = try RunWriter(creating: folder, Sample.run)
      try FileManager.default.removeItem(atPath: folder.trialsPath)
      #expect(try folder.read().trials.isEmpty)
    }
  }
}

@Sendable private func folderIsMissing(_ folder: RunFolder) throws {
  try FileManager.default.removeItem(atPath: folder.path)
}

@Sendable private func runIsMissing(_ folder: RunFolder) throws {
  try FileManager.default.removeItem(atPath: folder.recordPath)
}

@Sendable private func runIsCutInHalf(_ folder: RunFolder) throws {
  let data = try Data(contentsOf: URL(fileURLWithPath: folder.recordPath))
  try data.prefix(data.count / 2).write(to: URL(fileURLWithPath: folder.recordPath))
}

@Sendable private func runIsEmpty(_ folder: RunFolder) throws {
  try Data().write(to: URL(fileURLWithPath: folder.recordPath))
}
