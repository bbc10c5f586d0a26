import Foundation
import Records
import TestSupport
import Testing

/// The benchmarks of the harness itself, from the command line to a run that reads back.
@Suite(.fewAtOnce, .endsHangs) struct HarnessBenchmarksTests {
  private func benchmarks(_ arguments: [String], in folder: String) async throws -> Ending {
    try await Running(arguments, of: Executable.program("harness-benchmarks"), in: folder).ended()
  }

  @Test func runReadsBackAndIsReportedWhenItHasOneRound() async throws {
    try await withFolder { folder in
      let ending = try await benchmarks(["--rounds", "1", "--output", "out/"], in: folder)
      // 3: the hypervisor took the processor.
      #expect([0, 3].contains(ending.code) && ending.output.contains("histogram-record unshared"), "\(ending.errors)")
      let run = try RunFolder(path: folder + "/out").read()
      #expect(run.warnings.isEmpty && run.trials.count == run.record.trialsPlanned)
      #expect(run.trials.map(\.trial).sorted() == Array(1...run.trials.count))
      #expect(run.trials.map(\.order) == Array(1...run.trials.count))
      #expect(
        Set(run.trials.map(\.experiment))
          == ["histogram-record", "recorder-completed", "histogram-read", "http-reader", "conversation", "null"])
      for trial in run.trials {
        #expect(trial.workload["kind"]?.string == "harness" && trial.runID == "out" && trial.round == 1)
        #expect(try #require(trial.operations.done) > 0)
        #expect(trial.operations.done == trial.operations.verified, "\(trial.experiment) \(trial.mode)")
        #expect(trial.reasons.allSatisfy { $0.hasPrefix("steal: ") }, "\(trial.reasons)")
        #expect(try #require(trial.throughput) > 0)
        #expect(try #require(trial.client?.userTime) + #require(trial.client?.systemTime) > 0)
      }
      let report = try await iomodes("report", "out", in: folder)
      #expect(report.code == 0 && report.output.contains("chunked-response"), "\(report.errors)")
      let comparison = try await iomodes("compare", "out", "out", in: folder)
      #expect(comparison.code == 0 && comparison.output.contains("both are the same run"), "\(comparison.errors)")
    }
  }

  @Test(
    arguments: [
      (["--rounds", "0"], 2, "--rounds '0' is not a number of rounds, from 1 on"),
      (["--rounds"], 2, "--rounds needs a value"), (["--round", "1"], 2, "unknown option '--round'"),
      (["quick"], 2, "unknown option 'quick'"),
      (["--peer-histogram", "none.so"], 1, "cannot load --peer-histogram: none.so"),
      (["--output", "/proc/none"], 1, "cannot write /proc/none"),
    ] as [([String], Int32, String)])
  func mistakesEndTheProgramInOneLine(arguments: [String], code: Int32, complaint: String) async throws {
    try await withFolder { folder in
      let ending = try await benchmarks(arguments, in: folder)
      #expect(ending.code == code && ending.output.isEmpty)
      #expect(ending.complaints.count == 1 && ending.errors.contains(complaint), "\(ending.errors)")
    }
  }
}
