import Foundation
import Measurement
import Records
import Testing

@testable import Reporting

/// Runs with the lines of their files, as citations need them.
enum CitationRuns {
  static let project = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }

  static func citations(_ run: Run) throws -> Citations {
    let encoder = JSONEncoder.stable()
    return Citations(
      run, TrialLines(try run.trials.reduce(into: Data()) { $0 += try encoder.encode($1) + Data("\n".utf8) }),
      recordBytes: try encoder.encode(run.record), limitsBytes: try run.limits.map(encoder.encode),
      primitivesBytes: try run.primitives.map(encoder.encode))
  }

  /// Runs that were measured.
  static let recorded: [(name: String, run: Run)] = {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(project)/results")) ?? []).sorted()
      .compactMap { name in (try? RunFolder(path: "\(project)/results/\(name)").read()).map { (name, $0) } }
  }()

  /// All kinds of numbers that reports have.
  static let all: [(name: String, run: Run)] = {
    recorded + [
      ("tiny", TinyRun.example), ("synthetic", SyntheticRun().run()), ("odd", odd),
      (
        "open loops",
        SyntheticRun.run(of: [
          SyntheticRun(experiment: "load", rates: [1000, 5000, 20_000, 100_000 / 3.0]),
          SyntheticRun(experiment: "one-rate", rates: [500]), SyntheticRun(experiment: "counted", operations: 1000),
        ])
      ),
      (
        "memory",
        SyntheticRun(
          experiment: "many", workload: .object(["kind": .string("sleep")]), concurrencies: [1, 10, 100, 1000]
        ).run()
      ),
      ("search", search), ("faults", faults), ("mixed", mixed), ("served in part", ServedLanesTests.run()),
      ("explained", ExplainedRun.run()),
      ("unanswered", ServedLanesTests.stopped()), ("hosts", HostTableTests.run(rounds: 6)),
      (
        "pools", TinyRun.run([TimelineTests().growing(), TimelineTests().trial("taskgroup-blocking") { _ in 2 }])
      ),
    ]
  }()

  static func run(_ name: String) throws -> Run { try #require(all.first { $0.name == name }).run }

  /// As they are made but once.
  static func citations(_ name: String) throws -> Citations { try #require(citationsByName[name]) }

  static func summary(_ name: String) throws -> Summary { try #require(summaries[name]) }

  private static let summaries = Dictionary(uniqueKeysWithValues: all.map { ($0.name, Summary($0.run)) })

  private static let citationsByName: [String: Citations] = Dictionary(
    uniqueKeysWithValues: all.compactMap { name, run in
      let folder = RunFolder(path: "\(project)/results/\(name)")
      return ((try? Citations(folder)) ?? (try? citations(run))).map { (name, $0) }
    })

  /// Classes of lanes, failures, audits, variants and names that are no single words.
  private static let odd: Run = {
    var trials: [TrialRecord] = []
    for round in 1...6 {
      for (mode, variant) in [("blocking", nil), ("epoll", "pool"), ("epoll", "inline")] as [(String, String?)] {
        var trial = TinyRun.trial(
          mode, round: round, throughput: 100 + Double(round), latencies: .init(repeating: 5000, count: 2000),
          experiment: "a b\n%c")
        trial.variant = variant
        trial.limit = 3
        trial.operations.failed = ["timeout": 2]
        trial.operations.non2xx = ["404": 7]
        trial.lanes = [
          "busy": .init(count: 4, operations: trial.operations, latency: trial.latency),
          "idle": .init(count: 15, operations: trial.operations, latency: trial.latency, early: 15),
        ]
        trial.coldStart = .init(firstDone: 1000, done: 10, wall: 1_000_000)
        trials.append(trial)
      }
    }
    var audit = TinyRun.trial("epoll", round: 0, throughput: nil, experiment: "a b\n%c")
    audit.variant = "pool"
    audit.audit = .init(tool: "perf")
    audit.audit?.operations = 1000
    audit.audit?.client = .init(syscalls: 2100, switches: 30, allocations: 5, byName: ["epoll_wait": 1000])
    return TinyRun.run(trials + [audit])
  }()

  /// Failures with and without faults, an unreadable histogram, an invalid audit, and missing trials.
  private static let faults: Run = {
    let tests = AskedFaultNoteTests()
    var trials = [
      tests.trial(round: 1), tests.trial(round: 2, reasons: ["steal: 12 % of 1.25 s"]),
      tests.trial(round: 3, reasons: ["faults: 31 of 40 came"]),
    ]
    for round in 4...5 {
      trials.append(tests.trial(round: round))
      trials[round - 1].latency = TinyRun.trial("epoll", latencies: .init(repeating: 1000, count: 500)).latency
    }
    trials[4].latency?.service.histogram = "?"
    var audit = tests.trial(round: 0, reasons: ["server-count: the client counted 9 operations, the server 7"])
    audit.audit = .init(tool: "perf")
    return TinyRun.run(trials + [audit], planned: 12)
  }()

  /// Of two machines.
  private static let mixed: Run = {
    let runs = ["one", "two"].enumerated().map { index, name in
      var run = TinyRun.example
      run.record.runID = name
      run.record.environment.cpusOnline = 2 + index
      run.record.environment.memory = 17_000_000_000 << index
      for place in run.trials.indices { run.trials[place].runID = name }
      return run
    }
    return (try? Run(merging: runs, as: "both", command: [], allowsMixture: true)) ?? TinyRun.example
  }()

  private static let search: Run = {
    var run = SyntheticRun.run(of: [
      SyntheticRun(experiment: "slo", concurrencies: [64]),
      SyntheticRun(experiment: "slo", concurrencies: [64], rates: [1000, 20_000, 40_000]),
    ])
    run.record.suite = .object([
      "experiments": .array([.object(["name": .string("slo"), "slo": .string("p99<10ms")])])
    ])
    return run
  }()
}
