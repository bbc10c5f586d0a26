import Foundation
import Glibc
import Records
import TestSupport
import Testing

/// Kills processes of a run over several hosts at any moment: no wrong record appears, no process is left on any host, and
/// the run can be resumed.
///
/// The environment's `IOMODES_KILLS` says how many of each kind of process are killed; two unless given. For a hundred
/// kills, as root:
///
///     IOMODES_KILLS=25 swift test --filter HostKillTests
@Suite(
  .serialized, .fewAtOnce, .enabled(if: Namespaces.absence == nil, "\(Namespaces.absence ?? "")"),
  .timeLimit(.minutes(60)))
struct HostKillTests {
  enum Victim: String, CaseIterable, Sendable {
    case leader
    case launcher = "launch"
    case client = "--child-client"
    case server = "--child-server"
  }

  private static let rounds = 2

  /// The launcher stays a process of its own.
  private func plan(_ namespaces: Namespaces, in folder: String) throws -> [String] {
    try "\(Namespaces.program ?? "ip") netns exec \"$@\"\nexit $?\n".write(
      toFile: folder + "/launch", atomically: true, encoding: .utf8)
    return [
      "run", "--workload", "http", "--delay", "1ms", "--modes", "taskgroup,epoll", "--concurrency", "4", "--rounds",
      "\(Self.rounds)", "--operations", "\(KillTests.operations)", "--output", "out", "--quiet", "--hosts",
      namespaces.hosts.joined(separator: ","), "--start-skew", "10s", "--launch", "/bin/sh launch {host}",
    ]
  }

  @Test(arguments: Victim.allCases) func nothingWrongAndNoProcessIsLeftOfARunThatLosesOne(_ victim: Victim) async throws
  {
    var random = SplitMix64(seed: UInt64(Victim.allCases.firstIndex(of: victim) ?? 0))
    try await Namespaces.with(3) { namespaces in
      for index in 0..<KillTests.kills {
        let moment = Double(random.next() % 3000) / 1000
        let choice = Int(random.next() % 3)
        try await withFolder { folder in
          let place = "\(victim) \(index) after \(moment) s"
          let plan = try plan(namespaces, in: folder)
          let running = try Running(plan, in: folder)
          let begun = Date()
          let isKilled = try await eventually {
            let processes = victim == .leader ? [running.identifier] : Self.processes(victim, of: running)
            guard Date().timeIntervalSince(begun) >= moment, !processes.isEmpty else { return running.hasEnded }
            return kill(processes[choice % processes.count], SIGKILL) == 0
          }
          #expect(isKilled, "\(place)")
          let ending = try await running.ended()
          let hasBegun = FileManager.default.fileExists(atPath: folder + "/out/run.json")
          // A launcher may be lost while hosts are asked who they are.
          let codes: [Int32] = hasBegun ? [0, 3] : [0, 1, 3]
          #expect(victim == .leader || codes.contains(ending.code), "\(place): \(ending.errors)")
          #expect(try await eventually(within: 5) { running.children.isEmpty }, "\(place)")
          if hasBegun {
            let broken = try KillTests.expectRightRecords(folder + "/out", place)
            #expect(broken <= (victim == .leader ? 0 : 1), "\(place)")
          }
          let next = try await iomodes(hasBegun ? ["run", "--resume", "out", "--quiet"] : plan, in: folder)
          #expect([0, 3].contains(next.code), "\(place): \(next.errors)")
          let all = try KillTests.expectRightRecords(folder + "/out", place)
          #expect(all <= 1 && plannedTrials(folder + "/out") == 2 * Self.rounds, "\(place)")
        }
      }
    }
  }

  private static func processes(_ victim: Victim, of running: Running) -> [pid_t] {
    running.children.filter { process in
      let words = (try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8))?.split(separator: "\0")
      // A launcher's words contain those of its process.
      return words?.dropFirst().first.map { $0 == victim.rawValue } ?? false
    }
  }

  @Test func runOverHostsGoesOnAfterItsLeaderWasKilled() async throws {
    try await Namespaces.with(3) { namespaces in
      try await withFolder { folder in
        let running = try Running(plan(namespaces, in: folder) + ["--seed", "7"], in: folder)
        #expect(try await eventually { recordedTrials(folder + "/out") >= 1 })
        running.signal(SIGKILL)
        _ = try await running.ended()
        let before = try RunFolder(path: folder + "/out").read()
        let next = try await iomodes(["run", "--resume", "out", "--quiet"], in: folder)
        #expect([0, 3].contains(next.code), "\(next.errors)")
        let after = try RunFolder(path: folder + "/out").read()
        #expect(after.record.cluster == before.record.cluster)
        #expect(Array(after.trials.prefix(before.trials.count)) == before.trials)
        #expect(plannedTrials(folder + "/out") == 2 * Self.rounds)
        for trial in after.trials {
          #expect(trial.valid || trial.wasDisturbed, "\(trial.reasons)")
          #expect(trial.hosts?.map(\.name) == namespaces.hosts)
        }
        #expect(Set(after.trials.map { "\($0.round) \($0.checksum ?? "")" }).count == Self.rounds)
      }
    }
  }
}
