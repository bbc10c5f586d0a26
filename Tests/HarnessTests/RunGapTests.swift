import Foundation
import Measurement
import Plan
import Records
import Testing

@testable import Harness

/// What a run lacks, if anything.
@Suite struct RunGapTests {
  private static func run(_ suite: Suite, _ trials: some Sequence<TrialRecord>) throws -> Run {
    let record = RunRecord(
      runID: "run-1", started: "2026-01-02T03:04:05Z",
      tool: .init(version: "1", commit: nil, configuration: "release"), command: [], seed: 7,
      suite: try JSONValue(encoding: suite), trialsPlanned: Agenda(suite, seed: 7).certainTrials,
      environment: Records.Environment())
    return Run(record: record, trials: Array(trials))
  }

  private static let fixed = Suite(
    name: "s", about: "", experiments: [Experiment(name: "x", workload: .sleep(SleepSpec()), rounds: 3)])

  private static func fixedTrials(_ change: (inout TrialRecord) -> Void = { _ in }) -> [TrialRecord] {
    Agenda.plans(of: fixed, seed: 7).map { plan in
      var trial = TrialRecord(plan, throughput: 1000)
      change(&trial)
      return trial
    }
  }

  @Test func fixedRunIsWholeWhenEachTrialIsRecorded() throws {
    let trials = Self.fixedTrials()
    #expect(trials.count == 12)
    #expect(try Self.run(Self.fixed, trials).gap == nil)
    let cut = try Self.run(Self.fixed, trials.dropLast()).gap
    #expect(cut == "11 of 12 planned trials are recorded; resuming the run measures the rest")
    let lost = Self.fixedTrials { if $0.trial == 5 { $0.trial = 99 } }
    #expect(try Self.run(Self.fixed, lost).gap == "trial 5 is not recorded; restore the file, or run again")
  }

  @Test func searchIsWholeOnlyWhenItHasEnded() throws {
    var agenda = Agenda(RateSearchTests.suite, seed: 7)
    let trials = agenda.carryOut(RateSearchTests.measured).map(\.record)
    #expect(try Self.run(RateSearchTests.suite, trials).gap == nil)
    for count in [24, 60, trials.count - 1] {
      let gap = try Self.run(RateSearchTests.suite, trials.prefix(count)).gap
      #expect(gap?.hasPrefix("a search or a precision is not reached yet") == true, "\(count): \(gap ?? "whole")")
    }
  }

  /// Old runs have none.
  @Test func repeatsMayBeMissing() throws {
    let disturbed = Self.fixedTrials { trial in
      if trial.trial == 12 { (trial.valid, trial.reasons) = (false, ["steal: 5 % of the CPUs' time"]) }
    }
    #expect(disturbed.last?.wasDisturbed == true)
    #expect(try Self.run(Self.fixed, disturbed).gap == nil)
  }

  @Test func limitsThatAreAskedForMustBeRecorded() throws {
    var suite = Self.fixed
    suite.limits = [.select]
    #expect(
      try Self.run(suite, Self.fixedTrials()).gap == "its limits are not recorded; resuming the run measures them")
  }

  @Test func warningsAreGaps() throws {
    var run = try Self.run(Self.fixed, Self.fixedTrials())
    run.warnings = ["trials.jsonl: line 13 is cut off"]
    #expect(run.gap == "trials.jsonl: line 13 is cut off")
  }
}
