import Glibc
import TestSupport
import Testing

@testable import SystemCalls

@Suite(.serialized, .endsHangs, .enabled(if: Uring.unavailability == nil)) struct UringTests {
  /// Two connected sockets, closed at the end.
  private func withPair(_ body: (Socket, Socket) throws -> Void) throws {
    let (near, far) = try Socket.pair(tcp: false, blocking: false)
    defer {
      near.close()
      far.close()
    }
    try body(near, far)
  }

  private func awaitCompletion(_ ring: inout Uring) throws -> Uring.Completion {
    var completion = ring.nextCompletion()
    if completion == nil {
      ring.submitAndWait(least: 1, timeout: 5_000_000_000)
      completion = ring.nextCompletion()
    }
    return try #require(completion)
  }

  @Test func sendAtOnceIsSilentUnlessNotAllBytesWent() throws {
    try withPair { near, far in
      var ring = try Uring(entries: 8)
      let bytes = [UInt8](repeating: 7, count: 1 << 20)
      bytes.withUnsafeBytes { bytes in
        let few = UnsafeRawBufferPointer(rebasing: bytes[..<100])
        let asked = ring.sendAtOnce(few, on: near, data: 1)
        ring.submit()
        let (isAllSubmitted, silence) = (ring.isAllSubmitted, ring.nextCompletion())
        #expect(asked == 100 && isAllSubmitted && silence == nil)
        _ = ring.sendAtOnce(bytes, on: near, data: 2)
        _ = ring.sendAtOnce(few, on: near, data: 3)
        ring.submit()
      }
      let (short, none, silence) = (ring.nextCompletion(), ring.nextCompletion(), ring.nextCompletion())
      #expect(short?.data == 2)
      #expect(short.map { $0.result > 0 && $0.result < bytes.count } == true)
      #expect(none?.data == 3 && none?.result == -EAGAIN)
      #expect(silence == nil)
    }
  }

  @Test func sendThatWaitsIsAnsweredWhenAllBytesWent() throws {
    try withPair { near, far in
      var ring = try Uring(entries: 8)
      let bytes = [UInt8](repeating: 7, count: 1 << 20)
      let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 8)
      defer { room.deallocate() }
      try bytes.withUnsafeBytes { bytes in
        ring.send(bytes, on: near, data: 5)
        ring.submit()
        let early = ring.nextCompletion()
        #expect(early == nil)
        var received = 0
        while received < bytes.count {
          if case .bytes(let count) = far.receive(into: room) { received += count }
          ring.submitAndWait(least: 0, timeout: -1)
        }
        let completion = try awaitCompletion(&ring)
        #expect(completion.data == 5 && completion.result == Int32(bytes.count))
      }
    }
  }

  @Test func receivingGoesOnUntilBuffersRunOutAndThenUntilThePeerHasFinished() throws {
    try withPair { near, far in
      var ring = try Uring(entries: 8)
      var buffers = try BufferRing(ring, size: 10, count: 2)
      ring.receiveRepeatedly(on: near, data: 9)
      ring.submit()
      _ = Array(0..<UInt8(25)).withUnsafeBytes { far.send($0) }
      var received: [UInt8] = []
      for _ in 0..<2 {
        let completion = try awaitCompletion(&ring)
        let buffer = try #require(completion.buffer)
        #expect(completion.data == 9 && completion.result == 10)
        buffers.take()
        received += UnsafeRawBufferPointer(start: buffers[buffer], count: 10)
      }
      let out = try awaitCompletion(&ring)
      #expect(out.result == -ENOBUFS && !out.hasMore && out.buffer == nil)
      let (isReplenished, count) = (buffers.replenish(), buffers.count)
      #expect(isReplenished && count == 4)
      far.shutdown()
      ring.receiveRepeatedly(on: near, data: 10)
      let last = try awaitCompletion(&ring)
      let rest = try #require(last.buffer)
      #expect(last.result == 5)
      received += UnsafeRawBufferPointer(start: buffers[rest], count: 5)
      #expect(received == Array(0..<25))
      let end = try awaitCompletion(&ring)
      #expect(end.data == 10 && end.result == 0 && !end.hasMore)
    }
  }

  @Test func cancelledRequestEndsAsSuch() throws {
    try withPair { near, _ in
      var ring = try Uring(entries: 8)
      let buffers = try BufferRing(ring, size: 10, count: 2)
      let count = buffers.count
      ring.receiveRepeatedly(on: near, data: 9)
      ring.submit()
      ring.cancel(9, data: 11)
      var results: [UInt64: Int32] = [:]
      for _ in 0..<2 {
        let completion = try awaitCompletion(&ring)
        results[completion.data] = completion.result
      }
      #expect(results == [9: -ECANCELED, 11: 0])
      #expect(count == 2)
    }
  }

  @Test func noCompletionIsLostWhenThereAreMoreThanFindRoom() throws {
    var ring = try Uring(entries: 2)
    for data in 0..<UInt64(100) { ring.cancel(1 << 40, data: data) }
    ring.submit()
    var seen: Set<UInt64> = []
    while let completion = ring.nextCompletion() { seen.insert(completion.data) }
    #expect(seen == Set(0..<100))
  }

  @Test func waitEndsWithItsTime() throws {
    var ring = try Uring(entries: 2)
    var before = timespec()
    clock_gettime(CLOCK_MONOTONIC, &before)
    ring.submitAndWait(least: 1, timeout: 20_000_000)
    var after = timespec()
    clock_gettime(CLOCK_MONOTONIC, &after)
    let elapsed = (after.tv_sec - before.tv_sec) * 1_000_000_000 + after.tv_nsec - before.tv_nsec
    #expect(elapsed >= 20_000_000)
    let nothing = ring.nextCompletion()
    #expect(nothing == nil)
  }

  @Test(arguments: [(EPERM, "io_uring_disabled"), (ENOSYS, "Linux 6.0"), (EINVAL, "Linux 6.0"), (ENOMEM, "ulimit -l")])
  func explanationNamesTheRemedy(_ number: Int32, _ remedy: String) {
    #expect(Uring.explanation(of: Errno(number)).contains(remedy))
  }
}
