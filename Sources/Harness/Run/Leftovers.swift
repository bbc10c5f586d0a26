import Foundation
import Records
import SystemCalls

/// What runs have left behind that were killed.
enum Leftovers {
  /// Removes the folders for what is not kept, where a run beside this one, this one itself, or a trial made them.
  static func remove(beside run: RunFolder, _ files: DataFiles) {
    let neighbours = URL(fileURLWithPath: run.path).deletingLastPathComponent().path
    let runs = FileSystem.entries(of: neighbours).map { RunFolder(path: "\(neighbours)/\($0)") }
      .filter { FileManager.default.fileExists(atPath: $0.recordPath) }
    for folder in [temporary, files.parent, neighbours] + runs.map(\.path) { ScratchFolder.removeDead(in: folder) }
  }

  /// Where the folders of trials are made: `TMPDIR`, or /tmp.
  static var temporary: String { FileManager.default.temporaryDirectory.path }
}
