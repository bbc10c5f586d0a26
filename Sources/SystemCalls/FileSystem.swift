import CLinux
import Glibc

/// Facts about the file system that holds a path.
public enum FileSystem {
  /// The type's name, such as `ext4`; for a type not listed here, its statfs(2) number in hexadecimal. Nil if statfs(2)
  /// fails.
  public static func name(at path: String) -> String? {
    let kind = cl_file_system_kind(path)
    return kind < 0 ? nil : names[kind] ?? "file system 0x\(String(kind, radix: 16))"
  }

  /// The type's name if it keeps files in memory alone; otherwise nil.
  public static func nameInMemory(at path: String) -> String? {
    let kind = cl_file_system_kind(path)
    return inMemory.contains(kind) ? names[kind] : nil
  }

  private static let inMemory: Set<Int64> = [0x0102_1994, 0x8584_58f6]

  /// Bytes that this process may still write there: statvfs(3).
  public static func freeBytes(at path: String) -> UInt64? {
    var status = statvfs()
    return statvfs(path, &status) == 0 ? UInt64(status.f_bavail) * UInt64(status.f_frsize) : nil
  }

  /// The names in a folder: readdir(3). Empty if the folder cannot be read.
  public static func entries(of folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names
  }

  /// These numbers are listed in statfs(2).
  private static let names: [Int64: String] = [
    0xef53: "ext4", 0x0102_1994: "tmpfs", 0x5846_5342: "xfs", 0x9123_683e: "btrfs", 0x794c_7630: "overlayfs",
    0x6969: "nfs", 0x6573_5546: "fuse", 0x0102_1997: "9p", 0x2fc1_2fc1: "zfs", 0xf2f5_2010: "f2fs",
    0x8584_58f6: "ramfs",
  ]
}
