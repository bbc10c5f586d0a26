import Foundation

/// Writes a run as it happens: `run.json` at once and whole, `trials.jsonl` appended and synced trial by trial. What has
/// been appended stays readable whatever happens next.
public final class RunWriter {
  public let folder: RunFolder
  private let descriptor: Int32

  private static let encoder = JSONEncoder.stable()

  /// Begins a run in a folder that holds none.
  public convenience init(creating folder: RunFolder, _ record: RunRecord) throws(RunFolderFailure) {
    guard !FileManager.default.fileExists(atPath: folder.recordPath) else {
      throw RunFolderFailure("\(folder.path) already holds a run; name another --output, or go on with --resume")
    }
    do {
      try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
      let encoder = JSONEncoder.stable(pretty: true)
      let text = try encoder.encode(record) + Data("\n".utf8)
      try text.write(to: URL(fileURLWithPath: folder.recordPath), options: .atomic)
    } catch {
      throw RunFolderFailure("cannot write \(folder.recordPath): \(Self.reason(error)); choose another --output")
    }
    try self.init(opening: folder)
  }

  /// Writes a whole run at once: its folder is there when all of it is, or not at all.
  public static func save(_ run: Run, to folder: RunFolder) throws(RunFolderFailure) {
    let files = FileManager.default
    guard !files.fileExists(atPath: folder.path) else {
      throw RunFolderFailure("\(folder.path) already exists; name another --output")
    }
    let draft = RunFolder(path: "\(folder.path).\(getpid())")
    defer { try? files.removeItem(atPath: draft.path) }
    do {
      try files.createDirectory(atPath: draft.path, withIntermediateDirectories: true)
      let record = try JSONEncoder.stable(pretty: true).encode(run.record) + Data("\n".utf8)
      let trials = try run.trials.reduce(into: Data()) { try $0 += encoder.encode($1) + Data("\n".utf8) }
      try record.write(to: URL(fileURLWithPath: draft.recordPath), options: .atomic)
      try trials.write(to: URL(fileURLWithPath: draft.trialsPath), options: .atomic)
      if let limits = run.limits {
        let text = try JSONEncoder.stable(pretty: true).encode(limits) + Data("\n".utf8)
        try text.write(to: URL(fileURLWithPath: draft.limitsPath), options: .atomic)
      }
      try files.moveItem(atPath: draft.path, toPath: folder.path)
    } catch {
      throw RunFolderFailure("cannot write \(folder.path): \(reason(error)); choose another --output")
    }
  }

  /// Goes on with a run: a last line that was cut off is removed.
  public convenience init(resuming folder: RunFolder) throws(RunFolderFailure) {
    try self.init(opening: folder)
    guard let data = FileManager.default.contents(atPath: folder.trialsPath) else { return }
    let whole = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    if whole < data.count { ftruncate(descriptor, off_t(whole)) }
  }

  private init(opening folder: RunFolder) throws(RunFolderFailure) {
    self.folder = folder
    descriptor = open(folder.trialsPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw RunFolderFailure("cannot write \(folder.trialsPath): \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  /// Appends one line and syncs it to disk. Where that fails, the file is as it was before.
  public func append(_ trial: TrialRecord) throws(RunFolderFailure) {
    let before = lseek(descriptor, 0, SEEK_END)
    do {
      let line = try Self.encoder.encode(trial) + Data("\n".utf8)
      try line.withUnsafeBytes { bytes in
        var done = 0
        while done < bytes.count {
          let count = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
          if count < 0 && errno == EINTR { continue }
          guard count > 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
          done += count
        }
      }
      guard fdatasync(descriptor) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    } catch {
      if before >= 0 { ftruncate(descriptor, before) }
      throw RunFolderFailure(
        "cannot append to \(folder.trialsPath): \(Self.reason(error)); the finished trials are kept: make room, then "
          + "`iomodes run --resume \(folder.path)`")
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as POSIXError: String(cString: strerror(error.code.rawValue))
    case let error as CocoaError where error.underlying is POSIXError: reason(error.underlying!)
    default: (error as NSError).localizedDescription
    }
  }
}
