import Glibc
import Measurement
import Records
import Statistics
import Testing

@testable import Reporting

/// Modes compared over several machines.
struct MachineComparisonTests {
  /// A run in which `epoll` does `ratio` times what `blocking` does, in every round.
  private func run(_ name: String, processors: Int, ratio: Double, mode: String = "epoll", kernel: String = "6.1")
    -> Run
  {
    var trials: [TrialRecord] = []
    for round in 1...9 {
      trials.append(TinyRun.trial("blocking", round: round, throughput: 100 + Double(round)))
      trials.append(TinyRun.trial(mode, round: round, throughput: ratio * (100 + Double(round))))
    }
    var run = TinyRun.run(trials)
    run.record.runID = name
    run.record.environment.cpusOnline = processors
    run.record.environment.kernel = kernel
    return run
  }

  private func throughput(_ comparison: MachineComparison, _ mode: String = "epoll") throws -> MachineComparison.Row {
    try #require(comparison.rows.first { $0.metric == .throughput && $0.mode == mode })
  }

  @Test func ratioOverMachinesHasMachinesAsItsUnit() throws {
    let comparison = try MachineComparison(
      [run("a", processors: 2, ratio: 2), run("b", processors: 8, ratio: 8)], baseline: "blocking")
    #expect(comparison.machines.map(\.name) == ["A", "B"])
    let row = try throughput(comparison)
    #expect(row.machines.map { $0?.median } == [2, 8])
    let overall = try #require(row.overall)
    #expect(abs(overall.median - 4) < 1e-9 && overall.n == 2)
    // However exact each machine's ratio is, two machines say little about a third.
    #expect(overall.low < 0.01 && overall.high > 1000)
    for format in [ComparisonFormat.text, .md] {
      let text = comparison.render(format, width: 100, color: false)
      #expect(text.contains("over machines") && text.contains("6.4 times as far"), "\(text)")
    }
    let json = comparison.render(.json, width: 100, color: false)
    #expect(json.contains("\"ratio_over_machines\"") && json.contains("\"unit\" : \"machine\""))
  }

  @Test func runsOfOneMachineAreOneUnit() throws {
    // Another kernel is no other machine.
    let runs = [
      run("a", processors: 2, ratio: 2), run("b", processors: 2, ratio: 8, kernel: "6.2"),
      run("c", processors: 4, ratio: 4), run("d", processors: 8, ratio: 4),
    ]
    let comparison = try MachineComparison(runs, baseline: "blocking")
    #expect(comparison.machines.map(\.runs) == [["a", "b"], ["c"], ["d"]])
    let row = try throughput(comparison)
    #expect(row.machines[0].map { abs($0.median - 4) < 1e-9 && $0.n == 2 } == true)
    #expect(row.overall.map { abs($0.median - 4) < 1e-9 && abs($0.high - 4) < 1e-9 && $0.n == 3 } == true)
  }

  @Test func oneMachineHasNoIntervalBetweenMachines() throws {
    let comparison = try MachineComparison(
      [run("a", processors: 2, ratio: 2), run("b", processors: 2, ratio: 3)], baseline: "blocking")
    #expect(try throughput(comparison).overall == nil)
    let text = comparison.render(.text, width: 100, color: false)
    #expect(text.contains("no interval between machines"), "\(text)")
    #expect(!comparison.render(.json, width: 100, color: false).contains("ratio_over_machines"))
  }

  @Test func modeOfOneMachineAloneHasItsRatioAndNoneOverMachines() throws {
    let comparison = try MachineComparison(
      [run("a", processors: 2, ratio: 2), run("b", processors: 4, ratio: 3, mode: "uring")], baseline: "blocking")
    let row = try throughput(comparison, "uring")
    #expect(row.machines[0] == nil && row.machines[1]?.median == 3 && row.overall == nil)
  }

  @Test func unknownModeAndMixedRunAreRefused() throws {
    let runs = [run("a", processors: 2, ratio: 2), run("b", processors: 4, ratio: 3)]
    #expect(throws: ComparisonFailure.self) { try MachineComparison(runs, baseline: "epol") }
    #expect(throws: ComparisonFailure.self) { try MachineComparison(runs, baseline: "blocking", modes: ["epol"]) }
    let both = try Run(merging: runs, as: "both", command: [], allowsMixture: true)
    #expect(throws: ComparisonFailure.self) { try MachineComparison([both, runs[0]], baseline: "blocking") }
  }
}
