import Foundation
import Glibc
import Records
import TestSupport
import Testing

/// Two writers of one run: one of them writes it, and the other gets an error.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct TwoWritersTests {
  private static let plan = [
    "run", "--workload", "sleep", "--sleep", "1ms", "--modes", "epoll", "--duration", "100ms", "--warmup", "0",
    "--concurrency", "1", "--quiet", "--rounds", "1", "--output", "out",
  ]

  @Test func oneOfFourRunsBegunAtOnceHasTheFolder() async throws {
    for _ in 0..<5 {
      try await withFolder { folder in
        let script = """
          for n in 1 2 3 4; do ( "$@" >/dev/null 2>e$n; echo $? >c$n ) & done; wait; cat c?
          """
        let words = ["-c", script, "sh", Executable.path, "run", "--foreign-load", "100000%"] + Self.plan.dropFirst()
        let ending = try await Running(words, of: "/bin/sh", in: folder).ended()
        let codes = ending.output.split(separator: "\n")
        // 3: other tests may use the CPUs, and the one trial may be invalid.
        #expect(codes.count { $0 == "1" } == 3 && codes.contains { ["0", "3"].contains($0) }, "\(codes)")
        let trials = try RunFolder(path: folder + "/out").read().trials
        #expect(trials.map(\.trial) == Array(1...trials.count) && plannedTrials(folder + "/out") == 1)
        for (number, code) in zip(1..., codes) where code == "1" {
          let errors = try String(contentsOfFile: folder + "/e\(number)", encoding: .utf8)
          #expect(Self.refusals.contains(errors), "\(errors)")
        }
      }
    }
  }

  private static let refusals = [
    "iomodes: out is being written by another iomodes; name another --output\n",
    "iomodes: out already holds a run; name another --output, or go on with --resume\n",
  ]

  @Test func resumingIsRefusedAsLongAsARunIsCarriedOut() async throws {
    try await withFolder { folder in
      let plan = Self.plan.map { $0 == "100ms" ? "50s" : $0 }
      let running = try Running(plan, in: folder)
      let record = folder + "/out/run.json"
      #expect(try await eventually { running.children.count == 1 && FileManager.default.fileExists(atPath: record) })
      let other = try await iomodes("run", "--resume", "out", "--quiet", in: folder)
      #expect(other.code == 1)
      #expect(other.errors == "iomodes: out is being written by another iomodes; wait until it has ended\n")
      running.signal(SIGINT)
      #expect(try await running.ended().code == 128 + SIGINT)
      // The lock ended with its holder.
      let later = try Running(["run", "--resume", "out", "--quiet"], in: folder)
      #expect(try await eventually { later.children.count == 1 })
      later.signal(SIGKILL)
      _ = try await later.ended()
      let last = try Running(["run", "--resume", "out", "--quiet"], in: folder)
      #expect(try await eventually { last.children.count == 1 })
      last.signal(SIGTERM)
      #expect(try await last.ended().code == 128 + SIGTERM)
    }
  }

  @Test func oneOfTwoExperimentsOnLimitsHasTheFolder() async throws {
    try await withFolder { folder in
      let running = try Running(["limits", "dispatch-growth", "--output", "out"], in: folder)
      #expect(try await eventually { running.children.count == 1 })
      let other = try await iomodes("limits", "select", "--output", "out", in: folder)
      #expect(other.code == 1)
      #expect(other.errors == "iomodes: out is being written by another iomodes; name another --output\n")
      running.signal(SIGINT)
      #expect(try await running.ended().code == 128 + SIGINT)
      #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
    }
  }
}
