import Glibc
import Synchronization

/// What the tasks share.
final class Run: Sendable {
  let left: Atomic<Int>
  let sends = Atomic<Int>(0)
  let receives = Atomic<Int>(0)

  init(operations: Int) { left = Atomic(operations) }

  func takeOne() -> Bool { left.wrappingSubtract(1, ordering: .relaxed).newValue >= 0 }

  func count(sends: Int, receives: Int) {
    self.sends.wrappingAdd(sends, ordering: .relaxed)
    self.receives.wrappingAdd(receives, ordering: .relaxed)
  }
}

/// One end of a connection, with a buffer of its own.
struct End: ~Copyable {
  let socket: Int32
  let index: Int
  let reactor: Reactor
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 64)
  var filled = 0
  var sends = 0
  var receives = 0

  init(socket: Int32, index: Int, reactor: Reactor) {
    self.socket = socket
    self.index = index
    self.reactor = reactor
  }

  deinit { buffer.deallocate() }

  var received: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[..<filled]) }

  @inline(__always)
  mutating func send(_ bytes: UnsafeRawBufferPointer) {
    sends += 1
    let count = Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    precondition(count == bytes.count, "a send was cut short")
  }

  /// Waits, and adds to `received` what has come. False at the connection's end.
  @inline(__always)
  mutating func receive() async -> Bool {
    while true {
      await reactor.readable(index)
      receives += 1
      let count = recv(socket, buffer.baseAddress! + filled, buffer.count - filled, 0)
      if count > 0 {
        filled += count
        return true
      }
      if count == 0 || errno != EAGAIN { return false }
    }
  }
}

enum Tasks {
  static func http(_ socket: Int32, _ index: Int, _ reactor: Reactor, _ run: Run, request: Message) async {
    var end = End(socket: socket, index: index, reactor: reactor)
    while run.takeOne() {
      end.send(request.bytes)
      end.filled = 0
      repeat {
        guard await end.receive() else { fail("the connection was closed") }
      } while !Reply.isComplete(end.received)
    }
    run.count(sends: end.sends, receives: end.receives)
  }

  static func echo(_ socket: Int32, _ index: Int, _ reactor: Reactor, _ run: Run, message: Message) async {
    var end = End(socket: socket, index: index, reactor: reactor)
    while run.takeOne() {
      end.send(message.bytes)
      end.filled = 0
      repeat {
        guard await end.receive() else { fail("the connection was closed") }
      } while end.filled < message.bytes.count
      let isEqual = memcmp(end.buffer.baseAddress!, message.bytes.baseAddress!, message.bytes.count) == 0
      precondition(isEqual && end.filled == message.bytes.count, "wrong content")
    }
    shutdown(socket, Int32(SHUT_RDWR))
    run.count(sends: end.sends, receives: end.receives)
  }

  /// The far end: sends back what comes, until nothing does.
  static func answer(_ socket: Int32, _ index: Int, _ reactor: Reactor, _ run: Run) async {
    var end = End(socket: socket, index: index, reactor: reactor)
    while await end.receive() {
      end.send(end.received)
      end.filled = 0
    }
    run.count(sends: end.sends, receives: end.receives)
  }
}
