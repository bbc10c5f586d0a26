import Records
import Testing

@testable import Reporting

/// A reader is told which failures were asked for.
@Suite struct AskedFaultNoteTests {
  func trial(round: Int, reasons: [String] = []) -> TrialRecord {
    var trial = TinyRun.trial("epoll", round: round)
    trial.workload = .object([
      "kind": .string("http"), "faults": .object(["reset": .number(0.07), "stall": .number(0.005)]),
    ])
    trial.operations.failed = ["ECONNRESET": 31, "timeout": 12]
    trial.valid = reasons.isEmpty
    trial.reasons = reasons
    return trial
  }

  private func lines(_ trials: [TrialRecord], _ format: OutputFormat) -> [Substring] {
    Report(TinyRun.run(trials)).render(format, width: 120, color: false).split(separator: "\n")
      .filter { $0.contains("failed") }
  }

  @Test func failuresAsAskedAreTold() {
    #expect(lines([trial(round: 1)], .text) == ["  · epoll at 4: failed as asked: ECONNRESET (31), timeout (12)"])
    #expect(lines([trial(round: 1)], .md) == ["- epoll at 4: failed as asked: ECONNRESET (31), timeout (12)"])
  }

  @Test func failuresOfATrialThatFailedOtherwiseAreToldApart() {
    let trials = [
      trial(round: 1), trial(round: 2, reasons: ["steal: x"]), trial(round: 3, reasons: ["faults: y"]),
    ]
    #expect(
      lines(trials, .text).suffix(2) == [
        "  · epoll at 4: failed operations: ECONNRESET (31), timeout (12)",
        "  · epoll at 4: failed as asked: ECONNRESET (62), timeout (24)",
      ])
  }

  @Test func ratesAreInTheDescription() {
    #expect(WorkloadDescription(trial(round: 1)).text == "HTTP GET, keep-alive, faults: reset 7 %, stall 0.5 %")
  }

  @Test func repliesReadLenientlyAreTold() {
    var trials = [trial(round: 1), trial(round: 2)]
    for index in trials.indices {
      trials[index].workload = .object(["kind": .string("http"), "lenient": .bool(true)])
      trials[index].operations.failed = nil
      trials[index].lenientReads = 600
    }
    func notes() -> [Substring] {
      Report(TinyRun.run(trials)).render(.text, width: 120, color: false).split(separator: "\n")
        .filter { $0.contains("leniently:") }
    }
    #expect(notes() == ["  · epoll at 4: read leniently: 1,200 replies that deviate from RFC 9112"])
    #expect(WorkloadDescription(trials[0]).text == "HTTP GET, keep-alive, read leniently")
    for index in trials.indices { trials[index].lenientReads = 0 }
    #expect(notes() == [])
  }
}
