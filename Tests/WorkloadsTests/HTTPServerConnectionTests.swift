import Testing

@testable import Workloads

/// What a server waits for, how long it keeps a connection, and how it gives it up.
@Suite struct HTTPServerConnectionTests {
  private static let post = httpRequest(method: "POST", fields: "Content-Length: 4\r\n")
  private static let expecting = httpRequest(method: "POST", fields: "Content-Length: 4\r\nExpect: 100-continue\r\n")
  private static let closing = httpRequest(fields: "Connection: close\r\n")

  // MARK: 100 Continue

  @Test func clientThatExpectsItIsToldToContinueBeforeItsBodyIsRead() {
    #expect(
      needs(of: Self.expecting, "body", httpRequest())
        == ["receive head", "send 100", "receive body", "send 200", "receive request", "send 200", "receive request"])
    let served = serve(httpServer(), [bytes(Self.expecting), bytes("body"), bytes(httpRequest())])
    #expect(served.sends.first == bytes("HTTP/1.1 100 Continue\r\n\r\n") && served.done == 2)
  }

  @Test func continuationKeepsItsPlaceAmongTheReplies() {
    #expect(
      needs(of: httpRequest() + httpRequest() + Self.expecting, "body" + httpRequest() + Self.expecting)
        == ["receive head", "send 200 200 100", "receive body", "send 200 200 100", "receive body"])
    #expect(
      needs(of: httpRequest("/?delay=1us") + Self.expecting + "body" + httpRequest())
        == ["receive head", "sleep 1000", "send 200", "receive request", "send 100 200 200", "receive request"])
  }

  @Test(arguments: [
    "POST / HTTP/1.0\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 200-ok\r\n\r\n",
  ]) func otherExpectationsAndThoseOfHTTP10AreIgnored(head: String) {
    #expect(needs(of: head, "body").prefix(3) == ["receive head", "receive body", "send 200"])
  }

  @Test func continuationIsNotSentWhereThereIsNoContent() {
    #expect(
      needs(of: httpRequest(fields: "Expect: 100-continue\r\n")) == ["receive head", "send 200", "receive request"])
  }

  @Test func aFinalStatusComesInsteadOfAContinuation() {
    let large = httpRequest(method: "POST", fields: "Expect: 100-continue\r\nContent-Length: 9999999999\r\n")
    #expect(needs(of: large, then: .ends) == ["receive head", "send 413", "finishSending", "receive end", "done"])
  }

  // MARK: Ending

  @Test func connectionIsClosedAtOnceWhereNothingFollows() {
    #expect(needs(of: Self.closing) == ["receive head", "send 200", "done"])
    #expect(needs(of: "GET / HTTP/1.0\r\n\r\n") == ["receive head", "send 200", "done"])
  }

  @Test(arguments: [closing + "more", closing + httpRequest(), "nonsense\r\n\r\n", "nonsense\r\nmore"])
  func serverDropsWhatFollowsUntilTheClientEnds(text: String) {
    let status = text.hasPrefix("GET") ? "200" : "400"
    let ended = ["receive head", "send \(status)", "finishSending", "receive end", "receive end", "done"]
    #expect(needs(of: text, httpRequest(), then: .ends) == ended)
    #expect(needs(of: text, httpRequest(), then: .expires) == ended)
  }

  @Test func serverWaitsForTheEndHoweverTheBadRequestIsCut() {
    let stream = bytes("GET / HTTP/1.1\r\nHost : a\r\n\r\n")
    for offset in 0...stream.count {
      let needs = needs(of: stream.split(at: offset), then: .ends).filter { $0 != "receive head" }
      #expect(Set(needs) == ["send 400", "finishSending", "receive end", "done"], "\(offset)")
    }
  }

  @Test func serverDropsSoMuchAndNoMore() {
    let piece = String(repeating: "x", count: 64 << 10)
    let start = ["receive head", "send 400", "finishSending"]
    #expect(needs(of: "x\r\n", piece, piece, piece, piece) == start + Array(repeating: "receive end", count: 5))
    #expect(
      needs(of: "x\r\n", piece, piece, piece, piece, "x") == start + Array(repeating: "receive end", count: 5) + [
        "done"
      ])
  }

  // MARK: Waiting

  @Test func serverSaysWhatItWaitsForAtEveryByte() {
    let text = httpRequest() + Self.post + "body" + httpRequest()
    let pieces = bytes(text).inPieces(of: 1)
    let first = httpRequest().utf8.count
    let second = first + Self.post.utf8.count
    let waits = needs(of: pieces).filter { $0.hasPrefix("receive") }
    #expect(waits.count == pieces.count + 1)
    for (taken, wait) in waits.enumerated() {
      let expected =
        switch taken {
        case first, second + 4, pieces.count: "receive request"
        case second..<(second + 4): "receive body"
        default: "receive head"
        }
      #expect(wait == expected, "\(taken)")
    }
  }

  @Test func chunksAreABodyUntilTheLastLine() {
    let head = httpRequest(method: "POST", fields: "Transfer-Encoding: chunked\r\n")
    let needs = needs(of: [bytes(head)] + bytes("3\r\nabc\r\n0\r\nA: b\r\n\r\n").inPieces(of: 1))
    #expect(Set(needs.dropFirst().dropLast(2)) == ["receive body"])
    #expect(needs.suffix(2) == ["send 200", "receive request"])
  }

  @Test func emptyLinesBeforeARequestAreNoPartOfIt() {
    #expect(needs(of: "\r\n", httpRequest(), "\r\n").suffix(2) == ["receive request", "receive request"])
  }

  // MARK: Expiry

  @Test func requestThatWasBegunIsAnsweredBy408() {
    let stream = bytes(httpRequest() + Self.post + "body")
    let first = httpRequest().utf8.count
    for length in 0...stream.count {
      let needs = needs(of: [Array(stream.prefix(length))], then: .expires)
      let isIdle = length == 0 || length == first || length == stream.count
      #expect(needs.last == "done" && needs.contains("send 408") == !isIdle, "\(length)")
      #expect(!needs.contains("finishSending"))
    }
  }

  @Test func expiredConnectionIsToldSo() {
    var server = httpServer()
    guard case .receive = server.begin(0) else { return }
    withPassingBytes(bytes("GET")) { bytes in
      var rest = bytes
      _ = server.received(&rest)
    }
    guard case .send(let reply) = server.expired() else {
      Issue.record("nothing is sent")
      return
    }
    #expect(
      String(decoding: reply, as: UTF8.self)
        == httpReply("408 Request Timeout", length: 0, fields: "\r\nConnection: close"))
  }

  @Test func idleConnectionIsClosedWithoutAWord() {
    #expect(needs(of: [], then: .expires) == ["receive head", "done"])
    #expect(needs(of: httpRequest(), then: .expires) == ["receive head", "send 200", "receive request", "done"])
  }

  // MARK: Memory

  /// A block of malloc(3) has a header of 8 bytes, and a size that is a multiple of 16.
  @Test func idleConnectionIsSmall() {
    var server = httpServer()
    let greeting = (Int(server.replies.greetingCount) + 8 + 15) / 16 * 16
    #expect(MemoryLayout<HTTPServer>.stride + greeting <= 300)
    _ = server.begin(0)
    for piece in [httpRequest() + httpRequest(), "GE", "T / HTTP/1.1\r\nHo", "st: a\r\n\r\n", Self.post + "body"] {
      withPassingBytes(bytes(piece)) { bytes in
        var rest = bytes
        guard case .send(let reply) = server.received(&rest) else {
          #expect(server.reader.scanner.capacity > 0 && server.replies.capacity == 0)
          return
        }
        #expect(Int(server.replies.capacity) >= (reply.count > server.replies.greetingCount ? reply.count : 0))
        _ = server.sent()
        #expect(server.reader.scanner.capacity == 0 && server.replies.capacity == 0)
      }
    }
  }
}
