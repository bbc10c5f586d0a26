import Foundation
import Records
import Reporting
import SystemCalls

/// Measures what the harness itself costs: processor time for an operation of its parts, as a run like any other.

func complain(_ text: String) { StandardStreams.complain("harness-benchmarks: \(text)\n") }

func run() throws -> Int32 {
  let options = try Options(Array(CommandLine.arguments.dropFirst()))
  if options.asksForHelp {
    try StandardStreams.print(Options.usage + "\n")
    return 0
  }
  var benchmarks = Benchmark.histogram + Benchmark.reader + Benchmark.conversation + Benchmark.null
  if let path = options.peerHistogram { benchmarks += try PeerHistogram(library: path).benchmarks }
  if let round = options.childRound {
    try Round(round, in: options.output).carryOut(benchmarks)
    return 0
  }
  let folder = RunFolder(path: options.output)
  guard !FileManager.default.fileExists(atPath: folder.recordPath) else {
    throw Failure("\(options.output) already holds a run; name another --output")
  }
  try Session(benchmarks, options, in: folder).carryOut()
  let summary = Summary(try folder.read())
  try StandardStreams.print(table(summary) + "\n")
  complain("the run lies in \(options.output); `iomodes compare BEFORE \(options.output)` judges it by an earlier one")
  let dead = summary.experiments.flatMap { experiment in
    experiment.points.filter { $0.validTrials == 0 }.map { "\(experiment.name), \($0.name)" }
  }
  for name in dead { complain("no valid trial: \(name)") }
  return dead.isEmpty ? 0 : 3
}

/// Nanoseconds of processor time for an operation.
func table(_ summary: Summary) -> String {
  var lines = ["CPU ns per operation: median over the valid trials [its 95 % interval; * the range, of fewer than six]"]
  for experiment in summary.experiments {
    for point in experiment.points {
      let cpu = point.client.cpu.map { cpu in
        let ends = [cpu.low, cpu.high].map { String(format: "%.2f", $0 * 1000) }.joined(separator: "–")
        return String(format: "%10.2f", cpu.median * 1000) + " [\(ends)]\(cpu.kind == .interval95 ? "" : "*")"
      }
      let name = "\(experiment.name) \(point.name)".padding(toLength: 34, withPad: " ", startingAt: 0)
      lines.append("  \(name)\(cpu ?? "–")")
    }
  }
  return lines.joined(separator: "\n")
}

StandardStreams.openClosed()
do {
  exit(try run())
} catch let failure as Failure {
  complain(failure.description)
  exit(failure.code)
} catch {
  complain("\(error)")
  exit(1)
}
