import Glibc

/// Writes files atomically: a reader finds either the whole new content or the old.
public enum WholeFile {
  /// Writes a draft beside the file, then renames it. On failure the draft is removed. If a process is killed, its
  /// draft is overwritten by the next writer. Two writers take turns.
  /// - Parameter isDurable: whether the content is on the disk when this returns: fsync(2).
  public static func write(_ bytes: [UInt8], to path: String, isDurable: Bool = false) throws(Errno) {
    let draft = path + ".part"
    let descriptor = try openAlone(draft)
    defer { close(descriptor) }
    do throws(Errno) {
      try SystemCall.checked { ftruncate(descriptor, 0) }
      if let error = SystemCall.writeAll(bytes, to: descriptor) { throw error }
      if isDurable { try SystemCall.checked { fsync(descriptor) } }
      try SystemCall.checked { rename(draft, path) }
    } catch {
      unlink(draft)
      throw error
    }
  }

  private static func openAlone(_ draft: String) throws(Errno) -> Int32 {
    while true {
      let descriptor = try SystemCall.checked { open(draft, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644) }
      // If the file system has no locks, two writers of the same file may collide.
      if (try? FileLock.take(descriptor, waits: true)) ?? true, FileLock.isHeld(descriptor, at: draft) {
        return descriptor
      }
      close(descriptor)
    }
  }
}
