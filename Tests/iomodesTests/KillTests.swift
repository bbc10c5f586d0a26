import Foundation
import Glibc
import Records
import TestSupport
import Testing

/// Kills processes of a run at any moment: no wrong record appears, no process outlives the run, and the next run
/// removes the leftovers.
///
/// The environment's `IOMODES_KILLS` says how many of each kind of process are killed; two unless given.
@Suite(.serialized, .fewAtOnce, .timeLimit(.minutes(60))) struct KillTests {
  enum Victim: String, CaseIterable, Sendable {
    case harness
    case client = "--child-client"
    case server = "--child-server"
    case worker = "--child-worker"
  }

  static let operations = 400
  private static let plans: [[String]] = [
    ["--workload", "http", "--delay", "1ms"],
    ["--workload", "http", "--delay", "1ms", "--processes", "2", "--server-processes", "2"],
    [
      "--workload", "file", "--span", "4MiB", "--access", "write", "--bystanders", "paced:4:20ms", "--file-dir",
      "files",
    ],
    ["--workload", "compute", "--work", "100us", "--offload", "processes", "--pool", "2"],
    ["--workload", "echo", "--transport", "unix", "--delay", "1ms"],
  ]
  private static let trials = 4
  static let kills = ProcessInfo.processInfo.environment["IOMODES_KILLS"].flatMap { Int($0) } ?? 2

  private static func plan(_ index: Int, _ victim: Victim) -> [String] {
    // Workers are of one plan only.
    ["run"] + (victim == .worker ? plans[3] : plans[index % plans.count]) + [
      "--modes", "taskgroup,epoll", "--concurrency", "4", "--rounds", "\(trials / 2)", "--operations", "\(operations)",
      "--output", "out", "--quiet",
    ]
  }

  @Test(arguments: Victim.allCases) func nothingWrongAndNothingElseIsLeftOfARunThatLosesAProcess(_ victim: Victim)
    async throws
  {
    let first = Victim.allCases.firstIndex(of: victim) ?? 0
    var random = SplitMix64(seed: UInt64(first))
    // Together, the victims meet all of the plans.
    for index in first * Self.kills..<(first + 1) * Self.kills {
      let moment = Double(random.next() % 1000) / 1000
      try await withFolder { folder in
        try FileManager.default.createDirectory(atPath: folder + "/files", withIntermediateDirectories: true)
        let place = "\(victim) \(index)"
        let running = try Running(Self.plan(index, victim), in: folder)
        let begun = Date()
        let isKilled = try await eventually {
          let processes = victim == .harness ? [running.identifier] : Self.processes(victim, of: running)
          guard Date().timeIntervalSince(begun) >= moment, let process = processes.first else {
            return running.hasEnded
          }
          return kill(process, SIGKILL) == 0
        }
        #expect(isKilled, "\(place)")
        let ending = try await running.ended()
        #expect(victim == .harness || [0, 3].contains(ending.code), "\(place): \(ending.errors)")
        #expect(try await eventually(within: 5) { running.children.isEmpty }, "\(place)")
        if FileManager.default.fileExists(atPath: folder + "/out/run.json") {
          let broken = try Self.expectRightRecords(folder + "/out", place)
          #expect(broken <= (victim == .harness ? 0 : 1), "\(place)")
        }
        try await expectNothingLeft(afterTheNextRunIn: folder, Self.plan(index, victim), place)
      }
    }
  }

  private static func processes(_ victim: Victim, of running: Running) -> [pid_t] {
    running.children.filter {
      (try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8))?.contains(victim.rawValue) ?? false
    }
  }

  /// Every trial is complete: all its operations are done, or it names what broke.
  /// - Returns: the number of broken trials.
  static func expectRightRecords(_ path: String, _ place: String) throws -> Int {
    var broken = 0
    let trials = try RunFolder(path: path).read().trials
    #expect(trials.map(\.trial) == Array(1..<trials.count + 1), "\(place)")
    for trial in trials {
      if trial.reasons.contains(where: { $0.hasPrefix("broken: ") }) {
        #expect(!trial.valid && trial.operations.done == nil, "\(place)")
        broken += 1
      } else if trial.valid {
        let operations = trial.operations
        #expect(operations.done == UInt64(Self.operations) && operations.verified == operations.done, "\(place)")
        #expect(operations.failed == nil, "\(place)")
      }
    }
    return broken
  }

  private func expectNothingLeft(afterTheNextRunIn folder: String, _ plan: [String], _ place: String) async throws {
    let hasBegun = FileManager.default.fileExists(atPath: folder + "/out/run.json")
    let next = try await iomodes(hasBegun ? ["run", "--resume", "out", "--quiet"] : plan, in: folder)
    #expect([0, 3].contains(next.code), "\(place): \(next.errors)")
    let broken = try Self.expectRightRecords(folder + "/out", place)
    #expect(broken <= 1 && plannedTrials(folder + "/out") == Self.trials, "\(place)")
    func names(_ path: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    #expect(try names(folder) == ["files", "out", "stderr", "stdout"], "\(place)")
    #expect(try names(folder + "/files").isEmpty, "\(place)")
    #expect(try names(folder + "/out") == ["run.json", "trials.jsonl"], "\(place)")
  }

  /// The next run may be another one: in the same folder, or elsewhere with the same temporary folder.
  @Test func nextRunRemovesTheDataFileOfARunBesideItThatWasKilled() async throws {
    try await withFolder { folder in
      let plan = ["run", "--workload", "file", "--span", "1MiB", "--modes", "epoll", "--rounds", "1", "--quiet"]
      // Longer than this test may wait for its turn among the others.
      let running = try Running(plan + ["--duration", "600s", "--patient", "--output", "results/dead"], in: folder)
      @Sendable func leftovers() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder + "/results/dead")) ?? []).filter {
          $0.hasPrefix("iomodes-tmp-")
        }
      }
      #expect(try await eventually { running.children.count == 1 && leftovers().count == 1 })
      // The files of living processes stay.
      let other = ["run", "--workload", "sleep", "--modes", "epoll", "--rounds", "1", "--operations", "5", "--quiet"]
      #expect(try await [0, 3].contains(iomodes(other + ["--output", "results/beside"], in: folder).code))
      #expect(leftovers().count == 1)
      running.signal(SIGKILL)
      _ = try await running.ended()
      #expect(leftovers().count == 1)
      #expect(try await [0, 3].contains(iomodes(other + ["--output", "results/next"], in: folder).code))
      #expect(leftovers().isEmpty)
    }
  }
}
