import Foundation
import Glibc
import SystemCalls
import TestSupport
import Testing

/// A folder of its own for a test, removed afterwards.
private func withFolder<R>(_ body: (String) throws -> R) throws -> R {
  let path = NSTemporaryDirectory() + "iomodes-files-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}

private func names(in folder: String) -> [String] {
  FileSystem.entries(of: folder).filter { !$0.hasPrefix(".") }.sorted()
}

@Suite(.endsHangs) struct ScratchFolderTests {
  @Test func folderIsRemovedWithAllThatIsInItWhenNobodyHoldsIt() throws {
    try withFolder { parent in
      func use() throws {
        let folder = try ScratchFolder(in: parent)
        try FileManager.default.createDirectory(atPath: folder.path + "/a/b", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: parent + "/kept")
        #expect(names(in: parent).count == 2)
        withExtendedLifetime(folder) {}
      }
      try FileManager.default.createDirectory(atPath: parent + "/kept", withIntermediateDirectories: true)
      try "x".write(toFile: parent + "/kept/file", atomically: false, encoding: .utf8)
      try use()
      #expect(names(in: parent) == ["kept"] && names(in: parent + "/kept") == ["file"])
    }
  }

  /// Other files with such a name, or a lock, do not belong to a dead process.
  @Test func onlyFoldersOfTheDeadAreRemoved() throws {
    try withFolder { parent in
      let living = try ScratchFolder(in: parent)
      defer { living.remove() }
      for name in ["iomodes-tmp-dead01", "iomodes-tmp-", "iomodes-tmp-toolong", "other"] {
        try FileManager.default.createDirectory(atPath: "\(parent)/\(name)", withIntermediateDirectories: true)
      }
      try "x".write(toFile: parent + "/iomodes-tmp-file01", atomically: false, encoding: .utf8)
      try FileManager.default.createSymbolicLink(
        atPath: parent + "/iomodes-tmp-link01", withDestinationPath: parent + "/other")
      ScratchFolder.removeDead(in: parent)
      let own = URL(fileURLWithPath: living.path).lastPathComponent
      let kept = [own, "iomodes-tmp-", "iomodes-tmp-file01", "iomodes-tmp-link01", "iomodes-tmp-toolong", "other"]
      #expect(names(in: parent) == kept.sorted())
    }
  }

  /// Between its creation and its lock, a folder looks like a dead process's.
  @Test func foldersThatAreMadeAtOnceAreLeftToThoseWhoMadeThem() throws {
    try withFolder { parent in
      DispatchQueue.concurrentPerform(iterations: 4) { _ in
        for _ in 0..<50 {
          do {
            let folder = try ScratchFolder(in: parent)
            try "x".write(toFile: folder.path + "/file", atomically: false, encoding: .utf8)
            ScratchFolder.removeDead(in: parent)
            #expect(access(folder.path + "/file", F_OK) == 0)
            folder.remove()
          } catch {
            Issue.record("\(error)")
          }
        }
      }
      #expect(names(in: parent) == [])
    }
  }
}

@Suite(.endsHangs) struct WholeFileTests {
  @Test func fileIsReplacedAndNothingLiesBesideIt() throws {
    try withFolder { folder in
      let path = folder + "/file"
      for text in ["one", "", String(repeating: "x", count: 1 << 20)] {
        try WholeFile.write(Array(text.utf8), to: path, isDurable: true)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
      }
      // The leftovers of a killed process.
      try "half".write(toFile: path + ".part", atomically: false, encoding: .utf8)
      try WholeFile.write(Array("z".utf8), to: path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "z" && names(in: folder) == ["file"])
    }
  }

  @Test func linkInPlaceOfTheDraftIsNotFollowed() throws {
    try withFolder { folder in
      try "kept".write(toFile: folder + "/other", atomically: false, encoding: .utf8)
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/file.part", withDestinationPath: folder + "/other")
      #expect(throws: Errno(ELOOP)) { try WholeFile.write([1, 2, 3], to: folder + "/file") }
      #expect(try String(contentsOfFile: folder + "/other", encoding: .utf8) == "kept")
    }
  }

  @Test func fileIsWholeWhoeverWritesItAtTheSameTime() throws {
    try withFolder { folder in
      let path = folder + "/file"
      DispatchQueue.concurrentPerform(iterations: 4) { writer in
        for _ in 0..<50 {
          do throws(Errno) {
            try WholeFile.write([UInt8](repeating: UInt8(writer), count: 10_000 + writer), to: path)
          } catch {
            Issue.record("\(error)")
          }
          let read = FileManager.default.contents(atPath: path) ?? Data()
          #expect(Set(read).count == 1 && read.count == 10_000 + Int(read.first ?? 255))
        }
      }
      #expect(names(in: folder) == ["file"])
    }
  }

  /// In a separate process, because the limit of file sizes applies to the whole process.
  @Test func fileIsAsItWasWhereTheDiskIsFullAtAnyByte() async {
    await #expect(processExitsWith: .success) {
      try withFolder { folder in
        signal(SIGXFSZ, SIG_IGN)
        let path = folder + "/file"
        try WholeFile.write(Array("before".utf8), to: path)
        let text = [UInt8](repeating: 7, count: 300)
        for room in 0..<text.count {
          limitFileSize(to: room)
          #expect(throws: Errno(EFBIG)) { try WholeFile.write(text, to: path, isDurable: true) }
          #expect(try String(contentsOfFile: path, encoding: .utf8) == "before")
          #expect(names(in: folder) == ["file"])
        }
        limitFileSize(to: text.count)
        try WholeFile.write(text, to: path)
        #expect(FileManager.default.contents(atPath: path) == Data(text))
      }
    }
  }
}

private func limitFileSize(to count: Int) {
  let fileSize = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
  var limit = rlimit()
  #expect(getrlimit(fileSize, &limit) == 0)
  limit.rlim_cur = rlim_t(count)
  #expect(setrlimit(fileSize, &limit) == 0)
}

@Suite(.endsHangs) struct WriteAllTests {
  /// As another process may have made of a terminal that is shared.
  @Test func descriptorThatDoesNotBlockIsWaitedFor() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    _ = fcntl(writing, F_SETFL, O_NONBLOCK)
    let reader = try Thread(name: "reader") {
      var chunk = [UInt8](repeating: 0, count: 1000)
      while read(reading, &chunk, chunk.count) > 0 {}
    }
    #expect(SystemCall.writeAll([UInt8](repeating: 1, count: 1 << 20), to: writing) == nil)
    close(writing)
    reader.join()
    close(reading)
  }

  @Test func whatKeepsItFromBeingWrittenIsTold() throws {
    let full = open("/dev/full", O_WRONLY)
    #expect(SystemCall.writeAll([1], to: full) == Errno(ENOSPC))
    #expect(SystemCall.writeAll([], to: full) == nil)
    close(full)
  }
}
