import CLinux
import Glibc

/// A stream socket's descriptor, as a plain number. Whoever opened it closes it, once.
@frozen public struct Socket: Equatable, Sendable {
  public let descriptor: Int32

  @inlinable public init(descriptor: Int32) { self.descriptor = descriptor }

  /// The state of a connection after connect(2).
  public enum Connecting: Sendable {
    case established(Socket)
    case inProgress(Socket)
  }

  // MARK: Opening

  /// Opens a socket, close-on-exec; TCP sockets get TCP_NODELAY: socket(2).
  /// - Parameter receiveBuffer: SO_RCVBUF in bytes, which limits TCP's receive window; nil leaves it to the system.
  public static func open(family: Int32, blocking: Bool, receiveBuffer: Int32? = nil) throws(Errno) -> Socket {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let flags = blocking ? 0 : Int32(SOCK_NONBLOCK.rawValue)
    let socket = Socket(descriptor: try SystemCall.checked { Glibc.socket(family, type | flags, 0) })
    if family != AF_UNIX { socket.setNoDelay() }
    if let receiveBuffer { socket.setReceiveBuffer(receiveBuffer) }
    return socket
  }

  /// Connects: connect(2). A blocking socket returns `established` or throws. The socket stays open either way.
  public func connect(to address: SocketAddress) throws(Errno) -> Connecting {
    let result = address.withSockaddr { pointer, length in
      SystemCall.retrying { Glibc.connect(descriptor, pointer, length) }
    }
    if result == 0 { return .established(self) }
    switch errno {
    // An interrupted connect continues in the kernel. The next call returns EALREADY, or EISCONN once it is connected.
    case EISCONN: return .established(self)
    case EINPROGRESS, EALREADY: return .inProgress(self)
    default: throw .current
    }
  }

  /// Throws the error of a connection that was in progress, if it failed: getsockopt(2) with SO_ERROR.
  public func finishConnecting() throws(Errno) {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    try SystemCall.checked { getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) }
    if code != 0 { throw Errno(code) }
  }

  /// Opens a non-blocking listener: socket(2), bind(2), listen(2). Port 0 lets the system choose.
  public static func listen(on address: SocketAddress, backlog: Int32 = 4096) throws(Errno) -> Socket {
    try listen(on: address, count: 1, blocking: false, backlog: backlog)[0]
  }

  /// Opens listeners that share one address: SO_REUSEPORT, socket(7). The kernel divides connections among them. UNIX
  /// sockets do not support this. Port 0 lets the system choose.
  public static func listen(
    on address: SocketAddress, count: Int, blocking: Bool, backlog: Int32 = 4096
  ) throws(Errno) -> [Socket] {
    var listeners: [Socket] = []
    do throws(Errno) {
      for index in 0..<count {
        let listener = try open(family: address.family, blocking: blocking)
        listeners.append(listener)
        if !address.isUNIX { try listener.set(SO_REUSEADDR) }
        // The first listener shares the address only once it owns it, so that it never joins another program's
        // listeners.
        if index > 0 { try listener.set(SO_REUSEPORT) }
        let place = index == 0 ? address : try listeners[0].localAddress()
        try place.withSockaddr { (pointer, length) throws(Errno) in
          _ = try SystemCall.checked { bind(listener.descriptor, pointer, length) }
        }
        if index == 0 && count > 1 { try listener.set(SO_REUSEPORT) }
      }
      for listener in listeners { try SystemCall.checked { Glibc.listen(listener.descriptor, backlog) } }
      return listeners
    } catch {
      for listener in listeners { listener.close() }
      throw error
    }
  }

  /// Accepts a connection, close-on-exec: accept4(2). Returns nil if none waits at a non-blocking listener. A
  /// connection that broke while it waited is skipped.
  public func accept(blocking: Bool = false) throws(Errno) -> (Socket, peer: SocketAddress)? {
    while true {
      var descriptor: Int32 = -1
      do throws(Errno) {
        let peer = try SocketAddress { (address, length) throws(Errno) in
          let flags = Int32(SOCK_CLOEXEC.rawValue) | (blocking ? 0 : Int32(SOCK_NONBLOCK.rawValue))
          descriptor = try SystemCall.checked { cl_accept4(self.descriptor, address, length, flags) }
        }
        let socket = Socket(descriptor: descriptor)
        if !peer.isUNIX { socket.setNoDelay() }
        return (socket, peer)
      } catch {
        if error.rawValue == EAGAIN { return nil }
        if !Self.isOfConnection(error) { throw error }
      }
    }
  }

  /// Whether an error of accept(2) concerns only the waiting connection. Others may wait behind it.
  public static func isOfConnection(_ error: Errno) -> Bool {
    switch error.rawValue {
    case ECONNABORTED, EPROTO, EPERM, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH:
      true
    default: false
    }
  }

  /// Completes a connection that the kernel accepted without `accept`: sets TCP_NODELAY and returns the peer. Throws
  /// ENOTCONN if the peer is gone.
  public func finishAccepting() throws(Errno) -> SocketAddress {
    let peer = try SocketAddress { (address, length) throws(Errno) in
      _ = try SystemCall.checked { getpeername(descriptor, address, length) }
    }
    if !peer.isUNIX { setNoDelay() }
    return peer
  }

  /// Returns two connected sockets: socketpair(2), or both ends of a TCP connection over loopback.
  /// - Parameter receiveBuffer: SO_RCVBUF of the first socket in bytes; TCP only.
  public static func pair(tcp: Bool, blocking: Bool, receiveBuffer: Int32? = nil) throws(Errno) -> (Socket, Socket) {
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
    let near = try open(family: AF_INET, blocking: true, receiveBuffer: receiveBuffer)
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

  /// Sends without SIGPIPE: send(2).
  @inlinable @inline(__always)
  public func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
    SystemCall.transfer { cl_send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) }
  }

  /// Receives: recv(2).
  @inlinable @inline(__always)
  public func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    SystemCall.transfer { cl_recv(descriptor, buffer.baseAddress, buffer.count, 0) }
  }

  /// Returns received bytes without consuming them, and never waits: recv(2) with MSG_PEEK. Nil if nothing has arrived;
  /// empty if the peer has finished or the connection broke.
  public func peek(into buffer: UnsafeMutableRawBufferPointer) -> UnsafeRawBufferPointer? {
    let transfer = SystemCall.transfer {
      cl_recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_PEEK | MSG_DONTWAIT))
    }
    switch transfer {
    case .bytes(let count): return UnsafeRawBufferPointer(rebasing: buffer[..<count])
    case .wouldBlock: return nil
    case .failed: return UnsafeRawBufferPointer(start: nil, count: 0)
    }
  }

  /// Waits for the peer to finish or the connection to break: ppoll(2). Arriving bytes are ignored. Returns false when
  /// the time is over, and nil if a signal came first.
  /// - Parameter nanoseconds: not negative.
  public func awaitEnd(atMost nanoseconds: Int64) -> Bool? {
    cl_count_call()
    let count = cl_await_end(descriptor, nanoseconds)
    return count < 0 ? nil : count > 0
  }

  /// Shuts down both directions, which wakes every thread that waits on the socket: shutdown(2).
  /// - Returns: false if the socket is not connected.
  @discardableResult
  public func shutdown() -> Bool { SystemCall.retrying { Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) } == 0 }

  /// Shuts down receiving: shutdown(2). A waiting receiver wakes and finds the end of the stream.
  public func finishReceiving() { _ = SystemCall.retrying { Glibc.shutdown(descriptor, Int32(SHUT_RD)) } }

  /// Shuts down sending: shutdown(2). The peer finds the end of the stream after the rest of the data.
  public func finishSending() { _ = SystemCall.retrying { Glibc.shutdown(descriptor, Int32(SHUT_WR)) } }

  /// Makes close(2) reset the connection and discard unsent data: SO_LINGER with a timeout of 0.
  public func breakOnClose() {
    var none = linger(l_onoff: 1, l_linger: 0)
    _ = SystemCall.retrying {
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &none, socklen_t(MemoryLayout<linger>.size))
    }
  }

  /// Closes the socket: close(2). Never repeated, because Linux releases the descriptor even if a signal interrupts the
  /// call.
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

  /// Switches an option of SOL_SOCKET on: setsockopt(2).
  private func set(_ option: Int32) throws(Errno) {
    var on: Int32 = 1
    try SystemCall.checked { setsockopt(descriptor, SOL_SOCKET, option, &on, socklen_t(MemoryLayout<Int32>.size)) }
  }

  private func setReceiveBuffer(_ bytes: Int32) {
    var bytes = bytes
    _ = SystemCall.retrying {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }
  }

  private func setNoDelay() {
    var on: Int32 = 1
    _ = SystemCall.retrying {
      setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }
  }
}

extension Socket {
  /// Sends all bytes on a blocking socket: send(2).
  @inlinable @discardableResult
  public func sendAll(_ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int {
    var done = 0
    repeat {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      done += try SystemCall.checked { cl_send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL)) }
    } while done < bytes.count
    return done
  }

  /// Waits on a blocking socket for data and returns the number of bytes; 0 if the peer has finished: recv(2).
  @inlinable @inline(__always)
  public func receiveAny(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    try SystemCall.checked { cl_recv(descriptor, buffer.baseAddress, buffer.count, 0) }
  }

  /// Waits until a connection in progress succeeds or fails: poll(2). Throws ETIMEDOUT when the time is over.
  /// - Parameter timeout: milliseconds.
  public func awaitConnection(timeout: Int32) throws(Errno) {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard try SystemCall.checked({ poll(&entry, 1, timeout) }) > 0 else { throw .timedOut }
    try finishConnecting()
  }
}
