import Foundation
import TestSupport
import Testing

/// What a report looks like on a terminal, and elsewhere.
@Suite(.endsHangs) struct ScreenTests {
  private static let command = "\(Executable.path) report out"

  @Test func terminalShowsColoursAndFitsItsColumns() async throws {
    try await withRun { folder in
      let colored = try await atTerminal("stty cols 72; \(Self.command)", in: folder)
      #expect(colored.contains("\u{1B}["))
      #expect(width(colored) <= 72)
      let wide = try await atTerminal("stty cols 180; \(Self.command)", in: folder)
      #expect(width(wide) > 100 && width(wide) <= 180, "\(wide)")
      #expect(wide.contains("latency ") && wide.contains("█"))
      let asked = try await atTerminal("stty cols 180; COLUMNS=60 \(Self.command)", in: folder)
      #expect(width(asked) <= 60)
    }
  }

  @Test(arguments: ["NO_COLOR=1", "TERM=dumb"]) func terminalShowsNoColoursWhereNoneAreWanted(setting: String)
    async throws
  {
    try await withRun { folder in
      let text = try await atTerminal("\(setting) \(Self.command)", in: folder)
      #expect(text.contains("epoll") && !text.contains("\u{1B}"))
    }
  }

  @Test(arguments: [("", 100), ("COLUMNS=300", 100), ("COLUMNS=61", 61), ("COLUMNS=none", 100), ("COLUMNS=-5", 100)])
  func fileHasNoColoursAndAtMost100Columns(setting: String, columns: Int) async throws {
    try await withRun { folder in
      let text = try await shell("env -u NO_COLOR \(setting) \(Self.command)", in: folder)
      #expect(!text.contains("\u{1B}"))
      #expect(width(text) <= columns, "\(text)")
    }
  }

  @Test(arguments: [
    ("LC_ALL=C", true), ("LC_ALL= LC_CTYPE=POSIX LANG=C.UTF-8", true), ("LC_ALL= LC_CTYPE= LANG=", true),
    ("LC_ALL= LANG=de_DE.UTF-8", false), ("LC_ALL=en_US.utf8 LANG=C", false),
  ])
  func textIsASCIIWhereTheLocaleIsNotOfUTF8(locale: String, isASCII: Bool) async throws {
    try await withRun { folder in
      let text = try await shell("\(locale) \(Self.command)", in: folder)
      #expect(text.utf8.allSatisfy { $0 < 0x80 } == isASCII, "\(text)")
      #expect(text.contains(isASCII ? "x blocking" : "× blocking"))
      let data = try await shell("\(locale) \(Self.command) --format md", in: folder)
      #expect(data.contains("× blocking"))
    }
  }

  @Test func wordsAreWrappedAtTheTerminalsWidth() async throws {
    try await withRun { folder in
      let commands = ["list", "doctor", "help", "report out", "report no-such-run"]
      for command in commands {
        let text = try await atTerminal("stty cols 60; \(Executable.path) \(command) || true", in: folder)
        // A longer path has its own line.
        let wide = text.split(separator: "\n").filter { width(String($0)) > 60 && $0.split(separator: " ").count > 1 }
        #expect(wide.isEmpty && text.contains("\n"), "\(command): \(wide)")
      }
      let help = try await atTerminal("stty cols 60; \(Executable.path) help doctor", in: folder)
      #expect(width(help) <= 60, "\(help)")
      // Where standard error is no terminal, a message is one line.
      let line = try await shell("COLUMNS=60 \(Executable.path) report no-such-run 2>&1 || true", in: folder)
      #expect(line.split(separator: "\n").count == 1 && line.count > 60)
    }
  }

  private func withRun(_ body: (String) async throws -> Void) async throws {
    try await withFolder { folder in
      let run = [
        "run", "--quiet", "--workload", "sleep", "--sleep", "1ms", "--modes", "blocking,epoll", "--operations", "40",
        "--concurrency", "2", "--rounds", "1", "--output", "out",
      ]
      let ending = try await iomodes(run, in: folder)
      #expect(ending.code == 0, "\(ending.errors)")
      try await body(folder)
    }
  }

  private func shell(_ command: String, in folder: String) async throws -> String {
    let ending = try await Running(["-c", command], of: "/bin/sh", in: folder).ended()
    #expect(ending.code == 0 && ending.errors.isEmpty, "\(ending.errors)")
    return ending.output
  }

  /// The command's output at a terminal, by script(1), with a terminal's line ends.
  private func atTerminal(_ command: String, in folder: String) async throws -> String {
    try command.write(toFile: folder + "/command", atomically: true, encoding: .utf8)
    return try await shell("env -u NO_COLOR TERM=xterm script -qec 'sh command' /dev/null", in: folder)
      .replacing("\r\n", with: "\n")
  }

  private func width(_ text: String) -> Int {
    let plain = text.replacing(/\u{1B}\[[0-9;]*m/, with: "")
    return plain.split(separator: "\n").map(\.count).max() ?? 0
  }
}
