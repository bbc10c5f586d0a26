import Foundation
import Records
import TestSupport
import Testing

/// What someone else's run can do to its reader.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct ForeignRunTests {
  private func withRun(_ body: (String) async throws -> Void) async throws {
    try await withFolder { folder in
      let ending = try await iomodes(
        "run", "--workload", "sleep", "--sleep", "1ms", "--modes", "blocking,epoll", "--operations", "20",
        "--concurrency", "2", "--rounds", "1", "--quiet", "--output", "in/out", in: folder)
      #expect([0, 3].contains(ending.code), "\(ending.errors)")
      try await body(folder)
    }
  }

  private func replace(_ old: String, with new: String, in path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains(old), "\(old)")
    try text.replacing(old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test func idThatIsAPathWritesNothingAnywhere() async throws {
    try await withRun { folder in
      try replace(#""run_id" : "out""#, with: #""run_id" : "../../escaped""#, in: folder + "/in/out/run.json")
      for command in [["plot", "out"], ["export", "out"], ["report", "out"], ["run", "--resume", "out"]] {
        let words = command.map { $0 == "out" ? "in/out" : $0 }
        let ending = try await iomodes(words, in: folder)
        #expect(ending.code == 1 && ending.complaints.count == 1, "\(ending.errors)")
        #expect(ending.errors.contains("run_id is '../../escaped', which is not the name of one folder"))
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["in", "stderr", "stdout"])
    }
  }

  /// Free text is kept, as it may be a command's; a terminal sees it written out.
  @Test func textOfARecordDoesNothingToATerminal() async throws {
    try await withRun { folder in
      let run = folder + "/in/out"
      try replace(#""valid":true"#, with: #""valid":false"#, in: run + "/trials.jsonl")
      try replace(#""reasons":[]"#, with: #""reasons":["\u001b]0;stolen\u0007: \u001b[2J"]"#, in: run + "/trials.jsonl")
      try replace(#""kernel" : ""#, with: #""kernel" : "\u001b[31m"#, in: run + "/run.json")
      for format in ["text", "md", "csv", "latex"] {
        let command = "\(Executable.path) report in/out --format \(format)"
        try command.write(toFile: folder + "/command", atomically: true, encoding: .utf8)
        let script = "env -u NO_COLOR TERM=xterm script -qec 'sh command' /dev/null"
        let shown = try await Running(["-c", script], of: "/bin/sh", in: folder).ended().output
        #expect(shown.contains(#"\x1B"#), "\(format): \(shown)")
        for sequence in ["\u{1B}]", "\u{7}", "\u{1B}[2J", "\u{1B}[31m"] {
          #expect(!shown.contains(sequence), "\(format)")
        }
      }
    }
  }

  @Test func complaintOfWhatWasTypedIsOneLineWithoutSequences() async throws {
    try await withFolder { folder in
      let ending = try await iomodes("report", "a\u{1B}[2Jb", in: folder)
      #expect(ending.code == 1 && ending.errors.hasPrefix(#"iomodes: there is no run 'a\x1B[2Jb'"#), "\(ending.errors)")
    }
  }
}
