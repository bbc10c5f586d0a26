import Foundation
import Harness
import Measurement
import Records
import SystemCalls

/// A run of all benchmarks, each round in a fresh process: where its memory lies is drawn anew for a process, and may
/// make half the cost of a loop of a nanosecond.
struct Session {
  private let options: Options
  private let runID: String
  private let writer: RunWriter

  init(_ benchmarks: [Benchmark], _ options: Options, in folder: RunFolder) throws {
    self.options = options
    runID = folder.name
    let record = RunRecord(
      runID: runID, started: ISO8601DateFormatter().string(from: Date()), tool: MachineFacts.tool,
      command: CommandLine.arguments, seed: Round.seed, suite: Self.suite(benchmarks, rounds: options.rounds),
      trialsPlanned: options.rounds * benchmarks.count, environment: MachineFacts.environment(try Processors.current()))
    writer = try RunWriter(creating: folder, record)
  }

  func carryOut() throws {
    for round in 1...options.rounds { for record in try records(of: round) { try writer.append(record) } }
  }

  private func records(of round: Int) throws -> [TrialRecord] {
    guard let program = ProcessControl.executablePath else { throw Failure("cannot read /proc/self/exe; mount /proc") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments =
      ["--child-round", "\(round)", "--output", options.output]
      + (options.peerHistogram.map { ["--peer-histogram", $0] } ?? [])
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let lines = output.fileHandleForReading.readDataToEndOfFile().split(separator: UInt8(ascii: "\n"))
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure("round \(round) failed; the rounds before it are kept in \(options.output)")
    }
    return try lines.map { try JSONDecoder().decode(TrialRecord.self, from: Data($0)) }
  }

  /// The benchmarks as a suite lists its experiments.
  private static func suite(_ benchmarks: [Benchmark], rounds: Int) -> JSONValue {
    let experiments = Benchmark.experiments.map { name, _ -> JSONValue in
      .object([
        "name": .string(name), "workload": Benchmark.workload(of: name),
        "modes": .array(benchmarks.filter { $0.experiment == name }.map { .string($0.mode) }),
        "concurrency": .array([.number(1)]), "duration": .string("\(Round.window)"), "rounds": .number(Double(rounds)),
      ])
    }
    return .object([
      "name": .string("harness"), "about": .string("what the harness itself costs"),
      "experiments": .array(experiments),
    ])
  }
}
