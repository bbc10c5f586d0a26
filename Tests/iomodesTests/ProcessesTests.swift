import Foundation
import Records
import Testing

/// Trials that several processes share.
extension RunTests {
  /// As planned, whichever trials were repeated because the machine disturbed them.
  private func trials(_ arguments: [String], in folder: String) async throws -> [TrialRecord] {
    let output = "out\(UUID().uuidString.prefix(4))"
    let ending = try await iomodes(
      ["run", "--rounds", "1", "--seed", "7", "--output", output] + arguments, in: folder)
    // 3: other tests may use the CPUs, and a window's edge may be late. Sharing does not depend on time.
    #expect(ending.code == 0 || ending.code == 3, "\(ending.errors)\(ending.output)")
    return try RunFolder(path: "\(folder)/\(output)").read().trials.filter { $0.repeats == nil }
  }

  @Test(arguments: ["echo", "http"]) func operationsAreTheSameInAnyNumberOfProcesses(_ workload: String) async throws {
    try await withFolder { folder in
      let arguments = [
        "--workload", workload, "--operations", "503", "--concurrency", "9", "--modes", "epoll,taskgroup",
      ]
      let alone = try await trials(arguments, in: folder)
      for (processes, servers) in [(2, 2), (4, 3)] {
        let shared = try await trials(
          arguments + ["--processes", "\(processes)", "--server-processes", "\(servers)"], in: folder)
        #expect(shared.count == 2 && shared.allSatisfy { $0.valid || $0.wasDisturbed })
        for (one, other) in zip(alone, shared) {
          #expect(one.mode == other.mode && one.checksum == other.checksum && one.bytes == other.bytes)
          #expect(other.operations == one.operations && other.latency?.service.count == 503)
          #expect(other.processes == processes && other.serverProcesses == servers && one.processes == nil)
          #expect(other.server?.operationsDone == 503 && other.server?.connections == 9)
          #expect(one.connectWall == nil && (other.connectWall ?? 0) > 0 && other.inFlight?.max == nil)
        }
      }
    }
  }

  @Test func oneScheduleIsSharedInOpenLoop() async throws {
    try await withFolder { folder in
      let arguments = ["--workload", "http", "--concurrency", "8", "--modes", "epoll", "--arrivals", "poisson"]
      let counted = arguments + ["--rate", "2000", "--operations", "301"]
      let alone = try await trials(counted, in: folder)
      let shared = try await trials(counted + ["--processes", "3"], in: folder)
      #expect(alone[0].checksum == shared[0].checksum && shared[0].operations.done == 301)
      #expect(shared[0].arrivals.scheduled == 301 && shared[0].latency?.response?.count == 301)
      let window = arguments + ["--rate", "1000", "--duration", "300ms", "--warmup", "50ms"]
      #expect(
        try await trials(window, in: folder)[0].arrivals.scheduled
          == trials(window + ["--processes", "2"], in: folder)[0].arrivals.scheduled)
    }
  }

  @Test func limitAndBystandersAreShared() async throws {
    try await withFolder { folder in
      let shared = try await trials(
        ["--workload", "echo", "--operations", "200", "--concurrency", "7", "--limit", "3", "--bystanders", "idle:11"]
          + ["--modes", "epoll", "--processes", "2"], in: folder)
      #expect(shared[0].valid || shared[0].wasDisturbed)
      #expect(shared[0].lanes?["idle"]?.count == 11 && shared[0].lanes?["busy"]?.count == 7)
      #expect(shared[0].latency?.response?.count == 200 && shared[0].server?.connections == 18)
    }
  }

  @Test(arguments: [["--processes", "2", "--server-processes", "2"], []])
  func everyLaneDoesItsOwnOperationsAndHoldsItsConnection(_ processes: [String]) async throws {
    try await withFolder { folder in
      let dealt = try await trials(
        ["--workload", "echo", "--each", "2", "--concurrency", "31"]
          + ["--modes", "epoll,uring,taskgroup,executor,dispatch,threads"] + processes, in: folder)
      let taken = try await trials(
        ["--workload", "echo", "--operations", "62", "--concurrency", "31", "--modes", "epoll"], in: folder)
      for trial in dealt where trial.skipped == nil {
        #expect(trial.valid && trial.each == 2 && trial.operations.done == 62, "\(trial.mode): \(trial.reasons)")
        #expect(trial.checksum == taken[0].checksum, "\(trial.mode)")
        #expect((trial.closeWall ?? 0) > 0 && trial.machine?.memory?.done != nil)
        #expect(trial.server?.connections == 31)
      }
    }
  }
}
