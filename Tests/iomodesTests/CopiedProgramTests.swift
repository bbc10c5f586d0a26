import Foundation
import TestSupport
import Testing

/// A copy of the program, away from its checkout: it has its suites and its figures' scripts.
@Suite(.fewAtOnce, .endsHangs) struct CopiedProgramTests {
  private static let small = [
    "--modes", "epoll", "--concurrency", "1", "--rounds", "1", "--duration", "60ms", "--warmup", "0s",
  ]

  /// In a folder with other files of the same names as the checkout's.
  private func withCopy(_ body: (_ copy: String, _ folder: String) async throws -> Void) async throws {
    try await withFolder { folder in
      for name in ["plots", "Benchmarks"] {
        try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
      }
      try "{}".write(toFile: "\(folder)/Benchmarks/quick.json", atomically: true, encoding: .utf8)
      try "exit\n".write(toFile: "\(folder)/plots/throughput.gp", atomically: true, encoding: .utf8)
      let copy = folder + "/iomodes"
      // In a separate process: another test's child would hold the file open, and it could not run.
      let copied = try await Running([Executable.path, copy], of: "/bin/cp", in: folder).ended()
      #expect(copied.code == 0, "\(copied.errors)")
      try await body(copy, folder)
    }
  }

  private func run(_ copy: String, _ words: [String], in folder: String) async throws -> Ending {
    try await Running(words, of: copy, in: folder).ended()
  }

  @Test func copyCarriesOutASuiteThatIsBuiltIn() async throws {
    try await withCopy { copy, folder in
      let list = try await run(copy, ["list"], in: folder)
      #expect(list.code == 0)
      for suite in ["quick", "tutorial", "claims", "full"] { #expect(list.output.contains("\n  \(suite) ")) }
      let ending = try await run(copy, ["run", "quick", "--output", "out"] + Self.small, in: folder)
      // A busy machine may disturb the one trial of a point, which the program reports; that is not an error.
      #expect(ending.code == 0 || ending.code == 3 && ending.errors.contains("no valid trial"), "\(ending.errors)")
      for name in ["sleep-2ms", "echo-64B", "http-2ms"] { #expect(ending.output.contains("\n\(name): ")) }
    }
  }

  @Test(.enabled(if: isInstalled("gnuplot"))) func copyDrawsFigures() async throws {
    try await withCopy { copy, folder in
      try await makeRun(copy, in: folder)
      let plot = try await run(copy, ["plot", "out"], in: folder)
      #expect(plot.code == 0, "\(plot.errors)")
      #expect(FileManager.default.fileExists(atPath: "\(folder)/plots/out/sleep-cpu.svg"))
      // The first one's output is not used for scripts.
      let again = try await run(copy, ["plot", "out", "--output", "figures"], in: folder)
      #expect(again.code == 0, "\(again.errors)")
      #expect(FileManager.default.fileExists(atPath: "\(folder)/figures/sleep-cpu.svg"))
      let page = try await run(copy, ["report", "out", "--format", "html"], in: folder)
      #expect(page.code == 0 && page.errors.isEmpty, "\(page.errors)")
      #expect(page.output.contains("<svg ") && !page.output.contains("No figures"))
    }
  }

  /// The possible files exist all the same.
  @Test func figuresThatCannotBeDrawnAreAFailure() async throws {
    try await withCopy { copy, folder in
      try await makeRun(copy, in: folder)
      let plot = try await withoutGnuplot("\(copy) plot out", in: folder)
      #expect(plot.code == 1 && plot.errors.contains("gnuplot is not installed, so nothing is drawn"))
      #expect(FileManager.default.fileExists(atPath: "\(folder)/plots/out/sleep-cpu.dat"))
      let page = try await withoutGnuplot("\(copy) report out --format html", in: folder)
      #expect(page.code == 1 && page.complaints.count == 1, "\(page.errors)")
      #expect(page.errors.contains("gnuplot is not installed, so the page has no figures"))
      #expect(page.output.contains("No figures: gnuplot was not installed") && page.output.hasSuffix("</html>\n\n"))
    }
  }

  private func makeRun(_ copy: String, in folder: String) async throws {
    // Two modes: of one number there is no figure.
    let small = Self.small.map { $0 == "epoll" ? "epoll,threads" : $0 }
    let words = ["run", "--workload", "sleep", "--sleep", "1ms", "--quiet", "--output", "out"] + small
    // A busy machine may disturb all trials of a point, which the program reports; that is not an error.
    var ending = try await run(copy, words, in: folder)
    for _ in 0..<4 where ending.code == 3 {
      try FileManager.default.removeItem(atPath: "\(folder)/out")
      ending = try await run(copy, words, in: folder)
    }
    #expect(ending.code == 0, "\(ending.errors)")
  }

  private func withoutGnuplot(_ command: String, in folder: String) async throws -> Ending {
    try await Running(["-c", "PATH=\(folder) exec \(command)"], of: "/bin/sh", in: folder).ended()
  }
}
