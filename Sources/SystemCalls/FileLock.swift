import Glibc

/// A lock that whoever writes holds on a file or folder, for as long as its descriptor is open. The system takes it back
/// from a process that ends, however it ends.
public enum FileLock {
  /// flock(2), exclusive: whether nobody else has it, of this process's other descriptors neither. Throws where the file
  /// system knows no locks.
  /// - Parameter waits: whether to wait for it.
  public static func take(_ descriptor: Int32, waits: Bool = false) throws(Errno) -> Bool {
    do throws(Errno) {
      try SystemCall.checked { flock(descriptor, LOCK_EX | (waits ? 0 : LOCK_NB)) }
      return true
    } catch {
      if error.rawValue == EWOULDBLOCK { return false }
      throw error
    }
  }

  /// Whether `path` still leads to what is open: someone may have removed it, and made another.
  public static func isHeld(_ descriptor: Int32, at path: String) -> Bool {
    var (held, found) = (stat(), stat())
    return fstat(descriptor, &held) == 0 && stat(path, &found) == 0 && held.st_ino == found.st_ino
      && held.st_dev == found.st_dev
  }
}
