import CLinux
import Glibc

/// A stream socket's descriptor. It is a plain number: who opened it closes it, once.
@frozen public struct Socket: Equatable, Sendable {
  public let descriptor: Int32

  @inlinable public init(descriptor: Int32) { self.descriptor = descriptor }

  /// How far a connect(2) came.
  public enum Connecting: Sendable {
    case established(Socket)
    case inProgress(Socket)
  }

  // MARK: Opening

  /// socket(2), close-on-exec, and TCP_NODELAY for TCP.
  public static func open(family: Int32, blocking: Bool) throws(Errno) -> Socket {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let flags = blocking ? 0 : Int32(SOCK_NONBLOCK.rawValue)
    let socket = Socket(descriptor: try SystemCall.checked { Glibc.socket(family, type | flags, 0) })
    if family != AF_UNIX { socket.setNoDelay() }
    return socket
  }

  /// connect(2). A blocking socket answers `established` or throws. The socket stays open in any case.
  public func connect(to address: SocketAddress) throws(Errno) -> Connecting {
    let result = address.withSockaddr { pointer, length in
      SystemCall.retrying { Glibc.connect(descriptor, pointer, length) }
    }
    if result == 0 { return .established(self) }
    switch errno {
    // An interrupted connect goes on in the kernel; asked again it says EALREADY, and in the end EISCONN.
    case EISCONN: return .established(self)
    case EINPROGRESS, EALREADY: return .inProgress(self)
    default: throw .current
    }
  }

  /// The outcome of a connection that was in progress: getsockopt(SO_ERROR).
  public func finishConnecting() throws(Errno) {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    try SystemCall.checked { getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) }
    if code != 0 { throw Errno(code) }
  }

  /// A non-blocking listener: socket, bind, listen. Port 0 leaves the choice to the system.
  public static func listen(on address: SocketAddress, backlog: Int32 = 4096) throws(Errno) -> Socket {
    let socket = try open(family: address.family, blocking: false)
    do throws(Errno) {
      if !address.isUNIX {
        var on: Int32 = 1
        try SystemCall.checked {
          setsockopt(socket.descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        }
      }
      try address.withSockaddr { (pointer, length) throws(Errno) in
        _ = try SystemCall.checked { bind(socket.descriptor, pointer, length) }
      }
      try SystemCall.checked { Glibc.listen(socket.descriptor, backlog) }
      return socket
    } catch {
      socket.close()
      throw error
    }
  }

  /// accept4(2): a non-blocking, close-on-exec socket and its peer, or nil where nobody waits.
  public func accept() throws(Errno) -> (Socket, peer: SocketAddress)? {
    var descriptor: Int32 = -1
    do throws(Errno) {
      let peer = try SocketAddress { (address, length) throws(Errno) in
        let flags = Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        descriptor = try SystemCall.checked { cl_accept4(self.descriptor, address, length, flags) }
      }
      let socket = Socket(descriptor: descriptor)
      if !peer.isUNIX { socket.setNoDelay() }
      return (socket, peer)
    } catch {
      switch error.rawValue {
      case EAGAIN: return nil
      // That peer left while it waited; another one may be behind it.
      case ECONNABORTED: return try accept()
      default: throw error
      }
    }
  }

  /// Two connected sockets: socketpair(2), or both ends of a TCP connection over loopback.
  public static func pair(tcp: Bool, blocking: Bool) throws(Errno) -> (Socket, Socket) {
    guard tcp else {
      var ends: (Int32, Int32) = (-1, -1)
      let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      let flags = blocking ? 0 : Int32(SOCK_NONBLOCK.rawValue)
      try withUnsafeMutableBytes(of: &ends) { (bytes) throws(Errno) in
        let pointer = bytes.baseAddress!.assumingMemoryBound(to: Int32.self)
        _ = try SystemCall.checked { socketpair(AF_UNIX, type | flags, 0, pointer) }
      }
      return (Socket(descriptor: ends.0), Socket(descriptor: ends.1))
    }
    guard let any = try? SocketAddress(host: "127.0.0.1", port: 0) else { throw Errno(EADDRNOTAVAIL) }
    let listener = try listen(on: any, backlog: 1)
    defer { listener.close() }
    let near = try open(family: AF_INET, blocking: true)
    do throws(Errno) {
      _ = try near.connect(to: listener.localAddress())
      guard let (far, _) = try listener.accept() else { throw Errno(ECONNABORTED) }
      try near.setBlocking(blocking)
      try far.setBlocking(blocking)
      return (near, far)
    } catch {
      near.close()
      throw error
    }
  }

  // MARK: Using

  /// send(2), without SIGPIPE.
  @inlinable @inline(__always)
  public func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
    SystemCall.transfer { cl_send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) }
  }

  /// recv(2).
  @inlinable @inline(__always)
  public func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    SystemCall.transfer { cl_recv(descriptor, buffer.baseAddress, buffer.count, 0) }
  }

  /// shutdown(2) of both directions: whoever waits on the socket wakes.
  public func shutdown() { _ = SystemCall.retrying { Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) } }

  /// shutdown(2) of what is still to be received: whoever waits for it wakes, and finds the end.
  public func finishReceiving() { _ = SystemCall.retrying { Glibc.shutdown(descriptor, Int32(SHUT_RD)) } }

  /// shutdown(2) of what is still to be sent: the peer finds the end once it has received the rest.
  public func finishSending() { _ = SystemCall.retrying { Glibc.shutdown(descriptor, Int32(SHUT_WR)) } }

  /// Has close(2) break the connection off with a reset, whatever is still to be sent: SO_LINGER of no time.
  public func breakOnClose() {
    var none = linger(l_onoff: 1, l_linger: 0)
    _ = SystemCall.retrying {
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &none, socklen_t(MemoryLayout<linger>.size))
    }
  }

  /// close(2), never repeated: on Linux the descriptor is gone even when a signal came.
  public func close() {
    cl_count_call()
    _ = Glibc.close(descriptor)
  }

  public func localAddress() throws(Errno) -> SocketAddress {
    try SocketAddress { (address, length) throws(Errno) in
      _ = try SystemCall.checked { getsockname(descriptor, address, length) }
    }
  }

  public func setBlocking(_ blocking: Bool) throws(Errno) {
    try SystemCall.checked { fcntl(descriptor, F_SETFL, blocking ? 0 : O_NONBLOCK) }
  }

  private func setNoDelay() {
    var on: Int32 = 1
    _ = SystemCall.retrying {
      setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }
  }
}

extension Socket {
  /// send(2) on a blocking socket until all is sent.
  @inlinable
  public func sendAll(_ bytes: UnsafeRawBufferPointer) -> Transfer {
    var done = 0
    while true {
      switch send(UnsafeRawBufferPointer(rebasing: bytes[done...])) {
      case .bytes(let count):
        done += count
        if done == bytes.count { return .bytes(done) }
      case let other: return other
      }
    }
  }

  /// Waits until a connection in progress has come to an end: poll(2).
  /// - Parameter timeout: milliseconds.
  public func awaitConnection(timeout: Int32) throws(Errno) {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard try SystemCall.checked({ poll(&entry, 1, timeout) }) > 0 else { throw .timedOut }
    try finishConnecting()
  }
}
