import Foundation

// embed-files SOURCE LIST=FOLDER/*.ENDING… LIST=FOLDER/*/FILE…: writes Swift source that has the files of each folder as a
// list of that name.

/// A literal of the text, whatever is in it: with more number signs around it than stand together in it.
func literal(_ text: String) -> String {
  let longest = text.split { $0 != "#" }.map(\.count).max() ?? 0
  let signs = String(repeating: "#", count: longest + 1)
  return "\(signs)\"\"\"\n\(text)\n\"\"\"\(signs)"
}

func list(_ argument: String) throws -> String {
  let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
  let pattern = URL(fileURLWithPath: parts[1])
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
  return "extension ProjectFiles {\npublic static let \(parts[0]): [ProjectFile] = [\n\(files.joined())]\n}\n"
}

let source = try CommandLine.arguments.dropFirst(2).map(list).joined(separator: "\n")
let path = CommandLine.arguments[1]
// What is the same is left alone, so that nothing is compiled again.
if (try? String(contentsOfFile: path, encoding: .utf8)) != source {
  try source.write(toFile: path, atomically: true, encoding: .utf8)
}
