import Glibc

/// An advisory lock that a writer holds on a file or folder while its descriptor is open. The kernel releases it when
/// the process ends, however it ends.
public enum FileLock {
  /// Takes the exclusive lock: flock(2). Returns false if it is held through another descriptor, of this process or
  /// another. Throws if the file system does not support locks.
  /// - Parameter waits: whether to wait for the lock.
  public static func take(_ descriptor: Int32, waits: Bool = false) throws(Errno) -> Bool {
    do throws(Errno) {
      try SystemCall.checked { flock(descriptor, LOCK_EX | (waits ? 0 : LOCK_NB)) }
      return true
    } catch {
      if error.rawValue == EWOULDBLOCK { return false }
      throw error
    }
  }

  /// Whether `path` still names the open file: it may have been removed and created again.
  public static func isHeld(_ descriptor: Int32, at path: String) -> Bool {
    var (held, found) = (stat(), stat())
    return fstat(descriptor, &held) == 0 && stat(path, &found) == 0 && held.st_ino == found.st_ino
      && held.st_dev == found.st_dev
  }
}
