import Foundation
import Records
import TestSupport
import Testing

/// Standard descriptors that are closed, or that cannot be written to.
@Suite(.fewAtOnce, .endsHangs) struct DescriptorTests {
  private static let run =
    "\(Executable.path) run --foreign-load 100000% --workload sleep --sleep 1ms --modes epoll --rounds 2 "
    + "--duration 50ms --concurrency 1"

  /// The result of a bash script, in which `$P` is the program.
  private func bash(_ script: String, in folder: String) async throws -> Ending {
    let settings = "P=\(Executable.path); R='\(Self.run)'; "
    return try await Running(["-c", settings + script], of: "/bin/bash", in: folder).ended()
  }

  private func expectTrials(_ run: String) throws {
    let read = try RunFolder(path: run).read()
    // Disturbed trials are repeated.
    #expect(read.trials.map(\.trial) == Array(1..<read.trials.count + 1) && read.warnings.isEmpty)
    #expect(plannedTrials(run) == 2)
    let lines = try String(contentsOfFile: run + "/trials.jsonl", encoding: .utf8).split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("{") })
  }

  /// Otherwise the first opened file would get its number, and receive the output.
  @Test(arguments: [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
  func recordIsWholeWhereStandardDescriptorsAreClosed(_ closed: String) async throws {
    try await withFolder { folder in
      let ending = try await bash("$R --output out \(closed)", in: folder)
      #expect([0, 3].contains(ending.code), "\(ending.errors)")
      try expectTrials(folder + "/out")
    }
  }

  @Test(arguments: ["2>/dev/full", "2>&1 >/dev/null | true"])
  func runIsCarriedOutWhereStandardErrorCannotBeWritten(_ place: String) async throws {
    try await withFolder { folder in
      let ending = try await bash("{ sleep 0.3; $R --output out; echo $? >code; } \(place)", in: folder)
      #expect(ending.code == 0)
      #expect(["0\n", "3\n"].contains(try String(contentsOfFile: folder + "/code", encoding: .utf8)))
      try expectTrials(folder + "/out")
    }
  }

  /// As after `disown`: writing to it is EIO.
  @Test func runIsCarriedOutWhereItsTerminalIsGone() async throws {
    try await withFolder { folder in
      let command =
        "(trap '' HUP; sleep 1; $R --output out >/dev/null; echo $? >code.part; mv code.part code) & sleep 0.2"
      try "R='\(Self.run)'; \(command)".write(toFile: folder + "/command", atomically: true, encoding: .utf8)
      let ending = try await bash("script -qec 'bash command' /dev/null", in: folder)
      #expect(ending.code == 0)
      #expect(try await eventually { FileManager.default.fileExists(atPath: folder + "/code") })
      #expect(["0\n", "3\n"].contains(try String(contentsOfFile: folder + "/code", encoding: .utf8)))
      try expectTrials(folder + "/out")
    }
  }

  private static let commands = [
    "help", "help run", "--version", "list", "man", "completion bash", "doctor --format json", "limits --list",
    "report out",
    "report out --format json", "report out --format csv", "report out --format html", "compare out out",
    "cite out --list", "cite out --macros", "export out --output exported",
  ]

  @Test func everyCommandFailsWithALineWhereStandardOutputIsFull() async throws {
    try await withFolder { folder in
      #expect(try await [0, 3].contains(bash("$R --output out --quiet", in: folder).code))
      for command in Self.commands + ["run --resume out", "merge out other --output merged"] {
        if command.hasPrefix("merge") { _ = try await bash("$R --output other --quiet", in: folder) }
        let ending = try await bash("$P \(command) >/dev/full", in: folder)
        #expect(ending.code == 1, "\(command)")
        let last = try #require(ending.complaints.last)
        #expect(
          last.hasPrefix("iomodes: cannot write to standard output: No space left on device; "), "\(command): \(last)")
      }
      try expectTrials(folder + "/out")
    }
  }

  @Test func everyCommandEndsQuietlyWhereItsReaderHasGone() async throws {
    try await withFolder { folder in
      #expect(try await [0, 3].contains(bash("$R --output out --quiet", in: folder).code))
      for command in Self.commands {
        let ending = try await bash("{ sleep 0.1; $P \(command); echo $? >code; } | true", in: folder)
        // Other messages, such as that of a missing program, still appear.
        #expect(!ending.errors.contains("cannot write"), "\(command): \(ending.errors)")
        #expect(try String(contentsOfFile: folder + "/code", encoding: .utf8) == "0\n", "\(command)")
      }
    }
  }

  /// For a server, only its service matters.
  @Test func serverServesWhereNobodyReadsItsAddress() async throws {
    try await withFolder { folder in
      let script =
        "{ sleep 0.1; echo $BASHPID >pid; exec $P serve --unix socket; } | true & sleep 1; test -S socket && kill $(cat pid)"
      let ending = try await bash(script, in: folder)
      #expect(ending.code == 0, "\(ending.errors)")
    }
  }
}
