import Glibc
import Measurement
import SystemCalls

/// The processes that listen on a port of this machine. A target is part of the trial, so its processes are not foreign
/// load.
enum ListeningProcesses {
  /// The visible processes with a listening TCP socket on one of the ports: proc(5), /proc/net/tcp and /proc/PID/fd.
  static func holding(ports: Set<UInt16>) -> Set<pid_t> {
    guard !ports.isEmpty else { return [] }
    let sockets = Set(inodes(listeningOn: ports).map { "socket:[\($0)]" })
    guard !sockets.isEmpty else { return [] }
    return Set(
      FileSystem.entries(of: "/proc").compactMap { pid_t($0) }.filter { process in
        FileSystem.entries(of: "/proc/\(process)/fd").contains { descriptor in
          destination(of: "/proc/\(process)/fd/\(descriptor)").map(sockets.contains) ?? false
        }
      })
  }

  /// Whether any process listens on the port, of whatever address and whoever's.
  static func isTaken(_ port: UInt16) -> Bool { !inodes(listeningOn: [port]).isEmpty }

  private static func inodes(listeningOn ports: Set<UInt16>) -> [UInt64] {
    ["/proc/net/tcp", "/proc/net/tcp6"].compactMap { ProcFile.text(of: $0) }.flatMap {
      inodes(listeningOn: ports, in: $0)
    }
  }

  /// - Parameter table: /proc/net/tcp: a line for each socket, its local address, its state (0A listens) and its inode.
  static func inodes(listeningOn ports: Set<UInt16>, in table: String) -> [UInt64] {
    table.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 9, fields[3] == "0A", let text = fields[1].split(separator: ":").last,
        let port = UInt16(text, radix: 16), ports.contains(port)
      else { return nil }
      return UInt64(fields[9])
    }
  }

  private static func destination(of link: String) -> String? {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
      let count = readlink(link, buffer.baseAddress!.assumingMemoryBound(to: CChar.self), buffer.count)
      return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
  }
}
