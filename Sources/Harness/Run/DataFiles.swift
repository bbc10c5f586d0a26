import Foundation
import Modes
import Plan
import Records
import Synchronization
import SystemCalls
import Workloads

/// Makes the data files of a run, one at a time, in a folder of its own. `remove` removes the folder.
final class DataFiles: Sendable {
  /// The parent of that folder.
  let parent: String
  private struct State {
    var folder: ScratchFolder?
    /// The size of an existing file in its initial state.
    var span: Int?
  }
  private let state = Mutex(State())

  /// - Parameters:
  ///   - parent: nil for the run's folder.
  init(in parent: String?, of run: RunFolder) { self.parent = parent ?? run.path }

  /// The path of a file for a trial. Trials that only read share a file of the same size.
  func make(for spec: FileSpec) throws(HarnessFailure) -> String {
    let path = try prepare(spec)
    if spec.access == .write { state.withLock { $0.span = nil } }
    return path
  }

  /// Why the file system does not support the workload; nil if it does.
  func reasonToSkip(_ workload: WorkloadSpec) throws(HarnessFailure) -> TrialRecord.Skipped? {
    guard let spec = workload.file, spec.direct else { return nil }
    return DataFile.directRefusal(try prepare(spec)).map {
      let fileSystem = FileSystem.name(at: parent) ?? "this file system"
      return TrialRecord.Skipped(reason: "unsupported: O_DIRECT: \($0.symbol) on \(fileSystem)")
    }
  }

  /// Makes the file if necessary, and returns its path.
  private func prepare(_ spec: FileSpec) throws(HarnessFailure) -> String {
    let (present, span) = state.withLock { ($0.folder, $0.span) }
    let folder = if let present { present } else { try makeFolder() }
    let path = folder.path + "/file"
    guard span != spec.span.count else { return path }
    state.withLock { $0.span = nil }
    do throws(Errno) {
      try DataFile.make(path, span: spec.span)
    } catch {
      throw HarnessFailure("cannot make a file of \(spec.span) in \(parent): \(error)", remedy: .otherFileFolder)
    }
    state.withLock { $0.span = spec.span.count }
    return path
  }

  private func makeFolder() throws(HarnessFailure) -> ScratchFolder {
    let folder: ScratchFolder
    do {
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      folder = try ScratchFolder(in: parent)
    } catch {
      let reason = (error as? Errno)?.description ?? error.localizedDescription
      throw HarnessFailure("cannot make a folder in \(parent): \(reason)", remedy: .otherFileFolder)
    }
    state.withLock { $0.folder = folder }
    return folder
  }

  func remove() {
    state.withLock {
      $0.folder?.remove()
      $0 = State()
    }
  }

  /// The nearest existing folder at or above `path`.
  static func nearestFolder(_ path: String) -> String {
    var url = URL(fileURLWithPath: path).standardizedFileURL
    while url.path != "/" && !FileManager.default.fileExists(atPath: url.path) { url.deleteLastPathComponent() }
    return url.path
  }
}
