import Measurement
import SystemCalls

extension Bench {
  /// Sends and receives on connected sockets where nobody waits, one thread on both ends: all sockets are sent to, and
  /// then all are received from. Messages go back as well as forth, so that TCP acknowledges each with the next one, as in
  /// a conversation.
  static let transfers = [true, false].flatMap { tcp in
    ([1, 64, 1000] + (tcp ? [4000] : [])).map { transfer(tcp: tcp, size: 64, lanes: $0) }
      + [1024, 4096, 16 << 10, 32 << 10].map { transfer(tcp: tcp, size: $0, lanes: 64) }
  }

  private static func transfer(tcp: Bool, size: Int, lanes: Int) -> Bench {
    let kind = tcp ? "tcp" : "unix"
    let name = tcp ? "TCP over loopback" : "a UNIX socket"
    return Bench([
      Primitive("\(kind)-send", "send(2) over \(name) to a peer that does not wait", size: size, lanes: lanes),
      Primitive("\(kind)-receive", "recv(2) over \(name) of a message that has arrived", size: size, lanes: lanes),
    ]) { sampler in
      let connections = try Connections(lanes, tcp: tcp)
      defer { connections.close() }
      let message = Message(size)
      defer { message.deallocate() }
      try sampler.sample(parts: 2) { turns, meter in
        for turn in 0..<turns {
          let way = Way(turn)
          try meter.time(0, lanes, by: .callingThread) { try connections.send(message, way) }
          try meter.time(1, lanes, by: .callingThread) { try connections.receive(message, way) }
        }
      }
    }
  }
}

/// The direction of a message.
enum Way {
  case forth, back

  /// Forth and back in turns.
  @inline(__always)
  init(_ turn: Int) { self = turn & 1 == 0 ? .forth : .back }
}

/// Connected pairs of sockets.
struct Connections: Sendable {
  let pairs: [(near: Socket, far: Socket)]

  init(_ count: Int, tcp: Bool, blocking: Bool = false) throws {
    var pairs: [(near: Socket, far: Socket)] = []
    do throws(Errno) {
      for _ in 0..<count {
        let (near, far) = try Socket.pair(tcp: tcp, blocking: blocking)
        pairs.append((near, far))
      }
    } catch {
      Self.close(pairs)
      throw Obstacle("\(count) pairs of sockets cannot be opened: \(error)")
    }
    self.pairs = pairs
  }

  func close() { Self.close(pairs) }

  private static func close(_ pairs: [(near: Socket, far: Socket)]) {
    for (near, far) in pairs {
      near.close()
      far.close()
    }
  }

  /// Sends a message on every pair.
  @inline(__always)
  func send(_ message: Message, _ way: Way) throws {
    for (near, far) in pairs { try message.send(on: way == .forth ? near : far) }
  }

  /// Receives a message on every pair.
  @inline(__always)
  func receive(_ message: Message, _ way: Way) throws {
    for (near, far) in pairs { try message.receive(on: way == .forth ? far : near) }
  }
}

/// An epoll instance that watches sockets, each registered once, edge-triggered. One thread uses it at a time.
final class Watch: @unchecked Sendable {
  private let epoll: Epoll
  /// The calls of `wait` so far.
  private(set) var waits = 0

  init(of sockets: [Socket]) throws(Errno) {
    epoll = try Epoll()
    for (place, socket) in sockets.enumerated() { try add(socket.descriptor, at: place) }
  }

  func add(_ descriptor: Int32, at place: Int) throws(Errno) {
    try epoll.add(descriptor, [.readable, .peerFinished, .edgeTriggered], data: UInt64(place))
  }

  /// Returns the number of events: epoll_wait(2).
  @inline(__always)
  func wait(timeout: Int64) -> Int {
    waits += 1
    return epoll.wait(timeout: timeout)
  }

  /// The place of the socket of an event that `wait` has returned.
  @inline(__always)
  func place(of event: Int) -> Int { Int(epoll[event].data) }
}

/// The bytes of a message, and room to receive as many.
struct Message: @unchecked Sendable {
  let size: Int
  private let bytes: UnsafeMutableRawBufferPointer
  private let room: UnsafeMutableRawBufferPointer

  init(_ size: Int) {
    self.size = size
    bytes = .allocate(byteCount: size, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 7)
    // More than the message, as the modes have it: a short receive tells them that the socket is drained.
    room = .allocate(byteCount: max(64 << 10, size + 1), alignment: 64)
  }

  func deallocate() {
    bytes.deallocate()
    room.deallocate()
  }

  var content: UnsafeRawBufferPointer { UnsafeRawBufferPointer(bytes) }

  @inline(__always)
  func send(on socket: Socket) throws {
    guard case .bytes(size) = socket.send(content) else {
      throw Obstacle("a message of \(size) bytes was not sent whole")
    }
  }

  @inline(__always)
  func receive(on socket: Socket) throws {
    guard case .bytes(size) = socket.receive(into: room) else {
      throw Obstacle("a message of \(size) bytes did not arrive whole")
    }
  }
}
