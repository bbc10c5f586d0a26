import Glibc
import SystemCalls
import TestSupport
import Testing

extension Socket {
  fileprivate func send(_ bytes: [UInt8]) -> Transfer { bytes.withUnsafeBytes { send($0) } }

  fileprivate func receive(upTo count: Int = 4096) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    guard case .bytes(let received) = bytes.withUnsafeMutableBytes({ receive(into: $0) }) else { return nil }
    return Array(bytes.prefix(received))
  }

  fileprivate func isDry() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 1)
    if case .wouldBlock = bytes.withUnsafeMutableBytes({ receive(into: $0) }) { return true }
    return false
  }

  /// Waits until there is something to receive, or an end of it.
  fileprivate func awaitInput() {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    _ = poll(&entry, 1, 10_000)
  }
}

private func isCount(_ transfer: Transfer, _ count: Int) -> Bool {
  if case .bytes(count) = transfer { true } else { false }
}

private func failure(_ transfer: Transfer) -> Int32? {
  if case .failed(let error) = transfer { error.rawValue } else { nil }
}

@Suite(.endsHangs) struct SocketTests {
  @Test(arguments: [true, false]) func pairCarriesBytesBothWaysUntilOneEndCloses(tcp: Bool) throws {
    let (near, far) = try Socket.pair(tcp: tcp, blocking: true)
    defer { far.close() }
    #expect(isCount(near.send([1, 2, 3]), 3))
    #expect(far.receive() == [1, 2, 3])
    #expect(isCount(far.send([4]), 1))
    #expect(near.receive() == [4])
    #expect(isCount(near.send([5]), 1))
    near.close()
    #expect(far.receive() == [5])
    #expect(far.receive() == [])
    #expect(far.receive() == [])
  }

  @Test(arguments: [true, false]) func nonBlockingPairSaysWhenNothingCanBeMoved(tcp: Bool) throws {
    let (near, far) = try Socket.pair(tcp: tcp, blocking: false)
    defer {
      near.close()
      far.close()
    }
    #expect(near.isDry() && far.isDry())
    let block = [UInt8](repeating: 7, count: 1 << 16)
    var sent = 0
    while case .bytes(let count) = near.send(block) { sent += count }
    guard case .wouldBlock = near.send(block) else {
      Issue.record("a full socket takes more")
      return
    }
    var received = 0
    while received < sent {
      far.awaitInput()
      while let bytes = far.receive(upTo: 1 << 16) { received += bytes.count }
    }
    #expect(received == sent && far.isDry())
  }

  @Test func sendAllSendsWhatTheBuffersDoNotHold() throws {
    let (near, far) = try Socket.pair(tcp: true, blocking: true)
    let count = 8 << 20
    let reader = try Thread(name: "reader") {
      var left = count
      while left > 0, let bytes = far.receive(upTo: 1 << 16), !bytes.isEmpty { left -= bytes.count }
      far.close()
    }
    let bytes = [UInt8](repeating: 1, count: count)
    #expect(try bytes.withUnsafeBytes { try near.sendAll($0) } == count)
    reader.join()
    near.close()
  }

  @Test(arguments: [true, false]) func sendFailsWithoutASignalWhereThePeerIsGone(tcp: Bool) throws {
    let (near, far) = try Socket.pair(tcp: tcp, blocking: true)
    far.close()
    // Over TCP the first one finds out.
    _ = near.send([1])
    if tcp { near.awaitInput() }
    let error = failure(near.send([1]))
    #expect(error == EPIPE || error == ECONNRESET)
    near.close()
  }

  @Test(arguments: [true, false]) func shutdownEndsBothDirectionsAndKeepsTheDescriptor(tcp: Bool) throws {
    let (near, far) = try Socket.pair(tcp: tcp, blocking: true)
    near.shutdown()
    #expect(near.receive() == [])
    #expect(far.receive() == [])
    #expect(failure(near.send([1])) == EPIPE)
    #expect(fcntl(near.descriptor, F_GETFD) >= 0)
    near.close()
    far.close()
  }

  @Test func shutdownWakesAThreadThatWaits() throws {
    let (near, far) = try Socket.pair(tcp: true, blocking: true)
    let waiter = try Thread(name: "waiter") { _ = near.receive() }
    _ = poll(nil, 0, 20)
    near.shutdown()
    waiter.join()
    near.close()
    far.close()
  }

  @Test func descriptorsAreClosedOnExec() throws {
    let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
    let (near, far) = try Socket.pair(tcp: true, blocking: false)
    let (left, right) = try Socket.pair(tcp: false, blocking: true)
    for socket in [listener, near, far, left, right] {
      #expect(fcntl(socket.descriptor, F_GETFD) & FD_CLOEXEC != 0)
      socket.close()
    }
  }

  @Test func listenerGivesItsPortAndItsPeers() throws {
    let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
    defer { listener.close() }
    let address = try listener.localAddress()
    #expect(address.port != 0)
    #expect(try listener.accept() == nil)
    let client = try Socket.open(family: AF_INET, blocking: true)
    defer { client.close() }
    guard case .established = try client.connect(to: address) else {
      Issue.record("a blocking connect has to end")
      return
    }
    let accepted = try #require(try listener.accept())
    defer { accepted.0.close() }
    #expect(try accepted.peer.description == client.localAddress().description)
    #expect(accepted.0.isDry())
  }

  @Test func connectionInProgressIsFinishedOrFails() throws {
    let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
    let address = try listener.localAddress()
    let client = try Socket.open(family: AF_INET, blocking: false)
    if case .inProgress(let socket) = try client.connect(to: address) { try socket.awaitConnection(timeout: 10_000) }
    client.close()
    listener.close()
    let late = try Socket.open(family: AF_INET, blocking: false)
    defer { late.close() }
    let error = #expect(throws: Errno.self) {
      if case .inProgress(let socket) = try late.connect(to: address) { try socket.awaitConnection(timeout: 10_000) }
    }
    #expect(error?.symbol == "ECONNREFUSED")
  }

  @Test func listeningFailsWhereTheAddressIsTaken() throws {
    let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
    defer { listener.close() }
    let address = try listener.localAddress()
    let error = #expect(throws: Errno.self) { try Socket.listen(on: address) }
    #expect(error?.symbol == "EADDRINUSE")
  }
}

@Suite(.endsHangs) struct EpollTests {
  private static let interest: Epoll.Readiness = [.readable, .peerFinished, .edgeTriggered]

  @Test func edgeComesOnceForWhatHasArrived() throws {
    let epoll = try Epoll()
    let (near, far) = try Socket.pair(tcp: false, blocking: false)
    defer {
      near.close()
      far.close()
    }
    try epoll.add(near.descriptor, Self.interest, data: 0xFEDC_BA98_7654_3210)
    #expect(epoll.wait(timeout: 0) == 0)
    _ = far.send([1, 2])
    #expect(epoll.wait(timeout: 10_000_000_000) == 1)
    #expect(epoll[0].data == 0xFEDC_BA98_7654_3210)
    #expect(epoll[0].readiness.contains(.readable) && epoll[0].readiness.isDisjoint(with: .ended))
    // Not again, though it is still there; again for more.
    #expect(epoll.wait(timeout: 0) == 0)
    _ = far.send([3])
    #expect(epoll.wait(timeout: 10_000_000_000) == 1)
    #expect(near.receive() == [1, 2, 3])
  }

  @Test func edgeThatCameBeforeIsDeliveredWhereADescriptorIsAddedOrModified() throws {
    let epoll = try Epoll()
    let (near, far) = try Socket.pair(tcp: false, blocking: false)
    defer {
      near.close()
      far.close()
    }
    _ = far.send([1])
    try epoll.add(near.descriptor, Self.interest, data: 1)
    #expect(epoll.wait(timeout: 0) == 1)
    #expect(epoll.wait(timeout: 0) == 0)
    try epoll.modify(near.descriptor, [.readable, .writable, .edgeTriggered], data: 2)
    #expect(epoll.wait(timeout: 0) == 1)
    #expect(epoll[0].data == 2 && epoll[0].readiness.contains(.readable) && epoll[0].readiness.contains(.writable))
  }

  @Test(arguments: [true, false]) func endOfThePeerIsToldAlongWithWhatItSentLast(tcp: Bool) throws {
    let epoll = try Epoll()
    let (near, far) = try Socket.pair(tcp: tcp, blocking: false)
    defer { near.close() }
    try epoll.add(near.descriptor, Self.interest, data: 1)
    _ = far.send([9])
    far.close()
    near.awaitInput()
    var seen: Epoll.Readiness = []
    while seen.isDisjoint(with: .ended), epoll.wait(timeout: 10_000_000_000) > 0 { seen.formUnion(epoll[0].readiness) }
    #expect(seen.contains(.readable) && seen.contains(.peerFinished))
    #expect(near.receive() == [9])
    #expect(near.receive() == [])
  }

  @Test func closedDescriptorIsForgotten() throws {
    let epoll = try Epoll()
    let (near, far) = try Socket.pair(tcp: false, blocking: false)
    defer { far.close() }
    try epoll.add(near.descriptor, Self.interest, data: 1)
    _ = far.send([1])
    near.close()
    #expect(epoll.wait(timeout: 0) == 0)
  }

  @Test(arguments: [Int64(300_000), 5_000_000]) func waitLastsItsTimeAtLeast(nanoseconds: Int64) throws {
    let epoll = try Epoll()
    func elapsed() -> Int64 {
      var before = timespec()
      var after = timespec()
      clock_gettime(CLOCK_MONOTONIC, &before)
      #expect(epoll.wait(timeout: nanoseconds) == 0)
      clock_gettime(CLOCK_MONOTONIC, &after)
      return Int64(after.tv_sec - before.tv_sec) * 1_000_000_000 + Int64(after.tv_nsec - before.tv_nsec)
    }
    // A signal, such as that of a child which has ended, ends a wait early.
    #expect((0..<5).contains { _ in elapsed() >= nanoseconds })
  }

  @Test func wakeUpIsAnEventForEverySignal() throws {
    let epoll = try Epoll()
    let wakeUp = try WakeUp()
    try epoll.add(wakeUp.descriptor, [.readable, .edgeTriggered], data: 5)
    #expect(epoll.wait(timeout: 0) == 0)
    for _ in 0..<2 {
      wakeUp.signal()
      #expect(epoll.wait(timeout: 10_000_000_000) == 1)
      #expect(epoll[0].data == 5)
    }
  }

  @Test func addingFailsWhereTheDescriptorCannotBeWatched() throws {
    let epoll = try Epoll()
    let file = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    let error = #expect(throws: Errno.self) { try epoll.add(file, .readable, data: 0) }
    #expect(error?.symbol == "EPERM")
  }
}
