import Glibc

/// A file that is written at once: whoever reads it finds all of it, or what was there before.
public enum WholeFile {
  /// Writes a draft beside it, and gives that its name. Where that fails nothing is left of it; the draft of a process that
  /// was killed is overwritten by the next one. Of two writers, one waits for the other.
  /// - Parameter isDurable: whether it is on the disk when this returns, fsync(2).
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
      // Where there are no locks, one that writes the same file at the same time is not kept from it.
      if (try? FileLock.take(descriptor, waits: true)) ?? true, FileLock.isHeld(descriptor, at: draft) {
        return descriptor
      }
      close(descriptor)
    }
  }
}
