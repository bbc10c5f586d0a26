import Foundation
import Glibc
import SystemCalls
import TestSupport
import Testing

/// An error before the first trial ends the program with one line, and nothing is written.
@Suite(.fewAtOnce, .endsHangs) struct BadInputTests {
  @Test(arguments: cases + mistyped + rates + hosts + serving)
  func programEndsWithOneLineAndWritesNothingWhenTheInputIsBad(_ example: Case) async throws {
    try await withFolder { folder in
      try example.suite?.write(toFile: folder + "/suite.json", atomically: true, encoding: .utf8)
      let ending = try await iomodes(example.arguments, in: folder)
      expectRefusal(ending, example.code, example.complaint, in: folder)
    }
  }

  private func expectRefusal(_ ending: Ending, _ code: Int32, _ complaint: String, in folder: String) {
    #expect(ending.code == code)
    #expect(ending.output.isEmpty)
    #expect(ending.complaints.count == 1, "\(ending.errors)")
    #expect(ending.errors.hasPrefix("iomodes: ") && ending.errors.contains(complaint), "\(ending.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
    #expect(!FileManager.default.fileExists(atPath: folder + "/results"))
  }

  @Test func runIsRefusedWhenNobodyListensAtItsTarget() async throws {
    let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
    let port = try listener.localAddress().port
    listener.close()
    try await withFolder { folder in
      let ending = try await iomodes("run", "--target", "http://127.0.0.1:\(port)/", "--output", "out", in: folder)
      let complaint =
        "target http://127.0.0.1:\(port)/ cannot be reached (Connection refused); start the server, or name another "
        + "--target"
      expectRefusal(ending, 1, complaint, in: folder)
    }
  }

  @Test func runIsRefusedWhenItsLanesDoNotFitTheDescriptorLimit() async throws {
    try await withFolder { folder in
      let script = "ulimit -n 256; exec \(Executable.path) run --workload echo --concurrency 1000 --output out"
      let ending = try await Running(["-c", script], of: "/bin/sh", in: folder).ended()
      expectRefusal(ending, 1, "descriptors are needed, but the hard limit (ulimit -Hn) is 256; raise it", in: folder)
    }
  }

  @Test func auditIsRefusedWhenNothingThatCountsIsInstalled() async throws {
    try await withFolder { folder in
      let script = "PATH=\(folder) exec \(Executable.path) run --workload echo --audit --output out"
      let ending = try await Running(["-c", script], of: "/bin/sh", in: folder).ended()
      expectRefusal(
        ending, 1, "an audit needs perf or strace, and neither is on PATH; install linux-perf or strace", in: folder)
    }
  }

  @Test(arguments: [["report", "cut"], ["plot", "cut"], ["run", "--resume", "cut"]])
  func runThatIsCutInHalfIsRefused(_ arguments: [String]) async throws {
    try await withFolder { folder in
      let path = folder + "/cut/run.json"
      let half = #"{"command": ["iomodes"], "schema_version": 1, "run_id": "cu"#
      try FileManager.default.createDirectory(atPath: folder + "/cut", withIntermediateDirectories: true)
      try half.write(toFile: path, atomically: true, encoding: .utf8)
      let ending = try await iomodes(arguments, in: folder)
      let complaint = "cut/run.json: not a JSON object with a schema_version (cut off or damaged); restore the file"
      expectRefusal(ending, 1, complaint, in: folder)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == half)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/cut") == ["run.json"])
    }
  }

  @Test func outputThatHoldsARunIsRefusedAndLeftAlone() async throws {
    try await withFolder { folder in
      let path = folder + "/held/run.json"
      try FileManager.default.createDirectory(atPath: folder + "/held", withIntermediateDirectories: true)
      try "{}".write(toFile: path, atomically: true, encoding: .utf8)
      let ending = try await iomodes("run", "--workload", "sleep", "--output", "held", in: folder)
      expectRefusal(ending, 1, "held already holds a run; name another --output, or go on with --resume", in: folder)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "{}")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/held") == ["run.json"])
    }
  }
}
