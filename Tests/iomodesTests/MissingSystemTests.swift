import Foundation
import Glibc
import Records
import TestSupport
import Testing

/// Machines that lack something the program needs: one line, at once.
@Suite(.fewAtOnce, .endsHangs) struct MissingSystemTests {
  private func shell(_ script: String, in folder: String) async throws -> Ending {
    try await Running(["-c", script, "sh", Executable.path], of: "/bin/sh", in: folder).ended()
  }

  private func expectLine(_ ending: Ending, _ beginning: String) {
    #expect(ending.code == 1 && ending.output.isEmpty, "\(ending.code): \(ending.output)")
    #expect(ending.complaints.count == 1 && ending.errors.hasPrefix("iomodes: \(beginning)"), "\(ending.errors)")
  }

  @Test(
    .enabled(if: Permission.namespaces, "no namespaces of one's own here (unshare -mn)"),
    arguments: ["list", "run quick", "help", "--version", "report x"])
  func everyCommandSaysThatThereIsNoProc(_ command: String) async throws {
    try await withFolder { folder in
      let script = "exec unshare -m sh -c 'mount -t tmpfs none /proc && exec \"$0\" \(command)' \"$1\""
      expectLine(try await shell(script, in: folder), "/proc is not mounted, which tells the command line")
    }
  }

  @Test(
    .enabled(if: Permission.namespaces, "no namespaces of one's own here (unshare -mn)"),
    arguments: [
      "run --workload http --output out", "run --workload echo --output out", "run quick --output out", "check",
    ])
  func trialsOverLoopbackAreRefusedWhereItIsDown(_ command: String) async throws {
    try await withFolder { folder in
      let ending = try await shell("cd \(Self.root) && exec unshare -n \"$1\" \(command)", in: folder)
      expectLine(ending, "127.0.0.1 cannot be reached (")
      #expect(ending.errors.contains("ip link set lo up"))
      #expect(!FileManager.default.fileExists(atPath: Self.root + "/out"))
    }
  }

  @Test(.enabled(if: Permission.namespaces, "no namespaces of one's own here (unshare -mn)"))
  func trialsThatDoNotGoOverLoopbackAreCarriedOutWhereItIsDown() async throws {
    try await withFolder { folder in
      for workload in ["echo --transport unix", "sleep", "file --span 1MiB"] {
        let name = String(workload.prefix { $0 != " " })
        let ending = try await shell(
          "exec unshare -n \"$1\" run --foreign-load 100000% --workload \(workload) --modes epoll,taskgroup --operations 20 "
            + "--rounds 1 --quiet --output \(name)", in: folder)
        // 3: other tests may use the CPUs, and a trial may be invalid.
        #expect([0, 3].contains(ending.code), "\(ending.errors)")
        #expect(plannedTrials("\(folder)/\(name)") == 2)
      }
      #expect(try await shell("exec unshare -n \"$1\" plot echo --output figures", in: folder).code != 137)
    }
  }

  @Test(.enabled(if: Permission.processGroups != nil, "no control group of one's own here"))
  func pointIsRefusedWhoseThreadsTheControlGroupDoesNotAllow() async throws {
    let (parent, members) = try #require(Permission.processGroups)
    try await withFolder { folder in
      let group = "\(parent)/iomodes-test-\(UUID().uuidString)"
      try #require(mkdir(group, 0o755) == 0)
      defer { rmdir(group) }
      try "20".write(toFile: group + "/pids.max", atomically: false, encoding: .utf8)
      func run(_ mode: String) async throws -> Ending {
        try await shell(
          "echo $$ >\(group)/\(members) && exec \"$1\" run --foreign-load 100000% --workload http --modes \(mode) --rounds 1 "
            + "--duration 100ms --concurrency 64 --quiet --output \(mode)", in: folder)
      }
      for mode in ["dispatch", "threads"] {
        expectLine(
          try await run(mode), "experiment 'http', mode \(mode), concurrency 64: about 76 threads and processes are ")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/\(mode)"))
      }
      let ending = try await run("epoll")
      #expect([0, 3].contains(ending.code), "\(ending.errors)")
    }
  }

  private static let root = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
}
