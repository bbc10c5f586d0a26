import Testing

@testable import Workloads

extension ValidMessage {
  static func request(
    _ method: HTTPReader.Method, _ target: String, _ message: String, minor: UInt8 = 1, length: Int? = nil,
    body: String = "", chunked: Bool = false, keepsAlive: Bool = true, expectsContinue: Bool = false, rest: String = ""
  ) -> ValidMessage {
    ValidMessage(
      role: .request, message: message, method: method, target: target, minorVersion: minor, length: length, body: body,
      isChunked: chunked, keepsAlive: keepsAlive, expectsContinue: expectsContinue, rest: rest)
  }
}

extension InvalidMessage {
  static func request(_ fault: HTTPReader.Fault, _ message: String) -> InvalidMessage {
    InvalidMessage(role: .request, fault: fault, message: message)
  }

  /// A request of which only the first line is of interest.
  static func requestLine(_ fault: HTTPReader.Fault, _ line: String) -> InvalidMessage {
    request(fault, "\(line)\r\nHost: a\r\n\r\n")
  }
}

@Suite struct HTTPReaderRequestTests {
  @Test(arguments: valid) func validRequestIsRead(_ row: ValidMessage) {
    row.expect(read([bytes(row.message)], as: row.role))
  }

  @Test(arguments: invalid) func invalidRequestIsRefused(_ row: InvalidMessage) {
    #expect(read([bytes(row.message)], as: row.role).end == .malformed(row.fault))
  }

  @Test(arguments: [("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true), ("GET / HTTP/1.0\r\n\r\n", false)])
  func hostIsReported(_ message: String, _ hasHost: Bool) {
    #expect(read([bytes(message)], as: .request).head?.hasHost == hasHost)
  }

  static let valid: [ValidMessage] = [
    .request(.get, "/", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    .request(
      .get, "/?delay=2ms&size=4096&op=17", "GET /?delay=2ms&size=4096&op=17 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"),
    .request(.head, "/a", "HEAD /a HTTP/1.1\r\nhost:[::1]:80\r\n\r\n"),
    .request(
      .post, "/", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbodyGET", length: 4, body: "body",
      rest: "GET"),
    .request(
      .post, "/", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", body: "abc",
      chunked: true),
    .request(
      .post, "/", "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx", length: 1,
      body: "x", expectsContinue: true),
    .request(.get, "/", "GET / HTTP/1.1\r\nHost: a\r\nExpect: something-else\r\n\r\n"),
    .request(
      .post, "/", "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx", minor: 0, length: 1,
      body: "x", keepsAlive: false),
    .request(.options, "*", "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n"),
    .request(.connect, "a:443", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),
    .request(.trace, "/", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"),
    .request(.other, "/", "get / HTTP/1.1\r\nHost: a\r\n\r\n"),
    .request(.other, "/", "G!#$%&'*+-.^_`|~9 / HTTP/1.1\r\nHost: a\r\n\r\n"),
    .request(.get, "http://a/%20b?c#d", "GET http://a/%20b?c#d HTTP/1.1\r\nHost: a\r\n\r\n"),
    .request(.get, "/", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", minor: 2),
    .request(.get, "/", "GET / HTTP/1.0\r\n\r\n", minor: 0, keepsAlive: false),
    .request(.get, "/", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", minor: 0),
    .request(.get, "/", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", keepsAlive: false),
    .request(.get, "/", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n", rest: "\r\n"),
    .request(.get, "/", "\n\r\n\nGET / HTTP/1.1\nHost: a\n\n"),
    .request(.get, "/", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", length: 0),
  ]

  static let invalid: [InvalidMessage] = [
    .requestLine(.malformedRequestLine, "GET /"),
    .requestLine(.malformedRequestLine, "GET  / HTTP/1.1"),
    .requestLine(.malformedRequestLine, "GET /  HTTP/1.1"),
    .requestLine(.malformedRequestLine, "GET / HTTP/1.1 "),
    .requestLine(.malformedRequestLine, " GET / HTTP/1.1"),
    .requestLine(.malformedRequestLine, "GET\t/ HTTP/1.1"),
    .requestLine(.malformedRequestLine, "GET /\tHTTP/1.1"),
    .requestLine(.malformedRequestLine, "GET /a b HTTP/1.1"),
    .requestLine(.malformedRequestLine, "GET /\u{0} HTTP/1.1"),
    .requestLine(.malformedRequestLine, "GET /\u{7F} HTTP/1.1"),
    .requestLine(.malformedRequestLine, "GET /\u{E9} HTTP/1.1"),
    .requestLine(.malformedRequestLine, "GET /\r HTTP/1.1"),
    .requestLine(.malformedRequestLine, "GET  HTTP/1.1"),
    .requestLine(.malformedRequestLine, "GET HTTP/1.1"),
    .requestLine(.malformedRequestLine, "/ HTTP/1.1"),
    .requestLine(.malformedRequestLine, " / HTTP/1.1"),
    .requestLine(.malformedRequestLine, "HTTP/1.1"),
    .requestLine(.malformedRequestLine, "G(T / HTTP/1.1"),
    .requestLine(.malformedRequestLine, "GET / http/1.1"),
    .requestLine(.malformedRequestLine, "GET / HTTP/1.1\r"),
    .requestLine(.malformedRequestLine, "GET / HTTP/1,1"),
    .requestLine(.unsupportedVersion, "GET / HTTP/0.9"),
    .requestLine(.unsupportedVersion, "PRI * HTTP/2.0"),
    .request(.missingHost, "GET / HTTP/1.1\r\n\r\n"),
    .request(.missingHost, "GET / HTTP/1.1\r\nHosts: a\r\n\r\n"),
    .request(.badHost, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
    .request(.badHost, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
    .request(.badHost, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
    .request(.badHost, "GET / HTTP/1.1\r\nHost: user@a\r\n\r\n"),
    .request(.badHost, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    .request(
      .conflictingFraming, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
    .request(.unsupportedTransferCoding, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    .request(.repeatedContentLength, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"),
    .request(.foldedField, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
    .request(.prematureEnd, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nfour"),
    .request(.prematureEnd, "GET / HTTP/1.1\r\nHost: a\r\n"),
    .request(.prematureEnd, "\r\n"),
  ]
}
