import Foundation
import TestSupport
import Testing

/// Reports of a folder that holds runs.
@Suite(.endsHangs) struct ReportPagesTests {
  private static let run =
    (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
    + "/results/20261121-164733-million"

  private func withRuns(_ body: (String) async throws -> Void) async throws {
    try await withFolder { folder in
      for name in ["a", "b"] { try FileManager.default.copyItem(atPath: Self.run, toPath: "\(folder)/\(name)") }
      try await body(folder)
    }
  }

  private func withoutGnuplot(_ arguments: String, in folder: String) async throws -> Ending {
    try await Running(["-c", "PATH=\(folder) exec \(Executable.path) \(arguments)"], of: "/bin/sh", in: folder).ended()
  }

  @Test func everyRunHasAPageAndTheIndexLeadsToIt() async throws {
    try await withRuns { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/c", withIntermediateDirectories: true)
      try "{".write(toFile: "\(folder)/c/run.json", atomically: true, encoding: .utf8)
      let ending = try await withoutGnuplot("report . --format html", in: folder)
      #expect(ending.code == 1 && ending.output == "./index.html: 2 runs\n", "\(ending.errors)")
      #expect(ending.complaints.count == 2 && ending.errors.contains("so the index leaves it out"), "\(ending.errors)")
      let index = try String(contentsOfFile: "\(folder)/index.html", encoding: .utf8)
      for name in ["a", "b"] {
        #expect(index.contains("<a href=\"\(name).html\">"))
        let page = try String(contentsOfFile: "\(folder)/\(name).html", encoding: .utf8)
        #expect(page == (try await withoutGnuplot("report \(name) --format html", in: folder)).output)
      }
    }
  }

  @Test(arguments: ["text", "json", "csv", "md", "latex"]) func otherFormatsRefuseThem(format: String) async throws {
    try await withRuns { folder in
      let ending = try await iomodes("report", ".", "--format", format, in: folder)
      #expect(ending.code == 1 && ending.output.isEmpty && ending.complaints.count == 1, "\(ending.errors)")
      #expect(
        ending.errors.contains(". holds runs and is none itself; name one of them, such as ./a, or use --format html"))
    }
  }

  @Test(arguments: ["text", "html"]) func aFolderWithoutRunsIsRefused(format: String) async throws {
    try await withFolder { folder in
      let ending = try await iomodes("report", ".", "--format", format, in: folder)
      #expect(ending.code == 1 && ending.output.isEmpty && ending.complaints.count == 1, "\(ending.errors)")
      #expect(ending.errors.contains(". is no run and holds none"))
    }
  }
}
