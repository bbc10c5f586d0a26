import Foundation
import Modes
import Records
import Synchronization
import SystemCalls
import Workloads

/// Makes the data files of a run, one at a time, in a folder of its own, which `remove` removes.
final class DataFiles: Sendable {
  let folder: String
  private var path: String { folder + "/file" }
  /// The size of the file that lies there as it was made.
  private let span = Mutex<Int?>(nil)

  /// - Parameters:
  ///   - parent: where the folder is to be; nil for the run's own folder.
  init(in parent: String?, of run: RunFolder) {
    folder = parent.map { "\($0)/iomodes-\(UUID().uuidString.prefix(8))" } ?? "\(run.path)/data"
  }

  /// The path of a file for a trial. One that is only read serves all the trials that have its size.
  func make(for spec: FileSpec) throws(HarnessFailure) -> String {
    try prepare(spec)
    if spec.access == .write { span.withLock { $0 = nil } }
    return path
  }

  /// Why the file system cannot do what a workload asks of it; nil where it can.
  func reasonToSkip(_ workload: WorkloadSpec) throws(HarnessFailure) -> TrialRecord.Skipped? {
    guard let spec = workload.file, spec.direct else { return nil }
    try prepare(spec)
    return DataFile.directRefusal(path).map {
      let fileSystem = FileSystem.name(at: folder) ?? "this file system"
      return TrialRecord.Skipped(reason: "unsupported: O_DIRECT: \($0.symbol) on \(fileSystem)")
    }
  }

  /// Sees to it that a file lies there as it is to be made.
  private func prepare(_ spec: FileSpec) throws(HarnessFailure) {
    guard span.withLock({ $0 }) != spec.span.count else { return }
    span.withLock { $0 = nil }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw HarnessFailure("cannot make \(folder): \(error.localizedDescription); name another --file-dir")
    }
    do throws(Errno) {
      try DataFile.make(path, span: spec.span)
    } catch {
      throw HarnessFailure("cannot make a file of \(spec.span) in \(folder): \(error); name another --file-dir")
    }
    span.withLock { $0 = spec.span.count }
  }

  func remove() {
    span.withLock { $0 = nil }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// The folder nearest to `path` that is there already.
  static func nearestFolder(_ path: String) -> String {
    var url = URL(fileURLWithPath: path).standardizedFileURL
    while url.path != "/" && !FileManager.default.fileExists(atPath: url.path) { url.deleteLastPathComponent() }
    return url.path
  }
}
