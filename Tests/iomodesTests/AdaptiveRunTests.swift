import Foundation
import Glibc
import Plan
import Records
import TestSupport
import Testing

/// Small real runs whose plan depends on measurements; no speed is asserted.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct AdaptiveRunTests {
  static let search = [
    "run", "--workload", "http", "--delay", "1ms", "--modes", "taskgroup,epoll", "--concurrency", "4", "--slo",
    "p99<2s", "--duration", "60ms", "--warmup", "0", "--rounds", "1", "--output", "out", "--quiet",
  ]

  /// Both searches are whole: a closed loop, and rates until the bracket is narrow.
  private func expectWholeSearch(in folder: String) throws {
    let run = try RunFolder(path: folder + "/out").read()
    #expect(run.warnings.isEmpty && run.record.trialsPlanned == 2)
    #expect(run.trials.map(\.trial) == Array(1...run.trials.count))
    let objective = try #require(run.record.objectives["http"])
    #expect(objective == (try Objective(parsing: "p99<2s")))
    for mode in ["taskgroup", "epoll"] {
      let trials = run.trials.filter { $0.mode == mode }
      #expect(trials.first?.arrivals.kind == "closed")
      #expect(trials.dropFirst().allSatisfy { $0.arrivals.kind == "constant" && $0.arrivals.rate != nil })
      let bracket = try #require(brackets(of: trials, objective: objective)[1])
      let saturation = try #require(bracket.saturation)
      let width = (bracket.lowestMissed ?? 1.25 * saturation) - (bracket.highestMet ?? 0)
      // Six halvings, and two more trials at the most where the machine disturbed some.
      let disturbed = trials.dropFirst().filter { !$0.valid }.count
      #expect((width < 0.03 * saturation || disturbed > 2) && (7...9).contains(trials.count))
    }
    #expect(Set(run.trials.map(\.seed)).count == 1)
  }

  @Test func highestRateIsSearchedWhenThereIsAnObjective() async throws {
    try await withFolder { folder in
      let ending = try await iomodes(Self.search, in: folder)
      // On a busy machine, no closed loop may be valid.
      #expect(ending.code == 0 || ending.code == 3, "\(ending.errors)")
      #expect(ending.output.isEmpty)
      try expectWholeSearch(in: folder)
    }
  }

  @Test func searchGoesOnWhereItWasStopped() async throws {
    try await withFolder { folder in
      let running = try Running(Self.search, in: folder)
      let isUnderWay = try await eventually {
        recordedTrials(folder + "/out") >= 5 && running.children.count == 2
      } then: {
        running.signal(SIGINT)
      }
      #expect(isUnderWay)
      #expect(try await running.ended().code == 128 + SIGINT)
      let finished = try RunFolder(path: folder + "/out").read().trials
      #expect((5..<14).contains(finished.count))
      let resumed = try await iomodes("run", "--resume", "out", "--quiet", in: folder)
      #expect(resumed.code == 0 || resumed.code == 3, "\(resumed.errors)")
      try expectWholeSearch(in: folder)
      #expect(Array(try RunFolder(path: folder + "/out").read().trials.prefix(finished.count)) == finished)
    }
  }

  @Test func searchIsNotGoneOnWithWhenItsRecordsAreOfAnotherPlan() async throws {
    try await withFolder { folder in
      _ = try await iomodes(Self.search, in: folder)
      let path = folder + "/out/trials.jsonl"
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      let other = lines[2].replacing(/"rate_per_s":[0-9.]+/, with: #""rate_per_s":1.5"#)
      try "\(lines[0])\n\(lines[1])\n\(other)\n".write(toFile: path, atomically: true, encoding: .utf8)
      let resumed = try await iomodes("run", "--resume", "out", "--quiet", in: folder)
      #expect(resumed.code == 1 && resumed.complaints.count == 1)
      #expect(
        resumed.errors.contains("out/trials.jsonl: trial 3 differs from this version's plan; start a new run"))
    }
  }

  /// A precision that every throughput reaches, and one that none reaches.
  @Test(arguments: [("99%", 6), ("0.00001%", 8)])
  func roundsAreAddedUntilThroughputsAreKnownWellOrThereAreEnough(_ precision: String, rounds: Int) async throws {
    try await withFolder { folder in
      let running = try Running(
        [
          "run", "--workload", "sleep", "--sleep", "1ms", "--modes", "epoll,taskgroup", "--concurrency", "2",
          "--operations", "20", "--rounds", "2", "--precision", precision, "--max-rounds", "8", "--output", "out",
          "--quiet",
        ], in: folder)
      let isUnderWay = try await eventually {
        recordedTrials(folder + "/out") >= 6
      } then: {
        running.signal(SIGINT)
      }
      #expect(isUnderWay)
      #expect(try await running.ended().code == 128 + SIGINT)
      let resumed = try await iomodes("run", "--resume", "out", "--quiet", in: folder)
      #expect([0, 3].contains(resumed.code), "\(resumed.errors)")
      let run = try RunFolder(path: folder + "/out").read()
      #expect(run.record.maxRounds == 8 && run.record.precision != nil && run.record.trialsPlanned == 4)
      // A disturbed trial is repeated and reported, and leaves its point with one round fewer.
      let planned = run.trials.filter { $0.repeats == nil }
      let wasDisturbed = planned.contains { !$0.valid }
      let isReached = rounds < 8
      #expect(resumed.complaints.count == (isReached ? 0 : 2) || wasDisturbed, "\(resumed.errors)")
      if !isReached {
        for mode in ["epoll", "taskgroup"] {
          #expect(resumed.errors.contains("not reached: sleep \(mode) × 2: ±"), "\(resumed.errors)")
        }
      }
      let carriedOut = try #require(planned.last?.round)
      #expect(wasDisturbed ? (rounds...8).contains(carriedOut) : carriedOut == rounds)
      #expect(planned.map(\.round) == (1...carriedOut).flatMap { [$0, $0] })
      #expect(run.trials.map(\.trial) == Array(1...run.trials.count))
    }
  }
}
