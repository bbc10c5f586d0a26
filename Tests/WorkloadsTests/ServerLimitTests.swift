import Measurement
import Plan
import Testing

@testable import Workloads

/// What a server does for clients that ask for too much, go too early, or send without end.
@Suite struct ServerLimitTests {
  private nonisolated(unsafe) static let limits = RequestLimits(delay: .milliseconds(10), size: ByteCount(1000))
    .shared()
  private static let greeting = HTTPServerTests.greeting

  private func served(_ text: String, ends: Bool = false, hangsUp: Bool = false) -> Served {
    serve(httpServer(limits: Self.limits), [bytes(text)], ends: ends, hangsUp: hangsUp)
  }

  @Test(arguments: [
    "/?delay=10001us", "/?delay=3600s&size=1", "/?size=1001", "/?size=4294967297", "/?delay=1x&size=1001",
  ])
  func requestBeyondALimitIsRefusedAndTheConnectionClosed(target: String) {
    let isRead = !target.contains("1x")
    let served = served(httpRequest(target) + (isRead ? httpRequest() : ""), ends: true)
    #expect(served.text == httpReply("400 Bad Request", length: 0, fields: isRead ? "\r\nConnection: close" : ""))
    #expect(served.sleeps.isEmpty && served.isFinished)
    #expect(served.refused == (isRead ? 1 : 0) && served.failed == 0)
  }

  @Test func requestAtTheLimitsIsAnswered() {
    let served = served(httpRequest("/?delay=10ms&size=1000&op=1") + httpRequest())
    #expect(served.text.hasPrefix("HTTP/1.1 200 OK\r\n") && served.text.hasSuffix(Self.greeting))
    #expect(served.sleeps == [.milliseconds(10)] && !served.isFinished && served.refused == 0)
  }

  @Test func contentBeyondTheLimitIsRefused() {
    for fields in ["Content-Length: 1001\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n3e9\r\n"] {
      let head = "POST / HTTP/1.1\r\nHost: a\r\n" + fields
      let served = served(head + String(repeating: "x", count: 1001), ends: true)
      #expect(served.text == httpReply("413 Content Too Large", length: 0, fields: "\r\nConnection: close"))
      #expect(served.isFinished && served.refused == 1 && served.failed == 0)
    }
  }

  @Test func clientThatHangsUpBeforeItsDelayedReplyGetsNone() {
    for text in [
      httpRequest("/?delay=5ms"), httpRequest() + httpRequest("/?delay=5ms", fields: "Connection: close\r\n"),
    ] {
      let served = served(text, hangsUp: true)
      #expect(served.isFinished && served.failed == 1 && served.sleeps == [.milliseconds(5)])
      #expect(served.text == (served.done == 1 ? Self.greeting : ""))
    }
  }

  @Test func replyThatDripsIsOverWhenTheClientHangsUp() {
    let served = served(httpRequest("/?fault=drip&size=100"), hangsUp: true)
    #expect(served.sends.count == 1 && served.isFinished && served.failed == 1)
  }

  @Test(arguments: [(1001, 0), (16, 10_001), (16, 3_600_000_000)])
  func messageBeyondALimitIsRefused(size: Int, microseconds: Int) {
    var header = [UInt8](repeating: 0, count: EchoMessage.headerSize)
    header.withUnsafeMutableBytes {
      $0.storeBytes(of: UInt64(size) | UInt64(microseconds) << 32, toByteOffset: 8, as: UInt64.self)
    }
    let served = serve(EchoServer(limits: Self.limits), [header])
    #expect(served.bytes.isEmpty && served.isFinished && served.refused == 1 && served.failed == 0)
    #expect(serve(EchoServer(), [header], hangsUp: true).refused == 0)
  }

  /// What comes at once is at most what a mode receives at once.
  @Test(arguments: [(50, 0), (2000, 1)]) func longPipelineGivesWayToOthers(count: Int, least: Int) {
    let served = served(String(repeating: httpRequest(), count: count))
    #expect(served.text == String(repeating: Self.greeting, count: count))
    #expect(served.yields >= least && (least > 0 || served.yields == 0))
    #expect(served.done == UInt64(count))
  }

  @Test func clientThatSendsWithoutAPauseGetsSoManyRepliesInATurn() {
    let turn = HTTPServer.longestTurn
    let pipeline = served(String(repeating: httpRequest(), count: 10 * turn))
    #expect(pipeline.sends.allSatisfy { $0.count == turn * Self.greeting.utf8.count } && pipeline.yields == 10)
    let few = bytes(String(repeating: httpRequest(), count: turn / 2))
    #expect(serve(httpServer(), [[UInt8]](repeating: few, count: 20)).yields == 10)
    #expect(serve(httpServer(), [[UInt8]](repeating: bytes(httpRequest()), count: 10 * turn)).yields == 0)
  }

  @Test func largeUploadGivesWayToOthersAfterEachPiece() {
    let head = bytes(httpRequest(method: "POST", fields: "Content-Length: 200000\r\n"))
    let pieces = [head, [UInt8](repeating: 1, count: 65_536), [UInt8](repeating: 1, count: 134_464)]
    let served = serve(httpServer(), pieces)
    #expect(served.text == Self.greeting && served.yields == 1)
  }
}
