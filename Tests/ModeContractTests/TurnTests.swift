import Glibc
import Measurement
import Plan
import Synchronization
import SystemCalls
import TestSupport
import Testing

@testable import Modes
@testable import Workloads

/// How many replies of clients that send without a pause come before that to another one, in the modes whose lanes take
/// turns. Where each connection has a thread, the kernel's scheduler decides.
@Suite(.fewAtOnce, .endsHangs) struct TurnTests {
  private static let greeting = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
  private static let floods = 10
  private static let requests = 1500

  /// Counted by the lanes themselves: no clock and no other thread's turn is in it.
  final class Replies: Sendable {
    let toFloods = Atomic(0)
    /// Those to floods before the other client's; -1 until it has its own.
    let before = Atomic(-1)
  }

  @Test(arguments: [ModeID.epoll, .executor, .uring, .taskgroup].filter { $0.unavailability == nil })
  func clientIsAnsweredWithinATurnOfEachFlood(_ mode: ModeID) async throws {
    // A turn ends once there are enough replies, and so many go out at once.
    let most = Self.floods * (2 * HTTPServer.longestTurn - 1)
    try await onThread {
      let entry: any Mode.Type = try #require(ModeCatalogue.named(mode) as? any Mode.Type)
      var before = try Self.repliesBefore(in: entry)
      // The pool has several threads; one that has no processor takes no turn while others take many.
      for _ in 0..<4 where mode == .taskgroup && before > most { before = try Self.repliesBefore(in: entry) }
      #expect((0...most).contains(before))
    }
  }

  /// All requests are there before the server begins; those of the other client last.
  private static func repliesBefore<M: Mode>(in mode: M.Type) throws -> Int {
    let arrangement = Arrangement(mode, lanes: 2 * floods, limit: nil, processors: 1)
    let listeners = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0), count: 1, blocking: M.blocks)
    defer { listeners[0].close() }
    let flood = Array([[UInt8]](repeating: greeting, count: requests).joined())
    let clients = try (0...floods).map { index in
      let client = try Socket.open(family: AF_INET, blocking: true)
      _ = try client.connect(to: listeners[0].localAddress())
      try (index < floods ? flood : greeting).withUnsafeBytes { _ = try client.sendAll($0) }
      return client
    }
    defer { for client in clients { client.close() } }
    let last = try clients[floods].localAddress().port
    let replies = Replies()
    let tally = Tally(isShared: arrangement.isShared)
    let date = try DateKeeper()
    defer { date.stop() }
    nonisolated(unsafe) let pointer = date.pointer
    let stop = try StopSignal()
    let acceptor = Acceptor(
      listeners, arrangement, stop: stop, tallies: [UnsafePointer](repeating: tally.pointer, count: arrangement.groups),
      blocks: M.blocks
    ) { peer, tally in
      let server = HTTPServer(peer: peer.host, date: pointer)
      return ServerLane(CountedServer(server: server, replies: replies, isFlood: peer.port != last), tally: tally)
    }
    let monitor = try ServerMonitor(acceptor, .none, listeners: listeners)
    let thread = try Thread(name: "server") { try? M.serve(acceptor) }
    let isAnswered = eventually { replies.before.load(ordering: .relaxed) >= 0 }
    stop.signal()
    thread.join()
    monitor.finish()
    acceptor.deallocate()
    #expect(isAnswered)
    return replies.before.load(ordering: .relaxed)
  }
}

/// A tally that outlives its server.
private final class Tally: @unchecked Sendable {
  let pointer: UnsafePointer<ServerTally>

  init(isShared: Bool) {
    let pointer = UnsafeMutablePointer<ServerTally>.allocate(capacity: 1)
    pointer.initialize(to: ServerTally(shared: isShared))
    self.pointer = UnsafePointer(pointer)
  }

  deinit { UnsafeMutablePointer(mutating: pointer).deinitialize(count: 1) }
}

/// The suite's server, which notes in what order it answers.
private struct CountedServer: ServerConversation, ~Copyable {
  var server: HTTPServer
  let replies: TurnTests.Replies
  let isFlood: Bool

  static var usesConnection: Bool { true }

  mutating func takeAnswered() -> Int {
    let count = server.takeAnswered()
    if isFlood {
      replies.toFloods.add(count, ordering: .relaxed)
    } else if count > 0 {
      replies.before.store(replies.toFloods.load(ordering: .relaxed), ordering: .relaxed)
    }
    return count
  }

  mutating func begin(_ operation: UInt64) -> Need { server.begin(operation) }
  mutating func sent() -> Need { server.sent() }
  mutating func received(_ bytes: inout UnsafeRawBufferPointer) -> Need { server.received(&bytes) }
  mutating func ended() -> Need { server.ended() }
  mutating func woke(_ operation: UInt64, after elapsed: Nanoseconds) -> Need {
    server.woke(operation, after: elapsed)
  }
  mutating func disconnected() { server.disconnected() }
  mutating func expired() -> Need { server.expired() }
  var waiting: Waiting { server.waiting }
  var isFaulty: Bool { server.isFaulty }
  var isRefused: Bool { server.isRefused }
}
