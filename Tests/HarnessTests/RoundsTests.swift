import Foundation
import Plan
import Records
import Statistics
import Testing
import Workloads

@testable import Harness

/// The shipped suites have enough rounds for their comparisons.
@Suite struct RoundsTests {
  /// Shipped experiments that give no verdict, with the reason.
  private static let withoutVerdict = [
    "claims/greeting": "whether it is served at all",
    "claims/five-sleeps": "hardly varies, and takes five seconds; six rounds have an interval",
    "claims/million-sleeps": "takes ten seconds in some modes; six rounds have an interval",
    "claims/million-connections": "whether it can be done; a minute each",
    "million/million-sleeps": "whether it can be done; minutes in some modes",
    "million/million-connections": "whether it can be done; a minute each",
    "pools/http-50ms": "a course over twelve seconds is what is looked at",
    "memory/sleepers": "a slope of peaks, which hardly vary; long trials",
    "memory/sleeping-threads": "a slope of peaks, which hardly vary; long trials",
    "memory/million-sleepers": "a slope of peaks, which hardly vary; long trials",
    "tasks/ten-thousand": "a slope of peaks, which hardly vary; long trials",
    "tasks/ten-thousand-threads": "a slope of peaks, which hardly vary; long trials",
    "tasks/hundred-thousand": "a slope of peaks, which hardly vary; long trials",
    "tasks/memory-per-task": "a slope of peaks, which hardly vary; long trials",
    "tasks/million": "whether it can be done; minutes in some runtimes",
    "tasks/million-in-python": "whether it can be done; a minute each",
    "articles/2000-on-select": "whether it can be done",
    "articles/500-at-a-time-on-select": "whether it can be done",
    "sweep/http-2ms-slo": "each round is a search of up to nine trials for each mode",
    "sweep/echo-64B-slo": "each round is a search of up to nine trials for each mode",
  ]

  /// Without those that consist of others.
  private static let suites = SuiteTests.files.filter { !$0.hasSuffix("/full.json") && !$0.hasSuffix("/study.json") }

  @Test(arguments: suites) func shippedExperimentHasTheRoundsItsFamiliesNeed(_ path: String) throws {
    let suite = try Suite.read(from: path)
    for experiment in suite.experiments {
      let name = "\(suite.name)/\(experiment.name)"
      let needed = max(usualRounds, fewestRounds(familySize: experiment.familySize))
      if Self.withoutVerdict[name] == nil {
        #expect(experiment.rounds >= needed, "\(name) needs \(needed) rounds, of \(experiment.familySize) comparisons")
      } else {
        #expect(experiment.rounds < needed, "\(name) has the rounds for a verdict")
      }
    }
  }

  @Test func noExperimentIsExcusedThatIsNotThere() throws {
    let names = try Self.suites.flatMap { path in
      let suite = try Suite.read(from: path)
      return suite.experiments.map { "\(suite.name)/\($0.name)" }
    }
    #expect(Set(Self.withoutVerdict.keys).subtracting(names).isEmpty)
  }

  @Test(arguments: SuiteTests.files) func shippedSuiteTakesTheMinutesItSays(_ path: String) throws {
    let suite = try Suite.read(from: path)
    guard let words = suite.about.firstMatch(of: /about (an?|two|[0-9]+) minutes?/)?.output.1 else { return }
    let said = words == "two" ? 2 : Double(words) ?? 1
    let options = RunSession.Options(command: [], seed: 1, processors: try .current(), isPatient: false)
    let minutes = (suite.expectedSeconds(options: options) + Limits.expectedSeconds(of: suite.limits ?? [])) / 60
    // Peers that are not installed take no time.
    let isWhole = suite.experiments.allSatisfy { $0.modes.allSatisfy { Peers.named($0)?.unavailability == nil } }
    let bound = max(0.7, said / 5)
    #expect(minutes - said <= bound && (!isWhole || said - minutes <= bound), "\(suite.name): \(minutes) minutes")
  }

  @Test func experimentHasNineRoundsUnlessItsFamilyNeedsMore() {
    func rounds(_ concurrency: [Int], rates: [Double] = [], objective: Objective? = nil) -> Int {
      Experiment(
        name: "x", workload: .sleep(SleepSpec()), concurrency: concurrency, arrivals: rates.isEmpty ? nil : "constant",
        rates: rates, objective: objective
      ).rounds
    }
    #expect(rounds([64]) == 9)
    // Six comparisons need ten rounds: eight for the smallest p-value, and two to spare.
    #expect(rounds([1, 64]) == 10)
    #expect(rounds([1, 16, 256]) == 11)
    #expect(rounds([64], rates: [100, 200]) == 10)
    #expect(rounds([1, 64], objective: try? Objective(parsing: "p99<10ms")) == 9)
  }

  @Test func familyIsAllPointsBesideTheBaseline() {
    let experiment = Experiment(
      name: "x", workload: .sleep(SleepSpec()), modes: [.blocking, .dispatch, .epoll], concurrency: [1, 64])
    #expect(experiment.familySize == 4 && experiment.pointCount == 6)
  }
}
