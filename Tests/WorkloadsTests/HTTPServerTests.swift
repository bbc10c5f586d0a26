import Measurement
import Testing

@testable import Workloads

@Suite struct HTTPServerTests {
  static let greeting = httpReply("200 OK", length: 17) + "Hello, 127.0.0.1!"

  private func served(_ text: String, ends: Bool = false) -> Served {
    serve(httpServer(), [bytes(text)], ends: ends)
  }

  private func content(_ operation: UInt64, _ count: Int) -> [UInt8] {
    var content: [UInt8] = []
    while content.count < count {
      content += Pattern.content(of: operation, from: content.count, count: count - content.count)
    }
    return content
  }

  @Test func greetingNamesThePeer() {
    #expect(served(httpRequest()).text == Self.greeting)
    #expect(
      serve(httpServer(peer: "::1"), [bytes(httpRequest())]).text.hasSuffix("Content-Length: 11\r\n\r\nHello, ::1!"))
  }

  @Test func repliesAreTheSameWhereverTheRequestIsCut() {
    let post = httpRequest("/?size=5&op=3", method: "POST", fields: "Content-Length: 4\r\n") + "body"
    let text = httpRequest() + post + httpRequest()
    let whole = served(text)
    #expect(whole.done == 3)
    let stream = bytes(text)
    for offset in 0...stream.count {
      let cut = serve(httpServer(), stream.split(at: offset))
      #expect(cut.bytes == whole.bytes && cut.done == 3 && !cut.isFinished)
    }
    for size in 1...8 {
      #expect(serve(httpServer(), stream.inPieces(of: size)).bytes == whole.bytes)
    }
  }

  @Test(arguments: UInt64(1)...20) func repliesAreTheSameWhereverAMixedStreamIsCut(seed: UInt64) {
    let text =
      httpRequest() + httpRequest("/?delay=2ms&op=1") + httpRequest(method: "HEAD") + httpRequest("/?size=20000&op=2")
      + httpRequest()
      + httpRequest("/?size=x") + httpRequest("/", method: "POST", fields: "Transfer-Encoding: chunked\r\n")
      + "3\r\nabc\r\n0\r\n\r\n" + httpRequest("/?delay=1us&size=0") + httpRequest(fields: "Connection: close\r\n")
    let whole = served(text)
    #expect(whole.done == 9 && whole.isFinished && whole.failed == 0)
    #expect(whole.sleeps == [.milliseconds(2), .microseconds(1)])
    let cut = serve(httpServer(), bytes(text).inRandomPieces(seed: seed))
    #expect(cut.bytes == whole.bytes && cut.done == whole.done && cut.isFinished && cut.sleeps == whole.sleeps)
  }

  @Test(arguments: [2, 3, 50]) func repliesGoOutTogetherInOrderWhenRequestsComeTogether(count: Int) {
    let text = (0..<count).map { httpRequest("/?size=8&op=\($0)") }.joined()
    let served = served(text)
    #expect(served.sends.count == 1)
    #expect(served.bytes == (0..<UInt64(count)).flatMap { bytes(httpReply("200 OK", length: 8)) + content($0, 8) })
    #expect(served.done == UInt64(count))
  }

  @Test func repliesAreSentInPiecesOfBoundedSizeWhenThereAreMany() {
    let served = served(String(repeating: httpRequest(), count: 1000))
    #expect(served.text == String(repeating: Self.greeting, count: 1000))
    #expect(served.sends.allSatisfy { $0.count <= 16 << 10 })
    #expect(served.sends.count < 20)
    #expect(served.done == 1000)
  }

  @Test func replyThatIsReadyGoesOutBeforeTheServerWaitsForTheNext() {
    let served = served(httpRequest() + httpRequest("/?delay=3ms") + httpRequest())
    #expect(served.sends.first == bytes(Self.greeting))
    #expect(served.sleeps == [.milliseconds(3)])
    #expect(served.text == String(repeating: Self.greeting, count: 3))
  }

  @Test func replyToHEADHasTheHeadAlone() {
    #expect(served(httpRequest(method: "HEAD")).text == httpReply("200 OK", length: 17))
    #expect(served(httpRequest("/?size=99999", method: "HEAD")).text == httpReply("200 OK", length: 99_999))
  }

  @Test func connectionOfHTTP10IsClosedUnlessItIsToBeKept() {
    let closed = served("GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n")
    #expect(closed.text == httpReply("200 OK", length: 17, fields: "\r\nConnection: close") + "Hello, 127.0.0.1!")
    #expect(closed.hasFinishedSending && closed.failed == 0 && closed.done == 1)
    let kept = served("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(kept.text == httpReply("200 OK", length: 17, fields: "\r\nConnection: keep-alive") + "Hello, 127.0.0.1!")
    #expect(!kept.isFinished)
  }

  @Test func connectionIsClosedAfterTheReplyWhenTheClientAsksForIt() {
    for (rest, lingers) in [("", false), (httpRequest(), true)] {
      let served = served(httpRequest(fields: "Connection: close\r\n") + rest, ends: lingers)
      #expect(served.text == httpReply("200 OK", length: 17, fields: "\r\nConnection: close") + "Hello, 127.0.0.1!")
      #expect(served.isFinished && served.hasFinishedSending == lingers && served.done == 1 && served.failed == 0)
    }
  }

  @Test(arguments: [
    ("Content-Length: 5\r\n", "hello"), ("Content-Length: 0\r\n", ""), ("", ""),
    ("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n10;x=y\r\n0123456789abcdef\r\n0\r\nTrailer: 1\r\n\r\n"),
    ("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
  ]) func bodyOfARequestIsReadAndDropped(fields: String, body: String) {
    let served = served(httpRequest(method: "POST", fields: fields) + body + httpRequest())
    #expect(served.text == Self.greeting + Self.greeting)
    #expect(served.done == 2)
  }

  @Test(arguments: [
    "GET / HTTP/1.1\r\n\r\n", "GET /\r\n\r\n", "\u{16}\u{3}\u{1}\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST / HTTP/1.0\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", "GET index HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET * HTTP/1.1\r\nHost: a\r\n\r\n", "GET :// HTTP/1.1\r\nHost: a\r\n\r\n",
    "OPTIONS ** HTTP/1.1\r\nHost: a\r\n\r\n",
  ]) func badRequestIsAnsweredBy400AndTheConnectionClosed(_ text: String) {
    expectRefusal(text, "400 Bad Request")
  }

  /// An answer to the request before it, the refusal, an end of sending, and nothing more.
  private func expectRefusal(_ text: String, _ status: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let stream = bytes(httpRequest() + text + httpRequest())
    let reply = Self.greeting + httpReply(status, length: 0, fields: "\r\nConnection: close")
    for pieces in [[stream], stream.inPieces(of: 7), stream.split(at: httpRequest().utf8.count + text.utf8.count)] {
      let served = serve(httpServer(), pieces, ends: true)
      #expect(served.text == reply, sourceLocation: sourceLocation)
      #expect(served.hasFinishedSending && served.isFinished && served.done == 2, sourceLocation: sourceLocation)
    }
  }

  @Test func headThatIsTooLargeIsAnsweredBy414Or431() {
    expectRefusal(httpRequest("/" + String(repeating: "x", count: 9000)), "414 URI Too Long")
    expectRefusal(
      httpRequest(fields: (0..<200).map { "X-\($0): y\r\n" }.joined()), "431 Request Header Fields Too Large")
    expectRefusal(
      httpRequest(fields: "X: " + String(repeating: "y", count: 9000) + "\r\n"), "431 Request Header Fields Too Large")
    let trailers = (0..<200).map { "X-\($0): y\r\n" }.joined()
    expectRefusal(
      httpRequest(method: "POST", fields: "Transfer-Encoding: chunked\r\n") + "0\r\n\(trailers)\r\n",
      "431 Request Header Fields Too Large")
    expectRefusal(
      httpRequest(method: "POST", fields: "Transfer-Encoding: chunked\r\n") + String(repeating: "0", count: 300),
      "400 Bad Request")
  }

  @Test(arguments: [
    ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505 HTTP Version Not Supported"),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 HTTP Version Not Supported"),
    ("GET / HTTP/0.9\r\n\r\n", "505 HTTP Version Not Supported"),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501 Not Implemented"),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: foo,Chunked\r\n\r\n", "501 Not Implemented"),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", "501 Not Implemented"),
    ("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "501 Not Implemented"),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741825\r\n\r\n", "413 Content Too Large"),
    (
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1073741825\r\n\r\n",
      "413 Content Too Large"
    ),
  ]) func requestThatIsNotServedIsRefused(text: String, status: String) {
    expectRefusal(text, status)
  }

  @Test func chunksBeyondTheLimitAreRefused() {
    var server = httpServer()
    let head = bytes(httpRequest(method: "POST", fields: "Transfer-Encoding: chunked\r\n") + "7fffffff\r\n")
    let piece = [UInt8](repeating: 0, count: 1 << 20)
    var needs = [withPassingBytes(head) { step(&server, $0) }]
    piece.withUnsafeBytes { piece in
      for _ in 0..<1025 { needs.append(step(&server, piece)) }
    }
    #expect(needs.dropLast().allSatisfy { $0 == "receive body" })
    #expect(needs.last == "send 413")
  }

  private func step(_ server: inout HTTPServer, _ bytes: UnsafeRawBufferPointer) -> String {
    var rest = bytes
    return text(server.received(&rest), server.waiting)
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", "FROB"])
  func otherMethodsAreAnsweredAsGETIs(method: String) {
    #expect(served(httpRequest(method: method)).text == Self.greeting)
  }

  @Test func methodsWithAMeaningOfTheirOwnAreAnsweredByIt() {
    #expect(served(httpRequest("*", method: "OPTIONS")).text == httpReply("200 OK", length: 0))
    let trace = served(httpRequest(method: "TRACE") + httpRequest())
    #expect(trace.text == httpReply("501 Not Implemented", length: 0) + Self.greeting)
    #expect(!trace.isFinished && trace.done == 2)
  }

  @Test func targetInAbsoluteFormIsRead() {
    let served = served(httpRequest("http://a:80/?size=3&op=9") + httpRequest("HTTPS+x://a"))
    #expect(served.bytes == bytes(httpReply("200 OK", length: 3)) + content(9, 3) + bytes(Self.greeting))
  }

  @Test(arguments: [0, 1, 17, 4096, 16_000, 16_384, 65_536, 200_000])
  func bodyIsThePatternOfTheOperationWhenASizeIsAskedFor(size: Int) {
    let served = served(httpRequest("/?size=\(size)&op=17") + httpRequest())
    #expect(
      served.bytes == bytes(httpReply("200 OK", length: size)) + content(17, size) + bytes(Self.greeting), "\(size)")
    #expect(served.done == 2)
  }

  @Test(arguments: [
    ("/?delay=2ms", Nanoseconds.milliseconds(2)), ("/?delay=1.5s&op=1", .milliseconds(1500)), ("/?delay=0us", nil),
    ("/?delay=7us&size=3", .microseconds(7)), ("/?op=1&delay=20us", .microseconds(20)),
    ("/?delay=100min", .seconds(3600)), ("/any/path?x=1&delay=1ms&&y", .milliseconds(1)), ("/?", nil), ("/?op=3", nil),
  ]) func serverWaitsAsLongAsTheQueryAsks(target: String, delay: Nanoseconds?) {
    let served = served(httpRequest(target))
    #expect(served.sleeps == (delay.map { [$0] } ?? []))
    #expect(served.text.hasPrefix("HTTP/1.1 200 OK\r\n") && served.done == 1)
  }

  @Test(arguments: [
    "/?delay=2", "/?delay=", "/?delay=x", "/?delay=-1ms", "/?size=", "/?size=-1", "/?size=1KiB",
    "/?op=", "/?op=-1", "/?op=0x1", "/?op=99999999999999999999", "/?size=10&op=x", "/?delay=1ms&size=x",
    "/?delay=18446744073709551615us",
  ]) func badQueryIsAnsweredBy400AndTheConnectionKept(target: String) {
    let served = served(httpRequest(target) + httpRequest())
    #expect(served.text == httpReply("400 Bad Request", length: 0) + Self.greeting)
    #expect(served.sleeps.isEmpty && !served.isFinished && served.done == 2)
  }

  @Test func serverCountsAFailureWhenTheClientLeavesWithinARequest() {
    let stream = bytes(httpRequest(method: "POST", fields: "Content-Length: 4\r\n") + "body")
    for length in 0...stream.count {
      let served = serve(httpServer(), [Array(stream.prefix(length))], ends: true)
      #expect(served.isFinished)
      #expect(served.failed == (length == 0 || length == stream.count ? 0 : 1), "\(length)")
    }
  }
}
