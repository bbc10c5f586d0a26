import CLinux
import Glibc

/// The address of a stream socket: IPv4, IPv6 or UNIX. Written as `127.0.0.1:80`, `[::1]:80` or `unix:/path`.
public struct SocketAddress: Sendable, CustomStringConvertible {
  /// The C representation, of which the first `length` bytes are used.
  public private(set) var storage = sockaddr_storage()
  public private(set) var length: socklen_t = 0

  public enum Failure: Error, CustomStringConvertible {
    case unresolved(host: String, reason: String)
    case pathTooLong(String)
    case malformed(String)

    public var description: String {
      switch self {
      case .unresolved(let host, let reason):
        "cannot resolve host '\(host)' (\(reason)); check its name, or give its address"
      case .pathTooLong(let path): "socket path '\(path)' is longer than the 107 bytes that sockaddr_un holds"
      case .malformed(let text): "'\(text)' is not an address; write HOST:PORT, [IPV6]:PORT or unix:/PATH"
      }
    }
  }

  /// The first address of a host name, or a literal address.
  public init(host: String, port: UInt16) throws(Failure) {
    self = try Self.all(host: host, port: port)[0]
  }

  /// All addresses that getaddrinfo(3) returns for a host name or literal address, in its order; at least one.
  public static func all(host: String, port: UInt16) throws(Failure) -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    guard code == 0, list != nil else {
      throw .unresolved(host: host, reason: String(cString: gai_strerror(code)))
    }
    defer { freeaddrinfo(list) }
    return sequence(first: list) { $0?.pointee.ai_next }.compactMap { entry in
      entry.map { SocketAddress(copying: $0.pointee.ai_addr, length: $0.pointee.ai_addrlen) }
    }
  }

  public init(unixPath path: String) throws(Failure) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { throw .pathTooLong(path) }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + 1)
    self = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { SocketAddress(copying: $0, length: length) }
    }
  }

  /// Parses the format of `description`.
  public init(parsing text: String) throws(Failure) {
    if text.hasPrefix("unix:") {
      try self.init(unixPath: String(text.dropFirst(5)))
      return
    }
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
      throw .malformed(text)
    }
    var host = text[..<colon]
    if host.hasPrefix("[") && host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard !host.isEmpty else { throw .malformed(text) }
    try self.init(host: String(host), port: port)
  }

  init(copying address: UnsafePointer<sockaddr>, length: socklen_t) {
    self.length = min(length, socklen_t(MemoryLayout<sockaddr_storage>.size))
    withUnsafeMutableBytes(of: &storage) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(self.length)))
    }
  }

  /// The address that a call such as getsockname(2) fills in.
  init(filledBy call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) throws(Errno) -> Void)
    throws(Errno)
  {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    try withUnsafeMutableBytes(of: &storage) { (bytes) throws(Errno) in
      try call(bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
    }
    self.storage = storage
    self.length = length
  }

  public var family: Int32 { Int32(storage.ss_family) }
  public var isUNIX: Bool { family == AF_UNIX }
  public var isLoopback: Bool {
    switch family {
    case AF_UNIX: true
    case AF_INET: host.hasPrefix("127.")
    default: host == "::1"
    }
  }

  /// The numeric host, or the path of a UNIX socket: "" if it is unnamed.
  public var host: String {
    if isUNIX {
      let used = Int(length) - MemoryLayout<sa_family_t>.size
      return withUnsafeBytes(of: storage) {
        String(decoding: $0.dropFirst(2).prefix(max(0, used)).prefix { $0 != 0 }, as: UTF8.self)
      }
    }
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let code = withSockaddr { getnameinfo($0, $1, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) }
    return code == 0 ? String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : "?"
  }

  /// An identifier of the address's owner: the whole IPv4 address, or the first 64 bits of an IPv6 address. RFC 6177
  /// gives each site at least that much. Nil for UNIX sockets.
  public var owner: UInt64? {
    withUnsafeBytes(of: storage) { bytes in
      switch family {
      case AF_INET: return Self.owner(ofIPv4: bytes.load(as: sockaddr_in.self).sin_addr.s_addr)
      case AF_INET6:
        let address = bytes.load(as: sockaddr_in6.self).sin6_addr
        return withUnsafeBytes(of: address) { address in
          let words = (0..<4).map { address.load(fromByteOffset: 4 * $0, as: UInt32.self) }
          let isIPv4 = words[0] == 0 && words[1] == 0 && words[2] == UInt32(0xffff).bigEndian
          return isIPv4 ? Self.owner(ofIPv4: words[3]) : UInt64(words[0]) << 32 | UInt64(words[1])
        }
      default: return nil
      }
    }
  }

  /// No IPv6 owner can equal this: its first byte is 0xff, which IPv6 reserves for multicast.
  private static func owner(ofIPv4 address: UInt32) -> UInt64 { 0xffff_ffff << 32 | UInt64(address) }

  public var port: UInt16 {
    switch family {
    case AF_INET: withUnsafeBytes(of: storage) { UInt16(bigEndian: $0.load(as: sockaddr_in.self).sin_port) }
    case AF_INET6: withUnsafeBytes(of: storage) { UInt16(bigEndian: $0.load(as: sockaddr_in6.self).sin6_port) }
    default: 0
    }
  }

  public var description: String {
    switch family {
    case AF_UNIX: "unix:\(host)"
    case AF_INET6: "[\(host)]:\(port)"
    default: "\(host):\(port)"
    }
  }

  /// Passes the address in the form that connect(2) and bind(2) take.
  public func withSockaddr<R, E>(_ body: (UnsafePointer<sockaddr>, socklen_t) throws(E) -> R) throws(E) -> R {
    try withUnsafeBytes(of: storage) { (bytes) throws(E) in
      try body(bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), length)
    }
  }
}
