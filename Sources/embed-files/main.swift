import Foundation

// embed-files SOURCE PROJECT: writes Swift source that has the project's own files as lists of name and text.

/// The lists, and which files of the project are in each: `FOLDER/*.ENDING`, or `FOLDER/*/FILE`.
let lists = [
  ("scripts", "plots/*.gp"), ("suites", "Benchmarks/*.json"), ("peers", "Benchmarks/peers/*/peer.json"),
  ("articles", "Sources/Reporting/Study/*.md"),
]

/// A literal of the text, whatever is in it: with more number signs around it than stand together in it.
func literal(_ text: String) -> String {
  let longest = text.split { $0 != "#" }.map(\.count).max() ?? 0
  let signs = String(repeating: "#", count: longest + 1)
  return "\(signs)\"\"\"\n\(text)\n\"\"\"\(signs)"
}

func list(_ name: String, of pattern: URL) throws -> String {
  let folder = pattern.deletingLastPathComponent()
  let names: [String]
  let parent: URL
  if folder.lastPathComponent == "*" {
    parent = folder.deletingLastPathComponent()
    names = try FileManager.default.contentsOfDirectory(atPath: parent.path).sorted()
      .map { "\($0)/\(pattern.lastPathComponent)" }
      .filter { FileManager.default.fileExists(atPath: parent.appendingPathComponent($0).path) }
  } else {
    parent = folder
    names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".\(pattern.pathExtension)") }.sorted()
  }
  let files = try names.map { name in
    let text = try String(contentsOf: parent.appendingPathComponent(name), encoding: .utf8)
    return "ProjectFile(name: \"\(name)\", text: \(literal(text))),\n"
  }
  return "extension ProjectFiles {\npublic static let \(name): [ProjectFile] = [\n\(files.joined())]\n}\n"
}

let path = CommandLine.arguments[1]
let project = URL(fileURLWithPath: CommandLine.arguments[2], isDirectory: true)
let source = try lists.map { try list($0.0, of: project.appendingPathComponent($0.1)) }.joined(separator: "\n")
// What is the same is left alone, so that nothing is compiled again.
if (try? String(contentsOfFile: path, encoding: .utf8)) != source {
  try source.write(toFile: path, atomically: true, encoding: .utf8)
}
