import Foundation
import Harness
import Records
import SystemCalls

/// Where things lie: the project's folders, and the runs.
enum Places {
  /// `name` in the current folder, or else in the checkout that this program was built in.
  static func project(_ name: String) -> String? {
    var folders = [FileManager.default.currentDirectoryPath]
    var folder = ((ProcessControl.executablePath ?? "") as NSString).deletingLastPathComponent
    while folder.count > 1 {
      folders.append(folder)
      folder = (folder as NSString).deletingLastPathComponent
    }
    return folders.map { "\($0)/\(name)" }.first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The suites that come with the project, by name.
  static var suites: [String: String] {
    guard let folder = project("Benchmarks"), let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
    else {
      return [:]
    }
    let files = names.filter { $0.hasSuffix(".json") }
    return Dictionary(
      files.map { (String($0.dropLast(5)), "\(folder)/\($0)") }, uniquingKeysWith: { first, _ in first })
  }

  /// The suite of a name, or of a file.
  static func suite(_ name: String) throws -> Suite {
    if let path = suites[name] { return try Suite.read(from: path) }
    if FileManager.default.fileExists(atPath: name) { return try Suite.read(from: name) }
    let known = suites.keys.sorted().joined(separator: ", ")
    throw UsageError("there is no suite or file '\(name)'; the suites are \(known.isEmpty ? "none here" : known)")
  }

  static let results = "results"

  /// A folder under `results/` for what is begun now.
  static func newFolder(_ name: String, at date: Date) -> String {
    let formatter = DateFormatter()
    formatter.locale = Foundation.Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    return "\(results)/\(formatter.string(from: date))-\(name)"
  }

  /// The folder of the run that a user names; without a name, of the newest one under `results/`.
  static func run(_ name: String?) throws -> RunFolder {
    if let name {
      for path in [name, "\(results)/\(name)"] where FileManager.default.fileExists(atPath: path) {
        return RunFolder(path: path.hasSuffix("/") ? String(path.dropLast()) : path)
      }
      throw HarnessFailure("there is no run '\(name)'; name the folder that holds its run.json")
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: results)) ?? []
    let runs = names.map { RunFolder(path: "\(results)/\($0)") }.compactMap { folder -> (Date, RunFolder)? in
      let attributes = try? FileManager.default.attributesOfItem(atPath: folder.recordPath)
      return (attributes?[.modificationDate] as? Date).map { ($0, folder) }
    }
    guard let newest = runs.max(by: { ($0.0, $0.1.path) < ($1.0, $1.1.path) }) else {
      throw HarnessFailure("there is no run under \(results)/; make one with `iomodes run`, or name its folder")
    }
    return newest.1
  }

  /// Reads a run, and tells what there is to tell about its files.
  static func read(_ folder: RunFolder) throws -> Run {
    let run = try folder.read()
    for warning in run.warnings { Program.complain(warning) }
    return run
  }
}
