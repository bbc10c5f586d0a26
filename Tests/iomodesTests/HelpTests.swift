import Foundation
import Harness
import Plan
import TestSupport
import Testing
import Workloads

@testable import iomodes

@Suite(.fewAtOnce, .endsHangs) struct HelpTests {
  private static let project = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }

  private static func suite(_ words: [String]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let suite = try Overrides(try Arguments(words, for: runCommand)).suite()
    // Absent, it is one.
    return String(decoding: try encoder.encode(suite), as: UTF8.self)
      .replacing(/"(processes|server_processes|pipeline)":1,/, with: "")
  }

  /// An experiment made from options equals one with the defaults that help shows.
  @Test func defaultsAreThoseThatHelpShows() throws {
    var checked: Set<String> = []
    for option in runCommand.options {
      guard let standard = option.standard, !["output", "file-dir", "format"].contains(option.name) else { continue }
      // `64B of echo, 4KiB of file`, or one for all.
      let parts = standard.prefix { $0 != ";" }.split(separator: ", ").map {
        $0.split(separator: " of ", maxSplits: 1).map(String.init)
      }
      for part in parts where !part[0].contains(" ") {
        let value = part[0]
        for kind in part.count == 2 ? [part[1]] : WorkloadSpec.kinds {
          let start = ["--workload", kind] + (option.name == "pool" ? ["--offload", "pool"] : [])
          guard let without = try? Self.suite(start),
            let with = try? Self.suite(start + ["--\(option.name)", value])
          else { continue }
          #expect(with == without, "--\(option.name) \(value) of \(kind)")
          checked.insert(option.name)
        }
      }
    }
    let expected: Set = [
      "modes", "concurrency", "arrivals", "processes", "server-processes", "duration", "warmup", "rounds", "sleep",
      "protocol", "size", "delay", "transport", "ends", "connection", "pipeline", "method", "timeout", "access",
      "pattern", "span", "sync", "depth", "work", "offload", "pool",
    ]
    #expect(expected.subtracting(checked).isEmpty, "\(expected.subtracting(checked))")
  }

  @Test func helpShowsDefaults() throws {
    let page = Help.page(runCommand, width: 400)
    for text in ["(default: 64)", "(default: 1s)", "(default: blocking,dispatch,taskgroup,epoll)", "(default: 10s)"] {
      #expect(page.contains(text), "\(text)")
    }
  }

  @Test(arguments: [48, 60, 80, 100]) func helpIsWrappedAtTheWidth(width: Int) {
    let pages = Program.commands.map { Help.page($0, width: width) }
    for text in pages + [Help.overview(Program.commands, width: width), Help.catalogue(width: width)] {
      for line in text.split(separator: "\n") where line.count > width {
        // One word, or an option with its value, that is longer than the line and continues on the next.
        let words = line.replacing(/'[^']*'/, with: "quoted").split(separator: " ")
        #expect(words.count <= 3, "\(line)")
      }
    }
  }

  /// A shell reads an example that is in several lines as the one line that it is.
  @Test func exampleInSeveralLinesIsTheSameCommand() throws {
    for command in Program.commands {
      let text = Help.page(command, width: 60).replacing(#/ \\\n +/#, with: " ")
      for example in command.examples { #expect(text.contains("  \(example.line)\n"), "\(example.line)") }
    }
  }

  /// Folders under results/ that examples and documents name; words in capitals stand for others.
  @Test func runsThatExamplesNameAreThere() throws {
    let documents = try ["README.md", "results/README.md", "Benchmarks/README.md", "plots/README.md"].map {
      try String(contentsOfFile: "\(Self.project)/\($0)", encoding: .utf8)
    }
    let catalog = "\(Self.project)/Sources/iomodes/iomodes.docc"
    let articles = try FileManager.default.contentsOfDirectory(atPath: catalog).filter { $0.hasSuffix(".md") }
      .map { try String(contentsOfFile: "\(catalog)/\($0)", encoding: .utf8) }
    let examples = Program.commands.flatMap { $0.examples.map(\.line) }
    var named: Set<String> = []
    for text in documents + articles + examples {
      for match in text.matches(of: /results\/([A-Za-z0-9][A-Za-z0-9._-]*)/) {
        let name = String(match.1)
        if name.contains(where: \.isLowercase) { named.insert(name) }
      }
    }
    for name in named.subtracting(["README.md", "index.html"]) {
      #expect(FileManager.default.fileExists(atPath: "\(Self.project)/results/\(name)"), "\(name)")
    }
    #expect(named.count >= 4)
  }

  /// Commands that only read run as shown in help, in the checkout.
  @Test func examplesThatReadRunsWork() async throws {
    let lines = [compareCommand, reportCommand, citeCommand].flatMap { $0.examples.map(\.line) }
    for line in lines where line.contains("results/") && !line.contains(">") && !line.contains("html") {
      try await withFolder { folder in
        let script = "cd '\(Self.project)' && \(line.replacing(/^iomodes/, with: Executable.path))"
        let ending = try await Running(["-c", script], of: "/bin/sh", in: folder).ended()
        #expect(ending.code == 0, "\(line): \(ending.errors)")
      }
    }
  }

  @Test func helpOfEveryCommandIsThere() async throws {
    try await withFolder { folder in
      for command in Program.commands {
        let ending = try await iomodes("help", command.name, in: folder)
        #expect(ending.code == 0 && ending.output.hasPrefix("iomodes \(command.name)"))
      }
    }
  }
}
