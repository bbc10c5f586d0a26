import Foundation
import Harness
import Measurement
import Records
import SystemCalls

/// One round, in this process: every benchmark once, in an order drawn from the seed.
struct Round {
  static let seed: UInt64 = 1
  /// How long a trial takes.
  static let window = Nanoseconds.milliseconds(50)

  private let number: Int
  private let runID: String
  private let processors: [Int]

  /// The process stays on the client's processors, as the client of a trial does.
  init(_ number: Int, in folder: String) throws {
    self.number = number
    runID = RunFolder(path: folder).name
    processors = try Processors.current().client
    try Affinity.set(processors)
  }

  /// Prints the records of the trials, one line each.
  func carryOut(_ benchmarks: [Benchmark]) throws {
    let encoder = JSONEncoder.stable()
    let seed = Schedule.seed(ofRound: number, experiment: 0, seed: Self.seed)
    for (order, index) in Schedule.shuffled(Array(benchmarks.indices), seed: seed).enumerated() {
      let benchmark = benchmarks[index]
      let batches = try benchmark.batches(within: Self.window)
      let steal = ProcFile.stolenTime
      let outcome = try benchmark.carryOut(batches)
      var record = TrialRecord(
        runID: runID, experiment: benchmark.experiment, trial: (number - 1) * benchmarks.count + index + 1,
        round: number, order: order + 1, seed: seed, mode: benchmark.mode,
        workload: Benchmark.workload(of: benchmark.experiment), concurrency: 1,
        operations: TrialRecord.Operations(), valid: false, reasons: [])
      fill(&record, with: outcome, done: batches * benchmark.batch, stolenBefore: steal)
      try StandardStreams.print(String(decoding: try encoder.encode(record), as: UTF8.self) + "\n")
    }
  }

  private func fill(
    _ record: inout TrialRecord, with outcome: Benchmark.Outcome, done: UInt64, stolenBefore: UInt64?
  ) {
    record.operations.done = done
    record.operations.verified = outcome.verified
    record.wall = outcome.wall.count
    record.throughput = Double(done) / outcome.wall.seconds
    var client = ProcessUsage()
    client.userTime = outcome.usage.userTime.count
    client.systemTime = outcome.usage.systemTime.count
    client.voluntarySwitches = outcome.usage.voluntarySwitches
    client.involuntarySwitches = outcome.usage.involuntarySwitches
    client.cpus = processors
    record.client = client
    if let stolenBefore, let stolen = ProcFile.stolenTime {
      record.machine = MachineUsage(steal: stolen - min(stolen, stolenBefore))
    }
    record.reasons = [Validity.steal(record)].compactMap { $0 }
    if outcome.verified != done {
      record.reasons.append("unverified: of \(done) operations \(outcome.verified) had the right result")
    }
    record.valid = record.reasons.isEmpty
  }
}
