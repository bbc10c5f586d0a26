import Testing

@testable import Workloads

/// A message and what a reader must make of it.
struct ValidMessage: CustomTestStringConvertible, Sendable {
  var role: HTTPReader.Role
  var message: String
  var status: UInt16 = 0
  var method = HTTPReader.Method.other
  var target = ""
  var minorVersion: UInt8 = 1
  var length: Int?
  var body = ""
  var isChunked = false
  var keepsAlive = true
  var expectsContinue = false
  var answersHEAD = false
  var endsByClose = false
  var rest = ""

  var testDescription: String { String(reflecting: message) }

  static func response(
    _ status: UInt16, _ message: String, minor: UInt8 = 1, length: Int? = nil, body: String = "", chunked: Bool = false,
    keepsAlive: Bool = true, answersHEAD: Bool = false, endsByClose: Bool = false, rest: String = ""
  ) -> ValidMessage {
    ValidMessage(
      role: .response, message: message, status: status, minorVersion: minor, length: length, body: body,
      isChunked: chunked, keepsAlive: keepsAlive && !endsByClose, answersHEAD: answersHEAD, endsByClose: endsByClose,
      rest: rest)
  }

  func expect(_ reading: Reading, sourceLocation: SourceLocation = #_sourceLocation) {
    let end = endsByClose ? Reading.End.closed : .complete
    guard let head = reading.head, reading.end == end else {
      Issue.record("expected \(end), got \(reading.end)", sourceLocation: sourceLocation)
      return
    }
    #expect(head.status == status, sourceLocation: sourceLocation)
    #expect(head.method == method, sourceLocation: sourceLocation)
    #expect(head.minorVersion == minorVersion, sourceLocation: sourceLocation)
    #expect(head.contentLength == length, sourceLocation: sourceLocation)
    #expect(head.isChunked == isChunked, sourceLocation: sourceLocation)
    #expect(head.keepsAlive == keepsAlive, sourceLocation: sourceLocation)
    #expect(head.expectsContinue == expectsContinue, sourceLocation: sourceLocation)
    #expect(reading.target == target, sourceLocation: sourceLocation)
    #expect(reading.body == bytes(body), sourceLocation: sourceLocation)
    #expect(reading.rest == bytes(rest), sourceLocation: sourceLocation)
  }
}

/// A message and the fault for which a reader must refuse it.
struct InvalidMessage: CustomTestStringConvertible, Sendable {
  var role: HTTPReader.Role
  var fault: HTTPReader.Fault
  var message: String

  var testDescription: String { "\(fault.name): \(String(reflecting: message))" }

  static func response(_ fault: HTTPReader.Fault, _ message: String) -> InvalidMessage {
    InvalidMessage(role: .response, fault: fault, message: message)
  }

  /// A response of which only the fields are of interest.
  static func fields(_ fault: HTTPReader.Fault, _ fields: String) -> InvalidMessage {
    response(fault, "HTTP/1.1 200 OK\r\n\(fields)\r\n\r\n")
  }

  /// A chunked body, under a good head.
  static func chunks(_ fault: HTTPReader.Fault, _ chunks: String) -> InvalidMessage {
    response(fault, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)")
  }
}

@Suite struct HTTPReaderResponseTests {
  @Test(arguments: valid) func validResponseIsRead(_ row: ValidMessage) {
    row.expect(read([bytes(row.message)], as: row.role, answeringHEAD: row.answersHEAD))
  }

  @Test(arguments: invalid) func invalidResponseIsRefused(_ row: InvalidMessage) {
    #expect(read([bytes(row.message)], as: row.role).end == .malformed(row.fault))
  }

  static let valid: [ValidMessage] = [
    // Status line
    .response(
      200, "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\nHello, iomodes!!\n", length: 17, body: "Hello, iomodes!!\n"),
    .response(200, "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", length: 0),
    .response(200, "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", length: 0),
    .response(404, "HTTP/1.1 404 Not\tFound \u{E9}\r\nContent-Length: 1\r\n\r\nx", length: 1, body: "x"),
    .response(599, "HTTP/1.9 599 Odd\r\nContent-Length: 0\r\n\r\n", minor: 9, length: 0),
    // Fields
    .response(200, "HTTP/1.1 200 OK\ncontent-length:\t 2 \t\n\nok", length: 2, body: "ok"),
    .response(200, "HTTP/1.1 200 OK\r\nCONTENT-LENGTH:0002\r\n\r\nok", length: 2, body: "ok"),
    .response(200, "HTTP/1.1 200 OK\r\nX:\r\nX-\u{79}~!#$%&'*+.^_`|: \u{FF}\r\nContent-Length: 0\r\n\r\n", length: 0),
    .response(
      200, "HTTP/1.1 200 OK\r\nContent-Lengths: x\r\nXontent-Length: 9\r\nContent-Length: 0\r\n\r\n", length: 0),
    .response(
      200, "HTTP/1.1 200 OK\r\nHost: a\r\nHost: b b\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n", length: 0),
    // Connection
    .response(200, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", length: 0, keepsAlive: false),
    .response(200, "HTTP/1.1 200 OK\r\nConnection: CLOSE\r\nContent-Length: 0\r\n\r\n", length: 0, keepsAlive: false),
    .response(
      200, "HTTP/1.1 200 OK\r\nConnection: a,, keep-alive ,close\r\nContent-Length: 0\r\n\r\n",
      length: 0, keepsAlive: false),
    .response(
      200, "HTTP/1.1 200 OK\r\nConnection: close\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", length: 0,
      keepsAlive: false),
    .response(200, "HTTP/1.1 200 OK\r\nConnection: closed, x-close\r\nContent-Length: 0\r\n\r\n", length: 0),
    .response(200, "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", minor: 0, length: 0, keepsAlive: false),
    .response(200, "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n", minor: 0, length: 0),
    .response(
      200, "HTTP/1.0 200 OK\r\nConnection: keep-alive, close\r\nContent-Length: 0\r\n\r\n", minor: 0, length: 0,
      keepsAlive: false),
    // No body
    .response(200, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", length: 5, answersHEAD: true),
    .response(200, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunked: true, answersHEAD: true),
    .response(200, "HTTP/1.1 200 OK\r\n\r\nHTTP", answersHEAD: true, rest: "HTTP"),
    .response(204, "HTTP/1.1 204 No Content\r\n\r\n"),
    .response(204, "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nHTTP/", length: 5, rest: "HTTP/"),
    .response(304, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", length: 5),
    // Interim responses
    .response(
      200,
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 9\r\n\r\n"
        + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", length: 2, body: "ok"),
    .response(
      200, "HTTP/1.1 102 Processing\r\nConnection: close\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      length: 0),
    .response(204, "HTTP/1.1 199 Interim\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
    // Close-delimited
    .response(200, "HTTP/1.1 200 OK\r\n\r\nuntil the end", body: "until the end", endsByClose: true),
    .response(
      200, "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n\r\n\r\n", minor: 0, body: "\r\n\r\n", endsByClose: true),
    .response(205, "HTTP/1.1 205 Reset Content\r\n\r\n", endsByClose: true),
    // Chunked
    .response(
      200, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n00B\r\n, iomodes!!\r\n0\r\n\r\n",
      body: "hello, iomodes!!", chunked: true),
    .response(200, "HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", chunked: true),
    .response(
      200,
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        + "a;x\r\n0123\r\n6789\r\n1 \t;y=\"z;\" ;q \r\n!\r\n0;end\r\n\r\n",
      body: "0123\r\n6789!", chunked: true),
    .response(
      200,
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "1\r\na\r\n0\r\nContent-Length: 7\r\nConnection: close\r\n\r\n",
      body: "a", chunked: true),
    .response(200, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n0\r\nX: y\n\n", chunked: true),
    .response(
      200, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\n\r\n0\r\n\r\nHTTP/1.1", body: "\n",
      chunked: true,
      rest: "HTTP/1.1"),
  ]

  static let invalid: [InvalidMessage] = [
    .response(.malformedStatusLine, "\r\nHTTP/1.1 200 OK\r\n\r\n"),
    .response(.malformedStatusLine, "HTTP/1.1  200 OK\r\n\r\n"),
    .response(.malformedStatusLine, "HTTP/1.1\t200 OK\r\n\r\n"),
    .response(.malformedStatusLine, "HTTP/1.1 20 OK\r\n\r\n"),
    .response(.malformedStatusLine, "HTTP/1.1 2000 OK\r\n\r\n"),
    .response(.malformedStatusLine, "HTTP/1.1 2x0 OK\r\n\r\n"),
    .response(.malformedStatusLine, "HTTP/1.1 099 Low\r\n\r\n"),
    .response(.malformedStatusLine, "HTTP/1.1 600 High\r\n\r\n"),
    .response(.malformedStatusLine, "HTTP/1.1 200\tOK\r\n\r\n"),
    .response(.malformedStatusLine, "HTTP/1.1 200 O\u{0}K\r\n\r\n"),
    .response(.malformedStatusLine, "HTTP/1.1 200 O\rK\r\n\r\n"),
    .response(.malformedStatusLine, "HTTP/1.1 200 OK\r\r\n\r\n"),
    .response(.malformedStatusLine, "HTTP/1.1\r\n\r\n"),
    .response(.malformedStatusLine, "HTTP/1.x 200 OK\r\n\r\n"),
    .response(.malformedStatusLine, "http/1.1 200 OK\r\n\r\n"),
    .response(.malformedStatusLine, " HTTP/1.1 200 OK\r\n\r\n"),
    .response(.malformedStatusLine, "ICY 200 OK\r\n\r\n"),
    .response(.malformedStatusLine, "HTTP/11.1 200 OK\r\n\r\n"),
    .response(.unsupportedVersion, "HTTP/2.0 200 OK\r\n\r\n"),
    .response(.unsupportedVersion, "HTTP/0.9 200 OK\r\n\r\n"),
    .response(.unexpectedUpgrade, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"),
    .response(.malformedStatusLine, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2oo OK\r\n\r\n"),

    .fields(.badFieldName, "Content-Length : 0"),
    .fields(.badFieldName, "Content-Length\t: 0"),
    .fields(.badFieldName, ": 0"),
    .fields(.badFieldName, "no colon"),
    .fields(.badFieldName, "name"),
    .fields(.badFieldName, "na(me: 0"),
    .fields(.badFieldName, "na\u{0}me: 0"),
    .fields(.badFieldName, "na\u{E9}me: 0"),
    .fields(.badFieldName, "\rname: 0"),
    .fields(.foldedField, "A: b\r\n c"),
    .fields(.foldedField, "A: b\r\n\tc: d"),
    .fields(.foldedField, " A: b"),
    .fields(.badFieldValue, "A: b\u{0}"),
    .fields(.badFieldValue, "A: \u{1}bcdefghijk"),
    .fields(.badFieldValue, "A: bcdefghijk\u{1F}lmnopqrs"),
    .fields(.badFieldValue, "A: bcdefghijklmnopqr\u{7F}"),
    .fields(.badFieldValue, "A: b\rContent-Length: 0"),
    .fields(.badFieldValue, "A: b\r"),
    .fields(.badContentLength, "Content-Length:"),
    .fields(.badContentLength, "Content-Length: +1"),
    .fields(.badContentLength, "Content-Length: -1"),
    .fields(.badContentLength, "Content-Length: 0x1"),
    .fields(.badContentLength, "Content-Length: 1 1"),
    .fields(.badContentLength, "Content-Length: 1, 1"),
    .fields(.badContentLength, "Content-Length: 1.0"),
    .fields(.badContentLength, "Content-Length: 9223372036854775808"),
    .fields(.badContentLength, "Content-Length: 18446744073709551617"),
    .fields(.badContentLength, "Content-Length: 99999999999999999999999999"),
    .fields(.repeatedContentLength, "Content-Length: 1\r\nContent-Length: 2"),
    .fields(.repeatedContentLength, "Content-Length: 1\r\ncontent-length: 1"),
    .fields(.conflictingFraming, "Content-Length: 1\r\nTransfer-Encoding: chunked"),
    .fields(.conflictingFraming, "Transfer-Encoding: chunked\r\nContent-Length: 0"),
    .fields(.unsupportedTransferCoding, "Transfer-Encoding:"),
    .fields(.unsupportedTransferCoding, "Transfer-Encoding: gzip"),
    .fields(.unsupportedTransferCoding, "Transfer-Encoding: gzip, chunked"),
    .fields(.unsupportedTransferCoding, "Transfer-Encoding: chunked, chunked"),
    .fields(.unsupportedTransferCoding, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
    .fields(.unsupportedTransferCoding, "Transfer-Encoding: xchunked"),
    .fields(.unsupportedTransferCoding, "Transfer-Encoding: chunked;q=1"),
    .fields(.unsupportedTransferCoding, "Transfer-Encoding: identity"),
    .response(.unsupportedTransferCoding, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),

    .chunks(.badChunkSize, "\r\n"),
    .chunks(.badChunkSize, "g\r\n"),
    .chunks(.badChunkSize, " 1\r\na\r\n"),
    .chunks(.badChunkSize, "1 \r\na\r\n"),
    .chunks(.badChunkSize, "0x1\r\na\r\n"),
    .chunks(.badChunkSize, "-1\r\na\r\n"),
    .chunks(.badChunkSize, "1\na\r\n"),
    .chunks(.badChunkSize, "1;a\u{0}\r\na\r\n"),
    .chunks(.badChunkSize, "1;a\rb\r\na\r\n"),
    .chunks(.badChunkSize, "8000000000000000\r\n"),
    .chunks(.badChunkSize, "10000000000000000\r\n"),
    .chunks(.badChunkSize, "fffffffffffffffffffff\r\n"),
    .chunks(.badChunkEnd, "1\r\nab\r\n"),
    .chunks(.badChunkEnd, "1\r\na0\r\n\r\n"),
    .chunks(.badChunkEnd, "1\r\na\n0\r\n\r\n"),
    .chunks(.badChunkEnd, "1\r\na\r\r\n"),
    .chunks(.badFieldName, "0\r\nbad name: x\r\n\r\n"),
    .chunks(.badFieldValue, "0\r\nname: \u{8}\r\n\r\n"),
    .chunks(.foldedField, "0\r\nname: x\r\n folded\r\n\r\n"),
    .chunks(.prematureEnd, "7fffffffffffffff\r\nabc"),
    .response(.prematureEnd, "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nabc"),
    .response(.prematureEnd, "HTTP/1.1 100 Continue\r\n\r\n"),
    .response(.prematureEnd, ""),
  ]
}
