import Foundation
import Plan
import Records
import Testing

struct RunWriterTests {
  @Test func trialIsReadableAsSoonAsItIsAppended() throws {
    try withScratchFolder { folder in
      let writer = try RunWriter(creating: folder, Sample.run)
      #expect(try folder.read().trials.isEmpty)
      for number in 1...3 {
        try writer.append(Sample.trial(number))
        #expect(try folder.read().trials.count == number)
      }
    }
  }

  @Test func folderThatHoldsARunIsNotOverwritten() throws {
    try withScratchFolder { folder in
      try RunWriter(creating: folder, Sample.run).append(Sample.trial(1))
      let failure = #expect(throws: RunFolderFailure.self) { try RunWriter(creating: folder, Sample.run) }
      #expect(failure?.description.contains("already holds a run") == true)
      #expect(try folder.read().trials.count == 1)
    }
  }

  @Test func resumedRunGoesOnAfterTheLastWholeLine() throws {
    try withScratchFolder { folder in
      try write(folder, trials: 2)
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.trialsPath))
      try file.truncate(atOffset: try file.seekToEnd() - 10)
      try file.close()
      try RunWriter(resuming: folder).append(Sample.trial(3))
      let run = try folder.read()
      #expect(run.trials == [Sample.trial(1), Sample.trial(3)])
      #expect(run.warnings.isEmpty)
    }
  }

  @Test func resumedRunWithoutAWholeLineStartsOver() throws {
    try withScratchFolder { folder in
      _ = try RunWriter(creating: folder, Sample.run)
      try #"{"schema_version":1"#.write(toFile: folder.trialsPath, atomically: true, encoding: .utf8)
      try RunWriter(resuming: folder).append(Sample.trial(1))
      #expect(try folder.read().trials == [Sample.trial(1)])
    }
  }

  @Test func folderThatCannotBeMadeIsAFailureOfOneLine() throws {
    try withScratchFolder { folder in
      try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
      try "in the way".write(toFile: folder.path + "/file", atomically: true, encoding: .utf8)
      let failure = #expect(throws: RunFolderFailure.self) {
        try RunWriter(creating: RunFolder(path: folder.path + "/file/run"), Sample.run)
      }
      #expect(failure?.remedy == .otherOutput)
      #expect(failure?.description.contains("\n") == false)
    }
  }

  @Test func fileThatIsRemovedOrMovedMeanwhileEndsTheRun() throws {
    try withScratchFolder { folder in
      let writer = try RunWriter(creating: folder, Sample.run)
      try writer.append(Sample.trial(1))
      let moved = RunFolder(path: folder.path + "-moved")
      try FileManager.default.moveItem(atPath: folder.path, toPath: moved.path)
      func failure() -> String? {
        #expect(throws: RunFolderFailure.self) { try writer.append(Sample.trial(2)) }?.description
      }
      #expect(failure()?.hasPrefix("\(folder.trialsPath) was removed or moved while the run wrote to it") == true)
      #expect(try moved.read().trials.count == 2, "what was measured is kept")
      try FileManager.default.removeItem(atPath: moved.path)
      #expect(failure()?.contains("removed or moved") == true)
    }
  }

  /// In a separate process, because the limit of file sizes applies to the whole process.
  @Test func finishedTrialsAreKeptWhereTheDiskIsFullAtAnyByteOfTheNext() async {
    await #expect(processExitsWith: .success) {
      try withScratchFolder { folder in
        // Without the signal, write(2) fails with EFBIG.
        signal(SIGXFSZ, SIG_IGN)
        try write(folder, trials: 2)
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.trialsPath))
        let length = try JSONEncoder.stable().encode(small(3)).count
        do {
          let writer = try RunWriter(resuming: folder)
          for room in 0...length {
            limitFileSize(to: before.count + room)
            let failure = #expect(throws: RunFolderFailure.self) { try writer.append(small(3)) }
            #expect(failure?.description.contains("finished trials are kept") == true)
            #expect(failure?.remedy == .spaceAndResuming(folder: folder.path))
            #expect(failure?.description.contains("\n") == false)
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder.trialsPath)) == before)
          }
        }
        limitFileSize(to: before.count + length + 1)
        try RunWriter(resuming: folder).append(small(3))
        #expect(try folder.read().trials == [Sample.trial(1), Sample.trial(2), small(3)])
      }
    }
  }

  @Test func nothingIsLeftOfARunWhoseRecordCannotBeWritten() async {
    await #expect(processExitsWith: .success) {
      try withScratchFolder { folder in
        signal(SIGXFSZ, SIG_IGN)
        limitFileSize(to: 100)
        let failure = #expect(throws: RunFolderFailure.self) { try RunWriter(creating: folder, Sample.run) }
        #expect(failure?.description.contains("run.json: File too large") == true && failure?.remedy == .otherOutput)
        #expect(!FileManager.default.fileExists(atPath: folder.path))
        limitFileSize(to: .max)
        try RunWriter(creating: folder, Sample.run).append(Sample.trial(1))
      }
    }
  }

  @Test func runIsWrittenByOneWriterAtATime() throws {
    try withScratchFolder { folder in
      let writer = try RunWriter(creating: folder, Sample.run)
      let failure = #expect(throws: RunFolderFailure.self) { try RunWriter(resuming: folder) }
      #expect(failure?.description == "\(folder.path) is being written by another iomodes; wait until it has ended")
      try writer.append(Sample.trial(1))
      #expect(try folder.read().trials.count == 1)
    }
  }

  /// A writer that has just begun has not written `run.json` yet.
  @Test func folderThatAnotherRunHasJustBegunInIsRefused() throws {
    try withScratchFolder { folder in
      let writer = try RunWriter(creating: folder, Sample.run)
      try FileManager.default.removeItem(atPath: folder.recordPath)
      let failure = #expect(throws: RunFolderFailure.self) { try RunWriter(creating: folder, Sample.run) }
      #expect(
        failure?.description == "\(folder.path) is being written by another iomodes" && failure?.remedy == .otherOutput)
      withExtendedLifetime(writer) {}
    }
  }

  @Test func folderOfARunThatWasKilledBeforeItsFirstTrialIsTaken() throws {
    try withScratchFolder { folder in
      try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
      try Data().write(to: URL(fileURLWithPath: folder.trialsPath))
      try "{".write(toFile: folder.recordPath + ".part", atomically: false, encoding: .utf8)
      try RunWriter(creating: folder, Sample.run).append(Sample.trial(1))
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["run.json", "trials.jsonl"])
    }
  }

  @Test func trialsWithoutARunAreNotAddedTo() throws {
    try withScratchFolder { folder in
      try write(folder, trials: 1)
      try FileManager.default.removeItem(atPath: folder.recordPath)
      let failure = #expect(throws: RunFolderFailure.self) { try RunWriter(creating: folder, Sample.run) }
      #expect(failure?.description.contains("trials.jsonl has trials and no run.json beside it") == true)
    }
  }

  @Test(arguments: ["..", "a\u{1B}[2J", "a\nb", String(repeating: "x", count: 256)])
  func runIsNotCalledWhatNoFolderIsCalled(_ name: String) throws {
    try withScratchFolder { folder in
      var record = Sample.run
      record.runID = name
      let failure = #expect(throws: RunFolderFailure.self) { try RunWriter(creating: folder, record) }
      #expect(failure?.description.hasPrefix("a run cannot be called '") == true)
      #expect(failure?.description.contains("\n") == false && failure?.description.contains("\u{1B}") == false)
      #expect(!FileManager.default.fileExists(atPath: folder.path))
    }
  }

  /// Where nothing at all can be written, as on a full disk.
  @Test func failureOfADeviceNamesItsReason() throws {
    try withScratchFolder { folder in
      _ = try RunWriter(creating: folder, Sample.run)
      try FileManager.default.removeItem(atPath: folder.trialsPath)
      try FileManager.default.createSymbolicLink(atPath: folder.trialsPath, withDestinationPath: "/dev/full")
      let writer = try RunWriter(resuming: folder)
      let failure = #expect(throws: RunFolderFailure.self) { try writer.append(Sample.trial(1)) }
      #expect(failure?.description.contains("No space left on device") == true)
    }
  }
}

private func write(_ folder: RunFolder, trials: Int) throws {
  let writer = try RunWriter(creating: folder, Sample.run)
  for number in 1...trials { try writer.append(Sample.trial(number)) }
}

/// A trial of few bytes.
private func small(_ number: Int) -> TrialRecord {
  TrialRecord(
    runID: "r", experiment: "e", trial: number, round: 1, order: 1, seed: 1, mode: "null", workload: .null,
    concurrency: 1,
    operations: .init(), valid: true, reasons: [])
}

private func limitFileSize(to count: Int) {
  let fileSize = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
  var limit = rlimit()
  #expect(getrlimit(fileSize, &limit) == 0)
  limit.rlim_cur = min(limit.rlim_max, rlim_t(count))
  #expect(setrlimit(fileSize, &limit) == 0)
}
