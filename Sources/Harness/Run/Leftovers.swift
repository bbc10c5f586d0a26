import Foundation
import Records
import SystemCalls

/// The leftovers of killed runs.
enum Leftovers {
  /// Removes the temporary folders of runs in the same folder, of this run, and of trials.
  static func remove(beside run: RunFolder, _ files: DataFiles) {
    let neighbours = URL(fileURLWithPath: run.path).deletingLastPathComponent().path
    let runs = FileSystem.entries(of: neighbours).map { RunFolder(path: "\(neighbours)/\($0)") }
      .filter { FileManager.default.fileExists(atPath: $0.recordPath) }
    for folder in [temporary, files.parent, neighbours] + runs.map(\.path) { ScratchFolder.removeDead(in: folder) }
  }

  /// The folder of the trials' temporary folders: `TMPDIR`, or /tmp.
  static var temporary: String { FileManager.default.temporaryDirectory.path }
}
