import CLinux
import Glibc

/// A temporary folder. It is removed with the last reference at the latest. If a process is killed, its folder is
/// removed by the next process that makes one beside it.
///
/// The name identifies such folders, and a living owner holds a lock on its own. A folder without a lock belongs to a
/// dead process.
public final class ScratchFolder: Sendable {
  public let path: String
  private let descriptor: Int32

  /// Followed by six characters that mkdtemp(3) draws.
  private static let prefix = "iomodes-tmp-"
  private static let drawn = 6

  /// - Parameter parent: an existing folder.
  public init(in parent: String) throws(Errno) {
    Self.removeDead(in: parent)
    while true {
      var name = Array("\(parent)/\(Self.prefix)\(String(repeating: "X", count: Self.drawn))".utf8CString)
      guard mkdtemp(&name) != nil else { throw .current }
      let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      // Before it is locked, another process takes it for a dead process's folder and may remove it.
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

  /// Removes the folder with its contents.
  public func remove() { cl_remove_tree(path) }

  /// Removes folders that dead processes of this user left in `parent`.
  public static func removeDead(in parent: String) {
    for name in FileSystem.entries(of: parent)
    where name.hasPrefix(prefix) && name.utf8.count == prefix.utf8.count + drawn {
      let path = "\(parent)/\(name)"
      let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var status = stat()
      // If the file system has no locks, nobody can tell which owners are dead.
      guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(), (try? FileLock.take(descriptor)) == true else {
        continue
      }
      cl_remove_tree(path)
    }
  }
}
