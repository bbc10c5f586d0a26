import Foundation
import Harness
import Measurement
import Plan
import Records

/// Finds suites and runs.
enum Places {
  /// The built-in suite of this name, or the suite in this file.
  static func suite(_ name: String) throws -> Suite {
    if let suite = try Suite.builtIn(name) { return suite }
    if FileManager.default.fileExists(atPath: name) { return try Suite.read(from: name) }
    let known = Suite.builtInNames
    let hint =
      if WorkloadSpec.kinds.contains(name) {
        "; did you mean --workload \(name)?"
      } else if name.contains("://") {
        "; did you mean --target \(name)?"
      } else {
        Spelling.hint(name, among: known)
      }
    throw UsageError("there is no suite or file '\(name)'\(hint); the suites are \(known.joined(separator: ", "))")
  }

  static let results = "results"

  /// A new folder under `results/`, named after the time.
  static func newFolder(_ name: String, at date: Date) -> String {
    let formatter = DateFormatter()
    formatter.locale = Foundation.Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    return "\(results)/\(formatter.string(from: date))-\(name)"
  }

  /// The folder of the run that the user names; without a name, the newest under `results/`.
  static func run(_ name: String?) throws -> RunFolder {
    if let name {
      for path in [name, "\(results)/\(name)"] where FileManager.default.fileExists(atPath: path) {
        return RunFolder(path: path.hasSuffix("/") ? String(path.dropLast()) : path)
      }
      throw HarnessFailure("there is no run '\(name)'; name the folder that holds its run.json")
    }
    let runs = runs(in: results).compactMap { folder -> (Date, RunFolder)? in
      let attributes = try? FileManager.default.attributesOfItem(atPath: folder.recordPath)
      return (attributes?[.modificationDate] as? Date).map { ($0, folder) }
    }
    guard let newest = runs.max(by: { ($0.0, $0.1.path) < ($1.0, $1.1.path) }) else {
      throw HarnessFailure("there is no run under \(results)/; make one with `iomodes run`, or name its folder")
    }
    return newest.1
  }

  /// The folders of the runs in a folder, by name.
  static func runs(in path: String) -> [RunFolder] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.sorted().map { RunFolder(path: "\(path)/\($0)") }.filter(\.isRun)
  }

  /// Reads a run and prints warnings about its files.
  static func read(_ folder: RunFolder) throws -> Run {
    let run = try folder.read()
    for warning in run.warnings { Program.complain(warning) }
    return run
  }
}
