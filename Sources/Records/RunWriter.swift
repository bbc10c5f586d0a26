import Foundation
import Plan
import SystemCalls

/// Writes a run while it happens: `run.json` at once, and `trials.jsonl` trial by trial, each synced to disk. Appended
/// trials stay readable, whatever happens next. The writer holds a lock on `trials.jsonl`, so that no one else writes
/// the run meanwhile.
public final class RunWriter {
  public let folder: RunFolder
  private let descriptor: Int32

  private static let encoder = JSONEncoder.stable()

  /// Begins a run in a folder without one.
  public convenience init(creating folder: RunFolder, _ record: RunRecord) throws(RunFolderFailure) {
    if let objection = RecordName.objection(toID: record.runID) {
      throw RunFolderFailure("a run cannot be called \(objection)", remedy: .otherOutput)
    }
    try Self.expectNoRun(in: folder)
    let isNew = !FileManager.default.fileExists(atPath: folder.path)
    do {
      try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    } catch {
      throw Self.failure(toWrite: folder.recordPath, because: Self.reason(error))
    }
    try self.init(opening: folder, orElse: .otherOutput)
    // The previous holder of the lock may have begun a run.
    try Self.expectNoRun(in: folder)
    guard lseek(descriptor, 0, SEEK_END) == 0 else {
      throw RunFolderFailure("\(folder.trialsPath) has trials and no run.json beside it", remedy: .otherOutput)
    }
    do {
      try WholeFile.write(Self.text(record), to: folder.recordPath, isDurable: true)
    } catch {
      unlink(folder.trialsPath)
      if isNew { rmdir(folder.path) }
      throw Self.failure(toWrite: folder.recordPath, because: Self.reason(error))
    }
  }

  private static func expectNoRun(in folder: RunFolder) throws(RunFolderFailure) {
    if FileManager.default.fileExists(atPath: folder.recordPath) {
      throw RunFolderFailure("\(folder.path) already holds a run", remedy: .otherOutputOrResuming)
    }
  }

  private static func failure(toWrite path: String, because reason: String) -> RunFolderFailure {
    RunFolderFailure("cannot write \(path): \(reason)", remedy: .otherOutput)
  }

  private static func text(_ value: some Encodable) throws -> [UInt8] {
    try [UInt8](JSONEncoder.stable(pretty: true).encode(value)) + [UInt8(ascii: "\n")]
  }

  /// Writes a whole run atomically: its folder appears complete or not at all.
  public static func save(_ run: Run, to folder: RunFolder) throws(RunFolderFailure) {
    if let objection = RecordName.objection(toID: run.record.runID) {
      throw RunFolderFailure("a run cannot be called \(objection)", remedy: .otherOutput)
    }
    let files = FileManager.default
    guard !files.fileExists(atPath: folder.path) else {
      throw RunFolderFailure("\(folder.path) already exists", remedy: .otherOutput)
    }
    let parent = URL(fileURLWithPath: folder.path).deletingLastPathComponent().path
    do {
      try files.createDirectory(atPath: parent, withIntermediateDirectories: true)
      let scratch = try ScratchFolder(in: parent)
      defer { scratch.remove() }
      let draft = RunFolder(path: scratch.path + "/run")
      try files.createDirectory(atPath: draft.path, withIntermediateDirectories: false)
      let trials = try run.trials.reduce(into: [UInt8]()) { try $0 += encoder.encode($1) + [UInt8(ascii: "\n")] }
      try WholeFile.write(text(run.record), to: draft.recordPath, isDurable: true)
      try WholeFile.write(trials, to: draft.trialsPath, isDurable: true)
      if let limits = run.limits { try WholeFile.write(text(limits), to: draft.limitsPath, isDurable: true) }
      if let primitives = run.primitives {
        try WholeFile.write(text(primitives), to: draft.primitivesPath, isDurable: true)
      }
      try files.moveItem(atPath: draft.path, toPath: folder.path)
    } catch {
      throw failure(toWrite: folder.path, because: reason(error))
    }
  }

  /// Continues a run; an incomplete last line is removed.
  public convenience init(resuming folder: RunFolder) throws(RunFolderFailure) {
    try self.init(opening: folder, orElse: nil)
    guard let data = FileManager.default.contents(atPath: folder.trialsPath) else { return }
    let whole = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    if whole < data.count { ftruncate(descriptor, off_t(whole)) }
  }

  /// - Parameter remedy: what to do if another process is writing the run, other than to wait.
  private init(opening folder: RunFolder, orElse remedy: Remedy?) throws(RunFolderFailure) {
    self.folder = folder
    while true {
      let descriptor = open(folder.trialsPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else {
        throw RunFolderFailure("cannot write \(folder.trialsPath): \(Errno.current)")
      }
      // Some file systems have no locks; writing goes on without one.
      guard (try? FileLock.take(descriptor)) ?? true else {
        close(descriptor)
        throw RunFolderFailure(
          "\(folder.path) is being written by another iomodes\(remedy == nil ? "; wait until it has ended" : "")",
          remedy: remedy)
      }
      if FileLock.isHeld(descriptor, at: folder.trialsPath) {
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  deinit { close(descriptor) }

  /// Appends one line and syncs it to disk. If that fails, the file is restored. Fails, too, if the file has been removed
  /// or moved meanwhile.
  public func append(_ trial: TrialRecord) throws(RunFolderFailure) {
    let before = lseek(descriptor, 0, SEEK_END)
    do {
      let line = try [UInt8](Self.encoder.encode(trial)) + [UInt8(ascii: "\n")]
      if let error = SystemCall.writeAll(line, to: descriptor) { throw error }
      guard fdatasync(descriptor) == 0 else { throw Errno.current }
    } catch {
      if before >= 0 { ftruncate(descriptor, before) }
      throw RunFolderFailure(
        "cannot append to \(folder.trialsPath): \(Self.reason(error)); finished trials are kept",
        remedy: .spaceAndResuming(folder: folder.path))
    }
    // The kernel would go on writing to a file that nobody finds any more.
    guard FileLock.isHeld(descriptor, at: folder.trialsPath) else {
      throw RunFolderFailure(
        "\(folder.trialsPath) was removed or moved while the run wrote to it, and so the run ends; a folder that was moved "
          + "has all finished trials")
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as Errno: error.description
    case let error as POSIXError: Errno(error.code.rawValue).description
    case let error as CocoaError where error.underlying is POSIXError: reason(error.underlying!)
    default: (error as NSError).localizedDescription
    }
  }
}
