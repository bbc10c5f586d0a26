import Glibc

/// The network interfaces that this process sees.
public enum NetworkInterfaces {
  /// The addresses of interfaces that are up, IPv4 first: getifaddrs(3). Those of loopback, and those that only mean
  /// something on one link, are left out.
  public static var addresses: [String] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var found: [Int32: [String]] = [:]
    var next = list
    while let entry = next?.pointee {
      next = entry.ifa_next
      guard let pointer = entry.ifa_addr, entry.ifa_flags & UInt32(IFF_UP) != 0 else { continue }
      let family = Int32(pointer.pointee.sa_family)
      guard let size = sizes[family] else { continue }
      let address = SocketAddress(copying: pointer, length: socklen_t(size))
      if !address.isLoopback && !address.host.hasPrefix("fe80:") { found[family, default: []].append(address.host) }
    }
    return (found[AF_INET] ?? []) + (found[AF_INET6] ?? [])
  }

  private static let sizes = [
    AF_INET: MemoryLayout<sockaddr_in>.size, AF_INET6: MemoryLayout<sockaddr_in6>.size,
  ]
}
