import Foundation
import Records
import TestSupport
import Testing

/// CPU work from the command line: inline, in threads and in other processes.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct ComputeTests {
  static let tiny = [
    "run", "--workload", "compute", "--work", "50us", "--operations", "40", "--modes",
    "blocking,taskgroup,epoll,executor", "--concurrency", "4", "--rounds", "1", "--quiet", "--output", "out",
  ]

  @Test func workIsTheSameWhereverItIsDone() async throws {
    var checksums: Set<String?> = []
    var iterations: Set<UInt64> = []
    for offload in ["inline", "pool", "processes"] {
      try await withFolder { folder in
        let ending = try await iomodes(Self.tiny + ["--offload", offload], in: folder)
        #expect(ending.code == 0 || ending.code == 3, "\(ending.errors)")
        let run = try RunFolder(path: folder + "/out").read()
        let calibration = try #require(run.record.calibration)
        let median = calibration.iterationsPerSecond
        #expect(calibration.low <= median && median <= calibration.high)
        #expect(calibration.low > 0 && calibration.runs > 5)
        for trial in run.trials {
          if trial.mode == "blocking" {
            #expect(trial.variant == nil && (trial.skipped != nil) == (offload != "inline"))
            if trial.skipped != nil { continue }
          } else {
            #expect(trial.variant == offload)
          }
          #expect(trial.operations.verified == 40 && trial.operations.failed == nil, "\(trial.mode) \(offload)")
          let work = try #require(trial.work)
          #expect(work.nominal == 50_000)
          #expect(work.iterations == UInt64((median * 50e-6).rounded()))
          iterations.insert(work.iterations)
          checksums.insert(trial.checksum)
        }
        // One run, one amount of work.
        #expect(Set(run.trials.compactMap(\.work)).count == 1)
      }
    }
    // For runs with equal calibration.
    #expect(checksums.count == iterations.count)
  }

  @Test func processesEndWithTheirClient() async throws {
    try await withFolder { folder in
      let running = try Running(
        [
          "run", "--workload", "compute", "--offload", "processes", "--pool", "3", "--modes", "epoll", "--duration",
          "30s", "--rounds", "1", "--quiet", "--output", "out",
        ], in: folder)
      // Client, server and three workers.
      #expect(try await eventually { running.children.count == 5 })
      running.signal(SIGINT)
      #expect(try await running.ended().code == 128 + SIGINT)
      #expect(try await eventually { running.children.isEmpty })
    }
  }

  /// The client's CPU time includes the work, wherever it runs.
  @Test(arguments: ["pool", "processes"]) func workIsInTheClientsProcessorTime(_ offload: String) async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        [
          "run", "--workload", "compute", "--work", "5ms", "--offload", offload, "--pool", "1", "--modes", "epoll",
          "--operations", "40", "--rounds", "1", "--quiet", "--output", "out",
        ], in: folder)
      #expect(ending.code == 0 || ending.code == 3, "\(ending.errors)")
      let trial = try #require(try RunFolder(path: folder + "/out").read().trials.first)
      let client = try #require(trial.client)
      #expect((client.userTime ?? 0) + (client.systemTime ?? 0) > 40 * 5_000_000 / 2)
    }
  }

  @Test func noProcessIsLeftAfterATrial() async throws {
    try await withFolder { folder in
      let running = try Running(Self.tiny + ["--offload", "processes", "--pool", "3"], in: folder)
      let ending = try await running.ended()
      // 3: other tests may use the CPUs, and the one trial may be invalid.
      #expect(ending.code == 0 || ending.code == 3, "\(ending.errors)")
      #expect(running.children.isEmpty)
    }
  }

  /// Even while they compute, and so do not check their sockets.
  @Test func processesEndWithAClientThatIsKilled() async throws {
    try await withFolder { folder in
      let running = try Running(
        [
          "run", "--workload", "compute", "--work", "10s", "--offload", "processes", "--pool", "3", "--modes", "epoll",
          "--concurrency", "3", "--duration", "30s", "--rounds", "1", "--quiet", "--output", "out",
        ], in: folder)
      #expect(try await eventually { Self.computing(running).count == 3 })
      // Besides descriptors that the tests' own parent may have left open.
      let inherited = Self.sockets(of: running.identifier)
      for worker in Self.workers(of: running) {
        #expect(Self.sockets(of: worker).subtracting(inherited).count == 1)
      }
      let client = try #require(running.children.first { Self.file("cmdline", of: $0).contains("--child-client") })
      kill(client, SIGKILL)
      #expect(try await eventually(within: 5) { Self.workers(of: running).isEmpty })
      _ = try await running.ended()
      #expect(running.children.isEmpty)
    }
  }

  private static func workers(of running: Running) -> [pid_t] {
    running.children.filter { file("cmdline", of: $0).contains("--child-worker") }
  }

  /// Processes with at least a tenth of a second of CPU time; one that only starts has less.
  private static func computing(_ running: Running) -> [pid_t] {
    workers(of: running).filter { worker in
      let fields = file("stat", of: worker).split(separator: ")").last?.split(separator: " ") ?? []
      return fields.count > 11 && Int(fields[11]).map { $0 > 10 } == true
    }
  }

  private static func sockets(of process: pid_t) -> Set<String> {
    let folder = "/proc/\(process)/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let targets = names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }
    return Set(targets.filter { $0.hasPrefix("socket:") })
  }

  private static func file(_ name: String, of process: pid_t) -> String {
    (try? String(contentsOfFile: "/proc/\(process)/\(name)", encoding: .utf8)) ?? ""
  }

  @Test func resumedRunDoesTheSameWork() async throws {
    try await withFolder { folder in
      #expect(try await [0, 3].contains(iomodes(Self.tiny, in: folder).code))
      let path = folder + "/out/trials.jsonl"
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      let planned = plannedTrials(folder + "/out")
      try (lines[0] + "\n").write(toFile: path, atomically: true, encoding: .utf8)
      #expect(try await [0, 3].contains(iomodes("run", "--resume", "out", "--quiet", in: folder).code))
      let trials = try RunFolder(path: folder + "/out").read().trials
      #expect(trials.count { $0.repeats == nil } == planned && Set(trials.compactMap(\.work)).count == 1)
      #expect(Set(trials.map(\.checksum)).count == 1)
    }
  }

  @Test func bystandersAreInTheFigure() async throws {
    try await withFolder { folder in
      let (ending, run) = try await validRun(
        [
          "run", "--workload", "compute", "--work", "100us", "--modes", "epoll", "--concurrency", "2", "--bystanders",
          "paced:20:10ms", "--duration", "800ms", "--rounds", "1",
        ], in: folder)
      #expect(ending.code == 0, "\(ending.errors)")
      let words = ending.output.split { $0.isWhitespace }.joined(separator: " ")
      #expect(words.contains("100 µs of work each, inline") && words.contains("resp. p99"))
      #expect(try await iomodes("plot", run, "--output", "figures", in: folder).code == 0)
      let data = try String(contentsOfFile: folder + "/figures/compute-interference.dat", encoding: .utf8)
      #expect(data.contains(#""epoll/inline" p99_of_trials_ns "#) && data.contains("\n100000 "))
    }
  }
}
