import Measurement
import Testing

@testable import Workloads

@Suite struct HTTPServerTests {
  static let greeting = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\nHello, 127.0.0.1!"

  private func served(_ text: String, ends: Bool = false) -> Served {
    serve(HTTPServer(peer: "127.0.0.1"), [bytes(text)], ends: ends)
  }

  private func request(_ target: String = "/", method: String = "GET", fields: String = "") -> String {
    "\(method) \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
  }

  private func reply(_ status: String, length: Int, fields: String = "") -> String {
    "HTTP/1.1 \(status)\r\nContent-Type: text/plain\r\nContent-Length: \(length)\(fields)\r\n\r\n"
  }

  private func content(_ operation: UInt64, _ count: Int) -> [UInt8] {
    var content: [UInt8] = []
    while content.count < count {
      content += Pattern.content(of: operation, from: content.count, count: count - content.count)
    }
    return content
  }

  @Test func greetingNamesThePeer() {
    #expect(served(request()).text == Self.greeting)
    #expect(serve(HTTPServer(peer: "::1"), [bytes(request())]).text.hasSuffix("Content-Length: 11\r\n\r\nHello, ::1!"))
  }

  @Test func repliesAreTheSameWhereverTheRequestIsCut() {
    let post = request("/?size=5&op=3", method: "POST", fields: "Content-Length: 4\r\n") + "body"
    let text = request() + post + request()
    let whole = served(text)
    #expect(whole.done == 3)
    let stream = bytes(text)
    for offset in 0...stream.count {
      let cut = serve(HTTPServer(peer: "127.0.0.1"), stream.split(at: offset))
      #expect(cut.bytes == whole.bytes && cut.done == 3 && !cut.isFinished)
    }
    for size in 1...8 {
      #expect(serve(HTTPServer(peer: "127.0.0.1"), stream.inPieces(of: size)).bytes == whole.bytes)
    }
  }

  @Test(arguments: UInt64(1)...20) func repliesAreTheSameWhereverAMixedStreamIsCut(seed: UInt64) {
    let text =
      request() + request("/?delay=2ms&op=1") + request(method: "HEAD") + request("/?size=20000&op=2") + request()
      + request("/?size=x") + request("/", method: "POST", fields: "Transfer-Encoding: chunked\r\n")
      + "3\r\nabc\r\n0\r\n\r\n" + request("/?delay=1us&size=0") + request(fields: "Connection: close\r\n")
    let whole = served(text)
    #expect(whole.done == 9 && whole.isFinished && whole.failed == 0)
    #expect(whole.sleeps == [.milliseconds(2), .microseconds(1)])
    let cut = serve(HTTPServer(peer: "127.0.0.1"), bytes(text).inRandomPieces(seed: seed))
    #expect(cut.bytes == whole.bytes && cut.done == whole.done && cut.isFinished && cut.sleeps == whole.sleeps)
  }

  @Test(arguments: [2, 3, 50]) func repliesGoOutTogetherInOrderWhenRequestsComeTogether(count: Int) {
    let text = (0..<count).map { request("/?size=8&op=\($0)") }.joined()
    let served = served(text)
    #expect(served.sends.count == 1)
    #expect(served.bytes == (0..<UInt64(count)).flatMap { bytes(reply("200 OK", length: 8)) + content($0, 8) })
    #expect(served.done == UInt64(count))
  }

  @Test func repliesAreSentInPiecesOfBoundedSizeWhenThereAreMany() {
    let served = served(String(repeating: request(), count: 1000))
    #expect(served.text == String(repeating: Self.greeting, count: 1000))
    #expect(served.sends.allSatisfy { $0.count <= 16 << 10 })
    #expect(served.sends.count < 20)
    #expect(served.done == 1000)
  }

  @Test func replyThatIsReadyGoesOutBeforeTheServerWaitsForTheNext() {
    let served = served(request() + request("/?delay=3ms") + request())
    #expect(served.sends.first == bytes(Self.greeting))
    #expect(served.sleeps == [.milliseconds(3)])
    #expect(served.text == String(repeating: Self.greeting, count: 3))
  }

  @Test func replyToHEADHasTheHeadAlone() {
    #expect(served(request(method: "HEAD")).text == reply("200 OK", length: 17))
    #expect(served(request("/?size=99999", method: "HEAD")).text == reply("200 OK", length: 99_999))
  }

  @Test func connectionOfHTTP10IsClosedUnlessItIsToBeKept() {
    let closed = served("GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n")
    #expect(closed.text == reply("200 OK", length: 17, fields: "\r\nConnection: close") + "Hello, 127.0.0.1!")
    #expect(closed.isFinished && closed.failed == 0 && closed.done == 1)
    let kept = served("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(kept.text == reply("200 OK", length: 17, fields: "\r\nConnection: keep-alive") + "Hello, 127.0.0.1!")
    #expect(!kept.isFinished)
  }

  @Test func connectionIsClosedAfterTheReplyWhenTheClientAsksForIt() {
    let served = served(request(fields: "Connection: close\r\n") + request())
    #expect(served.text == reply("200 OK", length: 17, fields: "\r\nConnection: close") + "Hello, 127.0.0.1!")
    #expect(served.isFinished && served.done == 1 && served.failed == 0)
  }

  @Test(arguments: [
    ("Content-Length: 5\r\n", "hello"), ("Content-Length: 0\r\n", ""), ("", ""),
    ("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n10;x=y\r\n0123456789abcdef\r\n0\r\nTrailer: 1\r\n\r\n"),
    ("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
  ]) func bodyOfARequestIsReadAndDropped(fields: String, body: String) {
    let served = served(request(method: "POST", fields: fields) + body + request())
    #expect(served.text == Self.greeting + Self.greeting)
    #expect(served.done == 2)
  }

  @Test(arguments: [
    "GET / HTTP/1.1\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "\u{16}\u{3}\u{1}\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
  ]) func badRequestIsAnsweredBy400AndTheConnectionClosed(_ text: String) {
    let served = served(request() + text + request())
    #expect(served.text == Self.greeting + reply("400 Bad Request", length: 0, fields: "\r\nConnection: close"))
    #expect(served.isFinished)
  }

  @Test func headThatIsTooLargeIsAnsweredBy431AndTheConnectionClosed() {
    let long = served(request("/" + String(repeating: "x", count: 9000)))
    #expect(long.text == reply("431 Request Header Fields Too Large", length: 0, fields: "\r\nConnection: close"))
    #expect(long.isFinished)
    let fields = (0..<200).map { "X-\($0): y\r\n" }.joined()
    let many = serve(HTTPServer(peer: "127.0.0.1"), bytes(request(fields: fields)).inPieces(of: 100))
    #expect(many.text == long.text && many.isFinished)
  }

  @Test(arguments: [0, 1, 17, 4096, 16_000, 16_384, 65_536, 200_000])
  func bodyIsThePatternOfTheOperationWhenASizeIsAskedFor(size: Int) {
    let served = served(request("/?size=\(size)&op=17") + request())
    #expect(
      served.bytes == bytes(reply("200 OK", length: size)) + content(17, size) + bytes(Self.greeting), "\(size)")
    #expect(served.done == 2)
  }

  @Test(arguments: [
    ("/?delay=2ms", Nanoseconds.milliseconds(2)), ("/?delay=1.5s&op=1", .milliseconds(1500)), ("/?delay=0us", nil),
    ("/?delay=7us&size=3", .microseconds(7)), ("/?op=1&delay=20us", .microseconds(20)),
    ("/?delay=100min", .seconds(3600)), ("/any/path?x=1&delay=1ms&&y", .milliseconds(1)), ("/?", nil), ("/?op=3", nil),
  ]) func serverWaitsAsLongAsTheQueryAsks(target: String, delay: Nanoseconds?) {
    let served = served(request(target))
    #expect(served.sleeps == (delay.map { [$0] } ?? []))
    #expect(served.text.hasPrefix("HTTP/1.1 200 OK\r\n") && served.done == 1)
  }

  @Test(arguments: [
    "/?delay=2", "/?delay=", "/?delay=x", "/?delay=-1ms", "/?size=", "/?size=-1", "/?size=1KiB", "/?size=1073741825",
    "/?op=", "/?op=-1", "/?op=0x1", "/?op=99999999999999999999", "/?size=10&op=x", "/?delay=1ms&size=x",
    "/?delay=18446744073709551615us",
  ]) func badQueryIsAnsweredBy400AndTheConnectionKept(target: String) {
    let served = served(request(target) + request())
    #expect(served.text == reply("400 Bad Request", length: 0) + Self.greeting)
    #expect(served.sleeps.isEmpty && !served.isFinished && served.done == 2)
  }

  @Test func clientThatExpectsItIsToldToContinueBeforeItsBodyIsRead() {
    let head = request(method: "POST", fields: "Content-Length: 4\r\nExpect: 100-continue\r\n")
    let served = serve(HTTPServer(peer: "127.0.0.1"), [bytes(head), bytes("body"), bytes(request())])
    let sends = served.sends.map { String(decoding: $0, as: UTF8.self) }
    #expect(sends == ["HTTP/1.1 100 Continue\r\n\r\n", Self.greeting, Self.greeting])
    #expect(served.done == 2)
  }

  @Test func serverCountsAFailureWhenTheClientLeavesWithinARequest() {
    let stream = bytes(request(method: "POST", fields: "Content-Length: 4\r\n") + "body")
    for length in 0...stream.count {
      let served = serve(HTTPServer(peer: "127.0.0.1"), [Array(stream.prefix(length))], ends: true)
      #expect(served.isFinished)
      #expect(served.failed == (length == 0 || length == stream.count ? 0 : 1), "\(length)")
    }
  }
}
