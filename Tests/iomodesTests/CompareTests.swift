import Records
import TestSupport
import Testing

/// The output and exit code of `iomodes compare`, on synthetic runs.
@Suite(.fewAtOnce, .endsHangs) struct CompareTests {
  /// Six rounds of `blocking` at 1000 operations per second and of `epoll` at `throughput`.
  private func write(
    _ name: String, epoll throughput: Double, rounds: Int = 6, cpu: String = "Abacus", in folder: String
  ) throws {
    var environment = Records.Environment()
    environment.cpuModel = cpu
    let record = RunRecord(
      runID: name, started: "2026-01-02T03:04:05Z", tool: .init(version: "1", commit: nil, configuration: "release"),
      command: [], seed: 1, suite: .null, trialsPlanned: 2 * rounds, environment: environment)
    let writer = try RunWriter(creating: RunFolder(path: "\(folder)/\(name)"), record)
    for round in 1...rounds {
      for (index, (mode, value)) in [("blocking", 1000), ("epoll", throughput)].enumerated() {
        var trial = TrialRecord(
          runID: name, experiment: "http-2ms", trial: 2 * round - 1 + index, round: round, order: 1, seed: 1,
          mode: mode,
          workload: .object(["kind": .string("http")]), concurrency: 64, operations: .init(), valid: true, reasons: [])
        trial.throughput = value + Double(round)
        try writer.append(trial)
      }
    }
  }

  private func compare(_ arguments: [String]) async throws -> Ending {
    var ending = Ending(code: -1, output: "", errors: "")
    try await withFolder { folder in
      try write("old", epoll: 2000, in: folder)
      try write("slow", epoll: 1800, in: folder)
      try write("slower", epoll: 1810, in: folder)
      try write("older", epoll: 2010, in: folder)
      try write("short", epoll: 1800, rounds: 2, in: folder)
      try write("elsewhere", epoll: 1800, cpu: "Slide rule", in: folder)
      ending = try await iomodes(["compare"] + arguments, in: folder)
    }
    return ending
  }

  @Test(arguments: [
    ["old", "old"], ["old", "slow"], ["old"], ["old", "--baseline", "epoll"], ["old", "elsewhere"],
    ["old", "slow", "--strict", "--modes", "epoll"], ["old", "slow", "--fail-on", "epoll http throughput < 0.85"],
    ["old", "slow", "--fail-on", "blocking http throughput < 0.95"], ["old", "slow", "--format", "json"],
    ["old,older", "slow,slower"], ["old,older", "slow"], ["old,older", "slow,slower", "--paired"],
    ["old", "slow", "--least-effect", "10%"], ["old", "--least-effect", "0"],
  ])
  func comparisonThatFindsNoRegressionEndsWith0(_ arguments: [String]) async throws {
    let ending = try await compare(arguments)
    #expect(ending.code == 0, "\(ending.errors)")
    #expect(ending.output.contains("http-2ms") && ending.errors.isEmpty)
  }

  @Test(arguments: [
    ["old", "slow", "--fail-on", "blocking http throughput < 0.5", "--fail-on", "epoll http throughput < 0.95"],
    ["old", "slow", "--fail-on", "epoll http-2ms throughput < 0.95 concurrency=64"],
    ["old", "--fail-on", "epoll http throughput < 2.5"],
  ])
  func regressionEndsWith4AndIsNamed(_ arguments: [String]) async throws {
    let ending = try await compare(arguments)
    #expect(ending.code == 4)
    #expect(
      ending.complaints.count == 1 && ending.errors.contains("FAILS at http-2ms, epoll at 64"), "\(ending.errors)")
    #expect(ending.output.contains("Holm"))
  }

  @Test(arguments: ["text", "md", "json"]) func modesOfSeveralMachinesAreComparedInOneDocument(format: String)
    async throws
  {
    let ending = try await compare(["old,slow,elsewhere", "--format", format])
    #expect(ending.code == 0 && ending.complaints.isEmpty, "\(ending.errors)")
    #expect(ending.output.contains(format == "json" ? "ratio_over_machines" : "over machines"), "\(ending.output)")
    #expect(ending.output.contains("Abacus") && ending.output.contains("Slide rule"), "\(ending.output)")
  }

  @Test func gateThatCannotBeJudgedEndsWith3() async throws {
    let ending = try await compare(["old", "short", "--fail-on", "epoll http throughput < 0.95"])
    #expect(ending.code == 3)
    #expect(ending.errors.contains("cannot be judged"))
  }

  @Test(
    arguments: [
      ([], 2, "compare needs one run or two"),
      (["old", "slow", "--fail-on", "epoll"], 2, "it has 1 words, not 5 or 6"),
      (["old", "slow", "--fail-on", "uring http p50 < 1"], 2, "'uring http p50 < 1' matches no point"),
      (["old", "slow", "--modes", "epol"], 2, "--modes 'epol' is not a mode of what is compared"),
      (["old", "slow", "--baseline", "epoll"], 2, "--baseline needs a single run"),
      (["old", "--strict"], 2, "--strict needs two runs"), (["old", "--paired"], 2, "--paired needs two runs"),
      (["old", "slow", "--paired"], 2, "at least two; there are 1 and 1"),
      (["old,older", "slow,old,slower", "--paired"], 2, "there are 2 and 3"),
      (["old,old", "slow"], 2, "'old' is named twice"),
      (["old,older", "--fail-on", "epoll http p50 < 1"], 2, "--fail-on needs one run, or two sides"),
      (["old,older", "--baseline", "epol"], 2, "'epol' is not"),
      (["old,nothing", "slow"], 1, "there is no run 'nothing'"),
      (["old", "slow", "--least-effect", "-1"], 2, "--least-effect '-1' is not a percentage"),
      (["old", "slow", "--format", "csv"], 2, "--format 'csv' is not one of text, json, md"),
      (["old", "nothing"], 1, "there is no run 'nothing'"),
      (["old", "--modes", "blocking"], 1, "the run has no mode besides blocking"),
      (["old", "elsewhere", "--strict"], 1, "--strict: the runs differ in cpu_model: Abacus in the first run"),
    ] as [([String], Int32, String)])
  func whatCannotBeComparedIsRefusedInOneLine(arguments: [String], code: Int32, complaint: String) async throws {
    let ending = try await compare(arguments)
    #expect(ending.code == code)
    #expect(ending.output.isEmpty)
    #expect(ending.complaints.count == 1 && ending.errors.contains(complaint), "\(ending.errors)")
  }
}
