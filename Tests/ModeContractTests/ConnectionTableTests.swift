import SystemCalls
import Testing

@testable import Modes

@Suite struct ConnectionTableTests {
  /// The monitor passes repeatedly, to see new connections.
  @Test func eachConnectionIsShutDownOnce() throws {
    let table = ConnectionTable(count: 2, endpoints: [])
    defer { table.deallocate() }
    func calls(_ body: () -> Void) -> UInt64 {
      let before = SystemCall.countOfThread
      body()
      return SystemCall.countOfThread - before
    }
    for _ in 0..<2 {
      let (near, far) = try Socket.pair(tcp: false, blocking: true)
      defer { far.close() }
      table.adopt(near, at: 1)
      #expect(calls { for place in 0..<2 { table.shutDown(place) } } == 1)
      #expect(calls { for place in 0..<2 { table.shutDown(place) } } == 0)
      #expect(table.isOpen(1) && table.socket(of: 1).descriptor == near.descriptor)
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 8)
      defer { buffer.deallocate() }
      guard case .bytes(0) = far.receive(into: buffer) else {
        Issue.record("the far end has not ended")
        return
      }
      // A reader of the entry must see the right descriptor, too.
      var seen: Int32?
      table.withOpen(1) { seen = $0.descriptor }
      #expect(seen == near.descriptor)
      table.close(1)
      #expect(!table.isOpen(1))
    }
  }

  /// A connection that does not exist yet is shut down once it does.
  @Test func whatHasNoConnectionYetIsShutDownLater() throws {
    let table = ConnectionTable(count: 1, endpoints: [])
    defer { table.deallocate() }
    table.adopt(try Socket.open(family: SocketAddress(parsing: "127.0.0.1:1").family, blocking: true), at: 0)
    let before = SystemCall.countOfThread
    for _ in 0..<3 { table.shutDown(0) }
    #expect(SystemCall.countOfThread - before == 3)
    table.close(0)
  }
}
