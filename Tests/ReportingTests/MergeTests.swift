import Measurement
import Plan
import Records
import Testing

@testable import Reporting

struct MergeTests {
  /// Two rounds of `blocking` and of another mode, whose throughput identifies the round.
  private func run(
    _ name: String, mode: String = "epoll", scale: Double = 100, experiment: String = "tiny", audits: Bool = false,
    change: (inout RunRecord) -> Void = { _ in }
  ) -> Run {
    var trials: [TrialRecord] = []
    for round in 1...2 {
      for mode in ["blocking", mode] {
        let throughput = mode == "blocking" ? scale : scale * Double(round) * 2
        trials.append(TinyRun.trial(mode, round: round, throughput: throughput, experiment: experiment))
      }
    }
    if audits {
      var audit = TinyRun.trial(mode, round: 0, throughput: nil, experiment: experiment)
      audit.audit = .init(tool: "perf")
      trials.append(audit)
    }
    for index in trials.indices {
      trials[index].trial = index + 1
      trials[index].runID = name
    }
    var run = TinyRun.run(trials)
    run.record.runID = name
    change(&run.record)
    return run
  }

  private func merged(_ runs: Run..., allowsMixture: Bool = false) throws -> Run {
    try Run(merging: runs, as: "both", command: ["iomodes", "merge"], allowsMixture: allowsMixture)
  }

  /// Expects that merging fails with one line that contains all `parts`.
  private func expectFailure(merging runs: Run..., parts: String..., remedy: Remedy? = nil) {
    let failure = #expect(throws: MergeFailure.self) { try Run(merging: runs, as: "both", command: []) }
    let text = failure?.description ?? ""
    for part in parts { #expect(text.contains(part), "\(text)") }
    #expect(!text.contains("\n") && failure?.remedy == remedy)
  }

  @Test func trialsOfAllRunsAreThereUnderNumbersOfTheirOwn() throws {
    let (one, two, three) = (run("a", audits: true), run("b", audits: true), run("c", mode: "uring"))
    let all = try merged(one, two, three)
    #expect(all.trials.count == 14)
    #expect(all.trials.map(\.trial) == Array(1...14))
    #expect(
      all.trials.map(\.runID) == .init(repeating: "a", count: 5) + .init(repeating: "b", count: 5)
        + .init(repeating: "c", count: 4))
    #expect(all.trials.map(\.round) == [1, 1, 2, 2, 0, 3, 3, 4, 4, 0, 5, 5, 6, 6])
    #expect(all.record.trialsPlanned == 14)
  }

  @Test func everyTrialCanBeTracedToItsRun() throws {
    let runs = [run("a"), run("b", experiment: "other"), run("c", audits: true)]
    let all = try Run(merging: runs, as: "all", command: [])
    let parts = try #require(all.record.mergedFrom)
    #expect(parts.map(\.run) == runs.map(\.record))
    for (part, run) in zip(parts, runs) {
      let own = all.trials.filter { $0.runID == part.run.runID }.map { trial in
        var trial = trial
        trial.trial -= part.trialOffset
        if trial.round > 0 { trial.round -= part.roundOffsets[trial.experiment] ?? 0 }
        return trial
      }
      #expect(own == run.trials)
    }
    #expect(parts.map(\.roundOffsets) == [["tiny": 0], ["other": 0], ["tiny": 2]])
  }

  /// The ratios to blocking in each run are 2 and 4; across runs they would be 0.2 or 40.
  @Test func roundsArePairedWithinTheirRun() throws {
    let all = try merged(run("slow", scale: 10), run("fast", scale: 100))
    let point = try #require(Summary(all).experiments.first?.points.first { $0.mode == "epoll" })
    #expect(point.validTrials == 4)
    #expect(point.ratioToBlocking?.n == 4)
    #expect(point.ratioToBlocking?.low == 2 && point.ratioToBlocking?.high == 4)
  }

  @Test func modeOfOneRunIsNotPairedWithTheBaselineOfAnother() throws {
    var alone = run("b", mode: "uring")
    alone.trials.removeAll { $0.mode == "blocking" }
    let all = try merged(run("a"), alone)
    let point = try #require(Summary(all).experiments.first?.points.first { $0.mode == "uring" })
    #expect(point.validTrials == 2 && point.ratioToBlocking == nil)
  }

  @Test func mergingInStepsIsMergingAtOnce() throws {
    let runs = [run("a", audits: true), run("b"), run("c", experiment: "other")]
    let atOnce = try Run(merging: runs, as: "all", command: [])
    let steps = try Run(
      merging: [try Run(merging: Array(runs[..<2]), as: "two", command: []), runs[2]], as: "all", command: [])
    #expect(atOnce.trials == steps.trials)
    #expect(atOnce.record == steps.record)
  }

  @Test func recordSaysWhatAllRunsSay() throws {
    let all = try merged(
      run("a") { $0.environment.loadAverage = 0.1 },
      run("b") {
        $0.environment.loadAverage = 0.2
        $0.started = "2025-12-31T00:00:00Z"
        $0.seed = 8
      })
    #expect(all.record.environment.cpuModel == "Abacus")
    #expect(all.record.environment.loadAverage == nil)
    #expect(all.record.started == "2025-12-31T00:00:00Z")
    #expect(all.record.seed == 7)
    #expect(all.record.mixture.isEmpty)
    for format in [OutputFormat.text, .md, .json] {
      let text = Report(all).render(format, width: 100, color: false)
      #expect(text.contains("a, b") || text.contains("merged_from"))
      #expect(!text.contains("mixed machines") && !text.contains("differences"))
    }
  }

  @Test func experimentsOfAllRunsArePlanned() throws {
    func suite(_ names: String...) -> JSONValue {
      .object([
        "name": .string("s"), "about": .string(""), "experiments": .array(names.map { .object(["name": .string($0)]) }),
      ])
    }
    let all = try merged(run("a") { $0.suite = suite("x", "y") }, run("b") { $0.suite = suite("y", "z") })
    #expect(all.record.suite["name"] == .string("s"))
    #expect(all.record.plannedExperiments.map { $0["name"]?.string } == ["x", "y", "z"])
  }

  @Test func machinesAndBuildsThatDifferAreRefused() {
    expectFailure(
      merging: run("a"), run("b") { $0.environment.kernel = "6.2" },
      parts: "kernel: 6.1.0 in a; 6.2 in b", remedy: .comparingOrMixing)
    expectFailure(
      merging: run("a"), run("b") { $0.tool.commit = "123" }, parts: "commit: not recorded in a; 123 in b",
      remedy: .comparingOrMixing)
    expectFailure(
      merging: run("a"), run("b") { $0.tool.configuration = "debug" }, parts: "configuration",
      remedy: .comparingOrMixing)
  }

  @Test func whatDiffersAllTheSameIsSaidEverywhere() throws {
    let all = try merged(
      run("a"),
      run("b") {
        $0.environment.kernel = "6.2"
        $0.tool.version = "2"
      }, allowsMixture: true)
    #expect(all.record.environment.kernel == nil)
    #expect(all.record.tool.version == "1.0.0, 2")
    let difference = "kernel: 6.1.0 in a; 6.2 in b"
    for format in OutputFormat.allCases where format != .csv {
      let text = Report(all).render(format, width: 100, color: false).onOneLine
      #expect(text.contains(difference), "\(format)")
    }
    #expect(Report(all).warnings.count == 2)
    let text = Report(all).render(.text, width: 100, color: false).onOneLine
    #expect(text.contains("Linux 6.1.0 + Abacus, 2 CPUs, Linux 6.2"))
    #expect(text.contains("trials of different machines or builds"))
    #expect(
      GnuplotData.files(of: all).allSatisfy {
        $0.text.contains("# warning: mixed machines or builds: \(difference)")
      })

    let modes = try Comparison(all, baseline: "blocking")
    #expect(modes.machineDifferences.contains(difference))
    let rows = modes.experiments.flatMap(\.points).flatMap(\.rows)
    #expect(rows.allSatisfy { $0.isFlagged })
    let runs = try Comparison(run("c"), all)
    #expect(runs.machineDifferences.contains("within both: \(difference)"))
  }

  @Test func trialsThatWouldCountTwiceAreRefused() throws {
    expectFailure(merging: run("a"), run("a"), parts: "a is given twice")
    expectFailure(merging: run("a"), run("a") { $0.seed = 9 }, parts: "two different runs are called a")
    expectFailure(merging: try merged(run("a"), run("b")), run("b"), parts: "b is given twice")
  }

  @Test func workThatDiffersIsRefused() throws {
    var other = run("b")
    for index in other.trials.indices {
      other.trials[index].workload = .object(["kind": .string("sleep"), "duration": .string("20ms")])
    }
    expectFailure(merging: run("a"), other, parts: "a and b are not the same work", "duration: 10ms", "20ms")
    #expect(throws: MergeFailure.self) {
      try Run(merging: [run("a"), other], as: "both", command: [], allowsMixture: true)
    }
  }

  @Test func comparisonWithAPartSaysThatTheyAreNotIndependent() throws {
    let comparison = try Comparison(try merged(run("a"), run("b")), run("b"))
    #expect(comparison.remarks.contains("both have the trials of b: not independent"))
  }

  @Test func limitsOfOneRunAreKept() throws {
    var one = run("a")
    one.limits = LimitsRecord(
      started: "2026-01-02T03:04:05Z", tool: one.record.tool, machine: one.record.environment, experiments: [])
    #expect(try merged(one, run("b")).limits == one.limits)
    var other = run("b")
    other.limits = one.limits
    #expect(try merged(one, other).limits == nil)
  }

  @Test func unfinishedPartsAreNotToBeResumed() throws {
    let all = try merged(run("a") { $0.trialsPlanned = 9 }, run("b"))
    let text = Report(all).render(.text, width: 100, color: false)
    #expect(text.contains("8 of 13 planned trials are recorded") && !text.contains("resuming"))
  }
}
