import Foundation
import Glibc
import Records
import TestSupport
import Testing

/// However a run ends, it keeps the finished trials, leaves no process behind, and can be resumed.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct InterruptionTests {
  static let planned = 8
  /// Two modes, four rounds: eight trials of about a fifth of a second.
  static let plan = [
    "run", "--workload", "http", "--delay", "1ms", "--modes", "taskgroup,epoll", "--concurrency", "2", "--rounds", "4",
    "--operations", "600", "--output", "out", "--quiet",
  ]

  /// Starts the run, and acts on it once some trials have finished and one is under way.
  private func begun(in folder: String, then act: @escaping @Sendable (Running) -> Void) async throws -> Running {
    let running = try Running(Self.plan, in: folder)
    let isUnderWay = try await eventually {
      recordedTrials(folder + "/out") >= 2 && running.children.count == 2
    } then: {
      act(running)
    }
    #expect(isUnderWay)
    return running
  }

  /// The records are whole, and the rest can be run.
  private func expectResumable(_ folder: String, planned: Int = Self.planned) async throws {
    let finished = try RunFolder(path: folder + "/out").read().trials
    #expect(finished.count < planned)
    for trial in finished where !trial.wasDisturbed { #expect(trial.valid, "\(trial.reasons)") }
    let resumed = try await iomodes("run", "--resume", "out", "--quiet", in: folder)
    // Disturbed trials are repeated.
    #expect(resumed.code == 0 || resumed.code == 3, "\(resumed.errors)")
    let run = try RunFolder(path: folder + "/out").read()
    #expect(run.warnings.isEmpty)
    #expect(run.trials.map(\.trial) == Array(1...run.trials.count))
    #expect(run.trials.count { $0.repeats == nil } == planned)
    #expect(Array(run.trials.prefix(finished.count)) == finished)
  }

  @Test(arguments: [(SIGINT, true), (SIGINT, false), (SIGTERM, false), (SIGQUIT, true)])
  func finishedTrialsAreKeptWhenASignalAsksToStop(_ number: Int32, toGroup: Bool) async throws {
    try await withFolder { folder in
      let running = try await begun(in: folder) { running in
        if toGroup { running.signalGroup(number) } else { running.signal(number) }
      }
      let ending = try await running.ended()
      #expect(ending.code == 128 + number)
      #expect(ending.errors.contains("interrupted; the finished trials are kept; continue with"), "\(ending.errors)")
      #expect(ending.complaints.count == 1, "\(ending.errors)")
      #expect(try await eventually(within: 5) { running.children.isEmpty })
      #expect(recordedTrials(folder + "/out") >= 2)
      try await expectResumable(folder)
    }
  }

  @Test func noChildIsLeftWhenTheHarnessIsKilled() async throws {
    try await withFolder { folder in
      let running = try await begun(in: folder) { $0.signal(SIGKILL) }
      #expect(try await running.ended().code == 128 + SIGKILL)
      #expect(try await eventually(within: 5) { running.children.isEmpty })
      #expect(recordedTrials(folder + "/out") >= 2)
      try await expectResumable(folder)
    }
  }

  @Test func runGoesOnWhenItsClientIsKilled() async throws {
    try await expectToGoOnWithout("--child-client")
  }

  /// Kills a child of the second of three trials, early in its window: that trial is broken, and the others are not.
  func expectToGoOnWithout(_ role: String) async throws {
    try await withFolder { folder in
      let running = try Running(
        [
          "run", "--workload", "http", "--delay", "1ms", "--modes", "epoll", "--concurrency", "2", "--rounds", "3",
          "--duration", "500ms", "--warmup", "0", "--output", "out", "--quiet",
        ], in: folder)
      let isUnderWay = try await eventually {
        recordedTrials(folder + "/out") == 1 && running.children.count == 2
      } then: {
        for child in running.children {
          let text = try? String(contentsOfFile: "/proc/\(child)/cmdline", encoding: .utf8)
          if text?.contains(role) ?? false { kill(child, SIGKILL) }
        }
      }
      #expect(isUnderWay)
      let ending = try await running.ended()
      // On a busy machine, none of the short windows may be valid.
      #expect(ending.code == 0 || ending.code == 3, "\(ending.errors)")
      let trials = try RunFolder(path: folder + "/out").read().trials
      #expect(trials.prefix(3).map(\.trial) == [1, 2, 3])
      #expect(trials.prefix(3).map { $0.reasons.first?.hasPrefix("broken: ") ?? false } == [false, true, false])
      #expect(trials[1].reasons.count == 1 && !trials[1].valid)
      if role == "--child-client" {
        #expect(trials[1].reasons[0].contains("(signal 9 (Killed), not sent by this program: "), "\(trials[1].reasons)")
      }
    }
  }

  @Test func lastLineThatIsTornIsLeftOutAndMeasuredAgain() async throws {
    try await withFolder { folder in
      let plan = ["run", "--workload", "sleep", "--sleep", "1ms", "--operations", "20", "--rounds", "1"]
      let ending = try await iomodes(plan + ["--output", "out", "--quiet"], in: folder)
      #expect(ending.code == 0, "\(ending.errors)")
      let path = folder + "/out/trials.jsonl"
      let data = try #require(FileManager.default.contents(atPath: path))
      try data.dropLast(20).write(to: URL(fileURLWithPath: path))

      let report = try await iomodes("report", "out", in: folder)
      #expect(report.code == 0)
      #expect(report.complaints.count == 1)
      #expect(
        report.errors.contains(
          "out/trials.jsonl: line 4 is cut off and left out; resuming the run measures it again"),
        "\(report.errors)")
      let resumed = try await iomodes("run", "--resume", "out", "--quiet", in: folder)
      #expect(resumed.code == 0 && resumed.errors.isEmpty, "\(resumed.errors)")
      let trials = try RunFolder(path: folder + "/out").read().trials
      #expect(trials.map(\.trial) == [1, 2, 3, 4])
    }
  }

  /// A limit on the size of files stands in for a full disk.
  @Test func finishedTrialsAreKeptWhenTheDiskIsFull() async throws {
    try await withFolder { folder in
      let plan =
        "run --foreign-load 100000% --workload sleep --sleep 1ms --operations 20 --modes blocking,epoll --rounds 4 --output out"
      let script = "trap '' XFSZ; ulimit -f 8; exec \(Executable.path) \(plan) --quiet"
      let ending = try await Running(["-c", script], of: "/bin/sh", in: folder).ended()
      #expect(ending.code == 1)
      #expect(ending.complaints.count == 1, "\(ending.errors)")
      #expect(ending.errors.contains("cannot append to out/trials.jsonl: File too large; finished trials are kept"))
      #expect(recordedTrials(folder + "/out") >= 1)
      try await expectResumable(folder)
    }
  }

  /// A separate disk, which fills up.
  @Test(
    .enabled(if: Permission.namespaces, "no mounts of one's own here (unshare -mn)"), arguments: [4, 8, 12, 16, 24])
  func finishedTrialsAreKeptWhenADiskIsFull(kibibytes: Int) async throws {
    try await withFolder { folder in
      let plan =
        "run --foreign-load 100000% --workload sleep --sleep 1ms --operations 20 --modes blocking,epoll --rounds 12"
      let script = """
        mkdir disk; exec unshare -m sh -c 'mount -t tmpfs -o size=\(kibibytes)k none disk
        \(Executable.path) \(plan) --output disk/out --quiet; code=$?; cp -r disk saved; exit $code'
        """
      let ending = try await Running(["-c", script], of: "/bin/sh", in: folder).ended()
      #expect(ending.code == 1)
      #expect(ending.complaints.count == 1 && ending.errors.contains("No space left on device"), "\(ending.errors)")
      let run = RunFolder(path: folder + "/saved/out")
      if ending.errors.contains("cannot append to disk/out/trials.jsonl: ") {
        let read = try run.read()
        #expect(read.warnings.isEmpty && read.trials.map(\.trial) == Array(1..<read.trials.count + 1))
      } else {
        #expect(ending.errors.contains("cannot write disk/out/run.json: "), "\(ending.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/saved").isEmpty)
      }
    }
  }
}
