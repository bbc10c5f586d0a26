import Foundation
import Glibc
import Records
import SystemCalls
import TestSupport
import Testing

/// Trials that are counted from outside, if the machine allows it.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct AuditTests {
  private static func succeeds(_ program: String, _ arguments: [String]) -> Bool {
    (try? ChildProcess(program, arguments, takesErrors: true))?.wait() == .exited(0)
  }

  static let isPossible =
    succeeds("/usr/bin/perf", ["stat", "-e", "raw_syscalls:sys_enter", "true"])
    || succeeds("/usr/bin/strace", ["-c", "true"])

  private static let plan = [
    "run", "--workload", "echo", "--modes", "epoll", "--concurrency", "2", "--rounds", "1", "--operations", "40",
    "--audit", "--quiet", "--output", "out",
  ]

  private func probes(of identifier: pid_t) -> Bool {
    let events = try? String(contentsOfFile: "/sys/kernel/tracing/uprobe_events", encoding: .utf8)
    return events?.contains("iomodes_\(identifier)/") ?? false
  }

  @Test(.enabled(if: isPossible, "neither perf nor strace may count here"))
  func auditCountsTheTransfersOfEveryOperationAtBothEnds() async throws {
    try await withFolder { folder in
      let running = try Running(Self.plan, in: folder)
      let ending = try await running.ended()
      #expect(ending.code == 0 && ending.errors.isEmpty, "\(ending.errors)")
      #expect(!probes(of: running.identifier))
      let run = try RunFolder(path: folder + "/out").read()
      #expect(run.record.audit == true && run.record.trialsPlanned == 2)
      #expect(run.trials.map(\.round) == [1, 0] && run.trials.map(\.isTimed) == [true, false])
      let trial = run.trials[1]
      #expect(trial.valid, "\(trial.reasons)")
      #expect(trial.latency == nil && trial.throughput == nil && trial.client == nil)
      let audit = try #require(trial.audit)
      let operations = try #require(audit.operations)
      #expect(operations > 100)
      for (counts, name) in [(audit.client, "sendto"), (audit.server, "recvfrom")] {
        let syscalls = try #require(counts?.syscalls)
        // A send and a receive; waiting and setting up come on top.
        #expect(syscalls >= 2 * operations && syscalls < 8 * operations + 5000)
        #expect(try #require(counts?.byName?[name]) >= operations)
      }
      let text = try await iomodes("report", "out", in: folder)
      #expect(text.output.contains("per operation, by \(audit.tool)"))
    }
  }

  /// Each operation of the worked example is a send and a receive, whichever thread does it; what Python does before it is
  /// ready, some thousand calls, is not counted.
  @Test(.enabled(if: isPossible && access("/usr/bin/python3", X_OK) == 0, "neither perf nor strace may count here"))
  func peerIsCountedOverItsOperations() async throws {
    try await withFolder { folder in
      let project = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
      let peers = ["example", "asyncio-server"].flatMap { ["--peer", "\(project)/Benchmarks/peers/\($0)"] }
      for arguments in [
        ["--workload", "echo", "--modes", "epoll,python-threads"],
        ["--workload", "serve", "--modes", "epoll,asyncio-server"],
      ] {
        let folderName = arguments[1]
        let ending = try await iomodes(
          ["run"] + arguments + peers + [
            "--concurrency", "2", "--rounds", "1", "--operations", "40", "--audit", "--quiet", "--output", folderName,
          ], in: folder)
        let run = try RunFolder(path: "\(folder)/\(folderName)").read()
        let audits = run.trials.filter { $0.audit != nil }
        #expect(audits.count == 2, "\(ending.errors)")
        for trial in audits {
          #expect(trial.valid, "\(trial.mode): \(trial.reasons)")
          let audit = try #require(trial.audit)
          let operations = try #require(audit.operations)
          #expect(operations > 100)
          for counts in [audit.client, audit.server] {
            let syscalls = try #require(counts?.syscalls)
            #expect(syscalls >= 2 * operations && syscalls < 20 * operations + 5000, "\(trial.mode)")
          }
          #expect(try #require(audit.client?.byName?["sendto"]) + 2 >= operations)
        }
        let text = try await iomodes("report", folderName, in: folder)
        #expect(text.output.contains("setting up included, but of peers"))
      }
    }
  }

  @Test(.enabled(if: isPossible, "neither perf nor strace may count here"))
  func nothingIsLeftBehindWhenAnAuditIsInterruptedAndItCanBeGoneOnWith() async throws {
    try await withFolder { folder in
      let running = try Running(Self.plan, in: folder)
      let isCounting = try await eventually {
        recordedTrials(folder + "/out") == 1 && running.children.count == 4
      } then: {
        running.signal(SIGINT)
      }
      #expect(isCounting)
      let ending = try await running.ended()
      #expect(ending.code == 128 + SIGINT && ending.complaints.count == 1, "\(ending.errors)")
      #expect(try await eventually(within: 5) { running.children.isEmpty })
      #expect(!probes(of: running.identifier))
      #expect(recordedTrials(folder + "/out") == 1)
      let resumed = try await iomodes("run", "--resume", "out", "--quiet", in: folder)
      #expect(resumed.code == 0 && resumed.errors.isEmpty, "\(resumed.errors)")
      let trials = try RunFolder(path: folder + "/out").read().trials
      #expect(trials.map(\.trial) == [1, 2] && trials.last?.audit?.client?.syscalls != nil)
    }
  }
}
