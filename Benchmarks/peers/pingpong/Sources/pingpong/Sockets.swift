import Glibc

func check(_ result: Int32, _ what: String) -> Int32 {
  if result < 0 {
    perror(what)
    exit(1)
  }
  return result
}

func fail(_ message: String) -> Never {
  print("pingpong: \(message)")
  exit(1)
}

/// TCP over IPv4; sockets do not block once they are connected.
enum Sockets {
  static func address(_ host: String, _ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    if inet_pton(AF_INET, host, &address.sin_addr) != 1 { fail("\(host) is not an IPv4 address") }
    return address
  }

  static func connected(to address: sockaddr_in) -> Int32 {
    let socket = check(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), "socket")
    _ = withSockaddr(address) { check(connect(socket, $0, $1), "connect") }
    ready(socket)
    return socket
  }

  /// Both ends of `count` connections over loopback, the near and the far end by turns.
  static func pairs(_ count: Int) -> [Int32] {
    var address = Self.address("127.0.0.1", 0)
    let listener = check(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), "socket")
    defer { close(listener) }
    _ = withSockaddr(address) { check(bind(listener, $0, $1), "bind") }
    _ = check(listen(listener, 1), "listen")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { check(getsockname(listener, $0, &length), "getsockname") }
    }
    return (0..<count).flatMap { _ in
      let near = connected(to: address)
      let far = check(accept(listener, nil, nil), "accept")
      ready(far)
      return [near, far]
    }
  }

  private static func ready(_ socket: Int32) {
    var on: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    _ = check(fcntl(socket, F_SETFL, O_NONBLOCK), "fcntl")
  }

  private static func withSockaddr(
    _ address: sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}
