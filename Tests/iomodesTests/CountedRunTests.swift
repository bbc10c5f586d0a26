import Foundation
import Records
import Testing

/// Fixed-count runs against the built-in server, whose counts must agree.
extension RunTests {
  @Test func everyModeHasTheSameChecksumWhenOperationsAreCounted() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        "run", "--workload", "http", "--operations", "40", "--size", "100B", "--modes",
        "blocking,dispatch,taskgroup,epoll,null", "--concurrency", "3", "--rounds", "1", "--output", "out", in: folder)
      #expect(ending.code == 0, "\(ending.errors)")
      try expectReadable(folder, trials: 5)
      let trials = try RunFolder(path: folder + "/out").read().trials
      #expect(Set(trials.map(\.checksum)).count == 1)
      #expect(trials.allSatisfy { $0.operations.done == 40 })
    }
  }

  @Test func repliesAreGatheredInOrderWhenAskedFor() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        ["run", "--workload", "http", "--operations", "9", "--gather"] + Self.tiny, in: folder)
      #expect(ending.code == 0, "\(ending.errors)")
      let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/out/replies")
      #expect(files.count == 2)
      for file in files {
        let lines = try String(contentsOfFile: "\(folder)/out/replies/\(file)", encoding: .utf8).split(separator: "\n")
        #expect(
          lines == (0..<9).map { #"{"body":"Hello, 127.0.0.1!","op":\#($0),"status":200}"# }.map { Substring($0) })
      }
    }
  }

  @Test func countsAgreeWhenOperationsAreCountedAfterAWarmUp() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        ["run", "--workload", "http", "--operations", "500", "--warmup", "50ms"] + Self.tiny, in: folder)
      #expect([0, 3].contains(ending.code), "\(ending.errors)")
      try expectReadable(folder, trials: 2)
    }
  }
}

extension RunTests {
  @Test func idleBystandersAreRecordedAndReported() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        "run", "--workload", "echo", "--operations", "200", "--bystanders", "idle:30", "--modes", "epoll,taskgroup",
        "--concurrency", "3", "--rounds", "1", "--output", "out", in: folder)
      #expect(ending.code == 0, "\(ending.errors)")
      #expect(ending.output.contains("beside 30 idle lanes") && ending.output.contains("by class of lanes"))
      for trial in try RunFolder(path: folder + "/out").read().trials {
        #expect(trial.operations.done == 200 && trial.lanes?["busy"]?.operations.done == 200)
        #expect(trial.lanes?["idle"]?.count == 30 && trial.bystanders?.lanes.operations.done == 30)
        #expect(trial.server?.connections == 33)
      }
    }
  }
}
