import Foundation
import Records
import SystemCalls

/// A record with a file of its own in a folder, which may be that of a run.
public protocol FolderRecord: Encodable {
  /// The name of the file.
  static var name: String { get }
}

extension FolderRecord {
  /// Writes the record into a folder made by ``prepare(_:)``.
  public func write(to folder: String) throws(HarnessFailure) {
    let path = "\(folder)/\(Self.name)"
    do {
      let text = try JSONEncoder.stable(pretty: true).encode(self) + Data("\n".utf8)
      try WholeFile.write([UInt8](text), to: path, isDurable: true)
    } catch {
      throw HarnessFailure("cannot write \(path): \(error)", remedy: .otherOutput)
    }
  }

  /// Makes the folder before there is anything to write.
  /// - Returns: a descriptor of the folder, which holds a lock on it until closed.
  public static func prepare(_ folder: String) throws(HarnessFailure) -> Int32 {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw HarnessFailure("cannot make \(folder): \(error.localizedDescription)", remedy: .otherOutput)
    }
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw HarnessFailure("cannot open \(folder): \(Errno.current)", remedy: .otherOutput)
    }
    var complaint: String?
    if (try? FileLock.take(descriptor)) == false {
      complaint = "\(folder) is being written by another iomodes"
    } else if FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
      complaint = "\(folder) already holds a \(name)"
    }
    guard let complaint else { return descriptor }
    close(descriptor)
    throw HarnessFailure(complaint, remedy: .otherOutput)
  }
}
