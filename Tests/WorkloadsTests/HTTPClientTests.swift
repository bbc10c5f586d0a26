import Measurement
import Plan
import Testing

@testable import Workloads

@Suite struct HTTPClientTests {
  private static let server = (authority: "127.0.0.1:80", greeting: "Hello, 127.0.0.1!")

  private static func spec(_ change: (inout HTTPSpec) -> Void = { _ in }) -> HTTPSpec {
    var spec = HTTPSpec()
    change(&spec)
    return spec
  }

  /// One operation, whose reply arrives in these pieces.
  private func asked(
    _ pieces: [[UInt8]], of spec: HTTPSpec = Self.spec(), operation: UInt64 = 5, ends: Bool = false,
    replies: ReplyStore? = nil
  ) -> Asked {
    let requests = UnsafeMutablePointer<HTTPRequests>.allocate(capacity: 1)
    requests.initialize(
      to: HTTPRequests(spec, server: spec.targets.isEmpty ? Self.server : nil, seed: 7, replies: replies))
    defer {
      requests.deinitialize(count: 1)
      requests.deallocate()
    }
    var client = HTTPClient(requests)
    return ask(&client, operation, pieces, ends: ends)
  }

  private func reply(_ body: String, status: String = "200 OK", fields: String = "") -> [UInt8] {
    bytes("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
  }

  // MARK: Requests

  struct Request: CustomTestStringConvertible, Sendable {
    var spec: HTTPSpec
    var operation: UInt64 = 5
    var text: String

    var testDescription: String { text.split(separator: "\r\n").first.map(String.init) ?? "" }
  }

  static let requests: [Request] = [
    Request(spec: spec(), text: "GET / HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n"),
    Request(
      spec: spec { $0.delay = .fixed(.milliseconds(2)) }, operation: 17,
      text: "GET /?delay=2000us&op=17 HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n"),
    Request(
      spec: spec {
        $0.delay = .fixed(.microseconds(1))
        $0.size = ByteCount(4096)
        $0.connection = .new
      }, operation: 0,
      text: "GET /?delay=1us&size=4096&op=0 HTTP/1.1\r\nHost: 127.0.0.1:80\r\nConnection: close\r\n\r\n"),
    Request(
      spec: spec {
        $0.method = "POST"
        $0.headers = ["X-A: 1", "X-B: {i}"]
        $0.body = "{i} é"
      },
      text: "POST / HTTP/1.1\r\nHost: 127.0.0.1:80\r\nX-A: 1\r\nX-B: 5\r\nContent-Length: 6\r\n\r\n{i} é"),
    // A user's text is sent as it is, whatever the program itself would write.
    Request(
      spec: spec {
        $0.delay = .fixed(.milliseconds(2))
        $0.headers = ["X-A: {delay}", "X-B: {op} {{i}}"]
      },
      text: "GET /?delay=2000us&op=5 HTTP/1.1\r\nHost: 127.0.0.1:80\r\nX-A: {delay}\r\nX-B: {op} {5}\r\n\r\n"),
    Request(
      spec: spec { $0.targets = [try! HTTPTarget(parsing: "http://a/{delay}?a={delay}&b={size}{i")] },
      text: "GET /{delay}?a={delay}&b={size}{i HTTP/1.1\r\nHost: a\r\n\r\n"),
    Request(
      spec: spec { $0.method = "PUT" }, text: "PUT / HTTP/1.1\r\nHost: 127.0.0.1:80\r\nContent-Length: 0\r\n\r\n"),
    Request(spec: spec { $0.method = "DELETE" }, text: "DELETE / HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n"),
    Request(
      spec: spec { $0.targets = [try! HTTPTarget(parsing: "http://a:81/{i}/x?{i}")] },
      operation: 18_446_744_073_709_551_615 >> 1,
      text: "GET /9223372036854775807/x?9223372036854775807 HTTP/1.1\r\nHost: a:81\r\n\r\n"),
    Request(
      spec: spec { $0.targets = ["http://a/1", "http://[::1]/2", "http://c/3"].map { try! HTTPTarget(parsing: $0) } },
      operation: 4, text: "GET /2 HTTP/1.1\r\nHost: [::1]\r\n\r\n"),
    Request(
      spec: spec {
        $0.headers = ["X-A: 1", "host: other.example:81"]
        $0.targets = ["http://a/1", "http://b/2"].map { try! HTTPTarget(parsing: $0) }
      },
      text: "GET /2 HTTP/1.1\r\nhost: other.example:81\r\nX-A: 1\r\n\r\n"),
    Request(
      spec: spec { $0.headers = ["Host: {i}.example"] }, operation: 17,
      text: "GET / HTTP/1.1\r\nHost: 17.example\r\n\r\n"),
    Request(
      spec: spec {
        $0.headers = ["Host:"]
        $0.connection = .new
      }, text: "GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"),
    Request(
      spec: spec { $0.targets = [try! HTTPTarget(parsing: "http://[fe80::1%25lo]:81/")] },
      text: "GET / HTTP/1.1\r\nHost: [fe80::1]:81\r\n\r\n"),
  ]

  @Test(arguments: requests) func requestIsWrittenAsTheSpecSays(_ example: Request) {
    let asked = asked([], of: example.spec, operation: example.operation)
    #expect(String(decoding: asked.sent, as: UTF8.self) == example.text)
  }

  @Test func operationsGoToTheAddressesOfTheTargetsInTurn() {
    let spec = Self.spec { $0.targets = ["http://a/", "http://b/", "http://a/x"].map { try! HTTPTarget(parsing: $0) } }
    let requests = UnsafeMutablePointer<HTTPRequests>.allocate(capacity: 1)
    requests.initialize(to: HTTPRequests(spec, server: nil, endpoints: [0, 1, 0], seed: 7))
    defer {
      requests.deinitialize(count: 1)
      requests.deallocate()
    }
    let client = HTTPClient(requests)
    #expect((0..<7).map { client.endpoint(of: $0) } == [0, 1, 0, 0, 1, 0, 0])
  }

  // MARK: Replies

  static let greeting = "Hello, 127.0.0.1!"

  /// Right replies of the built-in server, in all forms of a body.
  static let verified: [(text: String, ends: Bool, keeps: Bool)] = [
    ("HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n\(greeting)", false, true),
    ("HTTP/1.1 200 OK\r\nContent-Length: 17\r\nConnection: close\r\n\r\n\(greeting)", false, false),
    ("HTTP/1.0 200 OK\r\nContent-Length: 17\r\n\r\n\(greeting)", false, false),
    ("HTTP/1.1 200 OK\r\n\r\n\(greeting)", true, false),
    (
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\nC\r\n, 127.0.0.1!\r\n0\r\n\r\n", false, true
    ),
    ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 203 Z\r\nContent-Length: 17\r\n\r\n\(greeting)", false, true),
  ]

  @Test(arguments: verified)
  func replyIsVerifiedWhereverItIsCut(_ text: String, ends: Bool, keeps: Bool) {
    let stream = bytes(text)
    let whole = asked([stream], ends: ends)
    #expect(whole.kind == .verified && whole.rest == 0 && whole.checksum != nil)
    #expect(whole.outcome?.keepsConnection == keeps)
    for offset in 0...stream.count {
      #expect(asked(stream.split(at: offset), ends: ends).checksum == whole.checksum)
    }
    #expect(asked(stream.inPieces(of: 1), ends: ends).checksum == whole.checksum)
  }

  /// From a server that pads its chunk sizes.
  private static let padded = bytes(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11  \r\n\(greeting)\r\n0 \t\r\n\r\n")

  @Test func paddedChunkSizeIsReadAndToldWhereReadingIsLenient() {
    #expect(asked([Self.padded]).kind == .fault(.badChunkSize))
    let lenient = Self.spec { $0.lenient = true }
    for offset in 0...Self.padded.count {
      let outcome = asked(Self.padded.split(at: offset), of: lenient).outcome
      #expect(outcome?.kind == .verified && outcome?.isLenient == true)
    }
    #expect(asked([reply(Self.greeting)], of: lenient).outcome?.isLenient == false)
    let refusal = bytes("HTTP/1.1 404 Z\r\nTransfer-Encoding: chunked\r\n\r\n1 \r\nx\r\n0\r\n\r\n")
    let outcome = asked([refusal], of: lenient).outcome
    #expect(outcome?.kind == .status(404) && outcome?.isLenient == true)
  }

  @Test func headsMayBeAsLargeAsTheSpecSays() {
    let cookie = "Set-Cookie: \(String(repeating: "a", count: 9_000))\r\n"
    let many = String(repeating: "Set-Cookie: a=b\r\n", count: 120)
    for fields in [cookie, many, cookie + cookie + cookie + cookie] {
      #expect(asked([reply(Self.greeting, fields: fields)]).kind == .verified)
    }
    let small = Self.spec {
      $0.maxHead = ByteCount(8 << 10)
      $0.maxFields = 100
    }
    #expect(asked([reply(Self.greeting, fields: cookie)], of: small).kind == .fault(.headTooLarge))
    #expect(asked([reply(Self.greeting, fields: many)], of: small).kind == .fault(.headTooLarge))
  }

  @Test func connectionIsNotKeptWhenEveryOperationHasItsOwn() {
    let outcome = asked([reply(Self.greeting)], of: Self.spec { $0.connection = .new }).outcome
    #expect(outcome?.kind == .verified && outcome?.keepsConnection == false)
  }

  @Test func replyIsRefusedWhenItsContentIsNotTheGreeting() {
    for offset in 0..<17 {
      var wrong = reply(Self.greeting)
      wrong[wrong.count - 17 + offset] ^= 1
      #expect(asked([wrong]).kind == .wrongContent)
      #expect(asked(wrong.inPieces(of: 3)).kind == .wrongContent)
    }
    #expect(asked([reply("Hello, 127.0.0.1")]).kind == .wrongContent)
    #expect(asked([reply("Hello, 127.0.0.1!!")]).kind == .wrongContent)
    #expect(asked([reply("")]).kind == .wrongContent)
  }

  @Test(arguments: [0, 1, 100, 70_000]) func contentIsVerifiedAgainstThePatternWhenASizeIsAskedFor(size: Int) {
    let spec = Self.spec { $0.size = ByteCount(size) }
    var body: [UInt8] = []
    while body.count < size { body += Pattern.content(of: 5, from: body.count, count: size - body.count) }
    let head = bytes("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
    let whole = asked([head + body], of: spec)
    #expect(whole.kind == .verified && whole.rest == 0)
    for seed in 1...4 as ClosedRange<UInt64> {
      #expect(asked((head + body).inRandomPieces(seed: seed), of: spec).checksum == whole.checksum)
    }
    #expect(asked([head + body], of: spec, operation: 6).kind == (size == 0 ? .verified : .wrongContent))
    if size > 0 {
      body[size / 2] ^= 1
      #expect(asked([head + body], of: spec).kind == .wrongContent)
    }
  }

  @Test func replyToHEADIsVerifiedWithoutABody() {
    let head = bytes("HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n")
    let asked = asked([head], of: Self.spec { $0.method = "HEAD" })
    #expect(asked.kind == .verified && asked.rest == 0)
  }

  @Test(arguments: [300, 301, 404, 500, 599]) func replyIsCountedByItsStatusWhenThatIsNot2xx(status: Int) {
    let outcome = asked([reply("whatever", status: "\(status) X")]).outcome
    #expect(outcome?.kind == .status(status) && outcome?.checksum == nil && outcome?.keepsConnection == true)
    let last = asked([reply("whatever", status: "\(status) X", fields: "Connection: close\r\n")]).outcome
    #expect(last?.kind == .status(status) && last?.keepsConnection == false)
  }

  @Test func operationFailsWhereverTheReplyEndsEarly() {
    let stream = reply(Self.greeting)
    for length in 0..<stream.count {
      let asked = asked([Array(stream.prefix(length))], ends: true)
      #expect(asked.kind == .prematureEnd && asked.outcome?.keepsConnection == false, "\(length)")
    }
  }

  @Test(arguments: [
    ("garbage\r\n", HTTPReader.Fault.malformedStatusLine), ("HTTP/2.0 200 OK\r\n", .unsupportedVersion),
    ("HTTP/1.1 101 Switching Protocols\r\n\r\n", .unexpectedUpgrade),
    ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n", .repeatedContentLength),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", .badChunkSize),
  ]) func operationFailsByTheFaultWhenTheReplyIsMalformed(text: String, fault: HTTPReader.Fault) {
    let outcome = asked([bytes(text)]).outcome
    #expect(outcome?.kind == .fault(fault) && outcome?.kind.name == fault.name && outcome?.keepsConnection == false)
  }

  @Test func checksumTellsTheContentOfATargetWhoseContentIsNotKnown() {
    let spec = Self.spec { $0.targets = [try! HTTPTarget(parsing: "http://a/")] }
    let checksum = asked([reply("some content")], of: spec).checksum
    #expect(checksum != nil)
    for offset in 0..<12 {
      #expect(asked(reply("some content").inPieces(of: offset + 1), of: spec).checksum == checksum)
    }
    #expect(asked([reply("some Content")], of: spec).checksum != checksum)
    #expect(asked([reply("some conten")], of: spec).checksum != checksum)
    #expect(asked([reply("osme content")], of: spec).checksum != checksum)
    #expect(asked([reply("some content")], of: spec, operation: 6).checksum != checksum)
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n8\r\n content\r\n0\r\n\r\n"
    #expect(asked([bytes(chunked)], of: spec).checksum == checksum)
  }

  @Test func repliesAreKeptInTheOrderOfTheirOperationsWhenAskedFor() {
    let store = ReplyStore()
    for operation in [3, 0, 2, 1] as [UInt64] {
      let status = operation == 2 ? "404 Not Found" : "200 OK"
      let pieces = reply("reply \(operation)", status: status).inPieces(of: 7)
      _ = asked(pieces, operation: operation, replies: store)
    }
    _ = asked([Array(reply("cut off").dropLast())], operation: 9, ends: true, replies: store)
    #expect(store.inOrder.map(\.operation) == [0, 1, 2, 3])
    #expect(store.inOrder.map(\.status) == [200, 200, 404, 200])
    #expect(store.inOrder.map { String(decoding: $0.body, as: UTF8.self) } == (0...3).map { "reply \($0)" })
  }
}
