import Glibc
import SystemCalls

/// The rows that a peer wrote, in the order of its file.
struct PeerRows {
  private(set) var rows: [PeerRow] = []
  /// Whether the file is longer than the harness made it; the rest is not read.
  private(set) var isLonger = false

  /// - Parameters:
  ///   - path: the path of the file. Its holes take no memory, and are not read: lseek(2), SEEK_DATA.
  ///   - capacity: the number of rows that fit.
  init(reading path: String, capacity: Int) throws(Errno) {
    let descriptor = try SystemCall.checked { open(path, O_RDONLY | O_CLOEXEC) }
    defer { close(descriptor) }
    var status = stat()
    try SystemCall.checked { fstat(descriptor, &status) }
    let size = min(Int(status.st_size), capacity * PeerRow.size) / PeerRow.size * PeerRow.size
    isLonger = Int(status.st_size) > capacity * PeerRow.size
    var chunk = [PeerRow](repeating: PeerRow.empty, count: Self.rowsAtOnce)
    var offset = 0
    while offset < size {
      let data = lseek(descriptor, offset, Self.seekData)
      if data < 0 && errno == ENXIO { break }
      // A file system without holes returns all of it as data.
      offset = max(offset, data / PeerRow.size * PeerRow.size)
      let wanted = min(size - offset, chunk.count * PeerRow.size)
      let count = chunk.withUnsafeMutableBytes { buffer in
        SystemCall.retrying { pread(descriptor, buffer.baseAddress, wanted, offset) }
      }
      guard count >= PeerRow.size else {
        if count < 0 { throw .current }
        break
      }
      rows += chunk[..<(count / PeerRow.size)].lazy.filter { !$0.isEmpty }
      offset += count / PeerRow.size * PeerRow.size
    }
  }

  init(_ rows: [PeerRow]) { self.rows = rows }

  private static let rowsAtOnce = 1 << 14
  /// SEEK_DATA, which Glibc's module does not export.
  private static let seekData: Int32 = 3
}

extension PeerRow {
  static let empty = PeerRow(number: 0, start: 0, end: 0, outcome: 0, detail: 0, lane: 0)
}
