import Foundation
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
      let writer = try RunWriter(creating: folder, Sample.run)
      for number in 1...2 { try writer.append(Sample.trial(number)) }
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
      #expect(failure?.description.contains("choose another --output") == true)
      #expect(failure?.description.contains("\n") == false)
    }
  }

  /// In a process of its own, because the limit on the size of files is the whole process's.
  @Test func fullDiskKeepsTheFinishedTrials() async {
    await #expect(processExitsWith: .success) {
      try withScratchFolder { folder in
        let fileSize = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
        let writer = try RunWriter(creating: folder, Sample.run)
        for number in 1...2 { try writer.append(Sample.trial(number)) }
        let size = try #require(
          FileManager.default.attributesOfItem(atPath: folder.trialsPath)[.size] as? UInt64)

        // Room for half a line more; without the signal, write(2) fails with EFBIG.
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit()
        #expect(getrlimit(fileSize, &limit) == 0)
        limit.rlim_cur = rlim_t(size + size / 4)
        #expect(setrlimit(fileSize, &limit) == 0)
        let failure = #expect(throws: RunFolderFailure.self) { try writer.append(Sample.trial(3)) }
        #expect(failure?.description.contains("the finished trials are kept") == true)
        #expect(failure?.description.contains("--resume \(folder.path)") == true)
        #expect(failure?.description.contains("\n") == false)
        let run = try folder.read()
        #expect(run.trials == (1...2).map(Sample.trial))
        #expect(run.warnings.isEmpty)

        limit.rlim_cur = limit.rlim_max
        #expect(setrlimit(fileSize, &limit) == 0)
        try RunWriter(resuming: folder).append(Sample.trial(3))
        #expect(try folder.read().trials.count == 3)
      }
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
