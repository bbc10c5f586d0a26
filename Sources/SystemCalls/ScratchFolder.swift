import CLinux
import Glibc

/// A folder for what is not kept. It is removed at the latest with the last reference, and that of a process that was
/// killed by whoever next makes one beside it.
///
/// Its name says what it is, and whoever lives holds a lock on it: one without a lock is a dead process's.
public final class ScratchFolder: Sendable {
  public let path: String
  private let descriptor: Int32

  /// In front of six characters that mkdtemp(3) draws.
  private static let prefix = "iomodes-tmp-"
  private static let drawn = 6

  /// - Parameter parent: a folder that is there.
  public init(in parent: String) throws(Errno) {
    Self.removeDead(in: parent)
    while true {
      var name = Array("\(parent)/\(Self.prefix)\(String(repeating: "X", count: Self.drawn))".utf8CString)
      guard mkdtemp(&name) != nil else { throw .current }
      let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      // Until it is locked it looks like a dead process's, and may be removed.
      let descriptor: Int32
      do throws(Errno) {
        descriptor = try SystemCall.checked { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
      } catch {
        if error.rawValue == ENOENT { continue }
        throw error
      }
      if (try? FileLock.take(descriptor)) ?? true, FileLock.isHeld(descriptor, at: path) {
        (self.path, self.descriptor) = (path, descriptor)
        return
      }
      close(descriptor)
    }
  }

  deinit {
    remove()
    close(descriptor)
  }

  /// Removes it with all that is in it.
  public func remove() { cl_remove_tree(path) }

  /// Removes those in a folder that dead processes of this user have left.
  public static func removeDead(in parent: String) {
    for name in FileSystem.entries(of: parent)
    where name.hasPrefix(prefix) && name.utf8.count == prefix.utf8.count + drawn {
      let path = "\(parent)/\(name)"
      let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var status = stat()
      // Where there are no locks nobody can tell who is dead.
      guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(), (try? FileLock.take(descriptor)) == true else {
        continue
      }
      cl_remove_tree(path)
    }
  }
}
