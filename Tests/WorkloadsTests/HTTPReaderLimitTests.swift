import Testing

@testable import Workloads

@Suite struct HTTPReaderLimitTests {
  private static let ok = "HTTP/1.1 200 OK\r\n"
  private static let chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"

  @Test func longestLineIsRead() {
    expect(.complete, Self.ok + field(HTTPReader.Rules.server.line) + "Content-Length: 0\r\n\r\n")
    expect(.complete, request(lineLength: HTTPReader.Rules.server.line), as: .request)
  }

  @Test func longerLineIsRefused() {
    expect(.malformed(.lineTooLong), Self.ok + field(HTTPReader.Rules.server.line + 1) + "\r\n")
    expect(.malformed(.lineTooLong), request(lineLength: HTTPReader.Rules.server.line + 1), as: .request)
  }

  @Test func lineIsRefusedAsSoonAsItIsCertainlyTooLong() {
    let length = HTTPReader.Rules.server.line
    expect(.malformed(.prematureEnd), String(repeating: "x", count: length - 1))
    expect(.malformed(.lineTooLong), String(repeating: "x", count: length))
  }

  @Test func largestHeadIsRead() {
    expect(.complete, head(HTTPReader.Rules.server.head))
  }

  @Test func largerHeadIsRefused() {
    expect(.malformed(.headTooLarge), head(HTTPReader.Rules.server.head + 1))
  }

  @Test func interimResponsesCountTowardsTheHead() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n"
    let count = HTTPReader.Rules.server.head / interim.utf8.count
    expect(.malformed(.prematureEnd), String(repeating: interim, count: count))
    expect(.malformed(.headTooLarge), String(repeating: interim, count: count + 1))
  }

  @Test func mostFieldsAreRead() {
    let fields = String(repeating: "a: b\r\n", count: HTTPReader.Rules.server.fields - 1)
    expect(.complete, Self.ok + fields + "Content-Length: 0\r\n\r\n")
  }

  @Test func moreFieldsAreRefused() {
    let fields = String(repeating: "a: b\r\n", count: HTTPReader.Rules.server.fields)
    expect(.malformed(.headTooLarge), Self.ok + fields + "Content-Length: 0\r\n\r\n")
  }

  @Test func longestChunkLineIsRead() {
    let padding = String(repeating: "x", count: HTTPReader.maximumChunkLineLength - 4)
    expect(.complete, Self.chunked + "1;\(padding)\r\na\r\n0\r\n\r\n")
  }

  @Test func longerChunkLineIsRefused() {
    let padding = String(repeating: "x", count: HTTPReader.maximumChunkLineLength - 3)
    expect(.malformed(.lineTooLong), Self.chunked + "1;\(padding)\r\na\r\n0\r\n\r\n")
    expect(.malformed(.lineTooLong), Self.chunked + String(repeating: "0", count: 1_000))
  }

  @Test func anyNumberOfChunksIsRead() {
    expect(.complete, Self.chunked + String(repeating: "1\r\na\r\n", count: 10_000) + "0\r\n\r\n")
  }

  @Test func trailersHaveTheLimitsOfAHead() {
    let fields = String(repeating: "a: b\r\n", count: HTTPReader.Rules.server.fields)
    expect(.complete, Self.chunked + "0\r\n\(fields)\r\n")
    expect(.malformed(.headTooLarge), Self.chunked + "0\r\n\(fields)a: b\r\n\r\n")
    let lines = String(repeating: field(HTTPReader.Rules.server.line), count: 4)
    expect(.malformed(.headTooLarge), Self.chunked + "0\r\n\(lines)\r\n")
    expect(.malformed(.lineTooLong), Self.chunked + "0\r\n" + field(HTTPReader.Rules.server.line + 1))
  }

  @Test func largestSplitHeadKeepsItsTarget() {
    let line = request(lineLength: HTTPReader.Rules.server.line)
    let message = bytes(line.replacing("\r\n\r\n", with: "\r\n" + field(HTTPReader.Rules.server.line) + "\r\n"))
    let target = line.split(separator: " ")[1]
    for size in [1, 100, 1_000, 8_000, 8_192, 12_000] {
      let reading = read(message.inPieces(of: size), as: .request)
      #expect(reading.end == .complete)
      #expect(reading.target == target)
    }
  }

  // MARK: Replies

  private static let client = HTTPReader.Rules.client

  @Test func repliesOfServersThatAreChosenMayHaveLargerHeads() {
    let cookie = "Set-Cookie: \(String(repeating: "a", count: 9_000))\r\n"
    let fields = String(repeating: "Set-Cookie: a=b\r\n", count: 120)
    let lines = String(repeating: field(4_000), count: 10)
    for (long, fault) in [
      (cookie, HTTPReader.Fault.lineTooLong), (fields, .headTooLarge), (lines, .headTooLarge),
    ] {
      let message = Self.ok + long + "Content-Length: 0\r\n\r\n"
      expect(.complete, message, by: Self.client)
      expect(.malformed(fault), message)
    }
  }

  @Test func limitsOfRepliesAreExact() {
    let length = "Content-Length: 0\r\n\r\n"
    let room = Self.client.head - Self.ok.utf8.count - length.utf8.count
    expect(.complete, Self.ok + field(room) + length, by: Self.client)
    expect(.malformed(.headTooLarge), Self.ok + field(room + 1) + length, by: Self.client)
    let fields = String(repeating: "a: b\r\n", count: Self.client.fields - 1)
    expect(.complete, Self.ok + fields + length, by: Self.client)
    expect(.malformed(.headTooLarge), Self.ok + fields + "a: b\r\n" + length, by: Self.client)
    expect(.complete, Self.chunked + "0\r\n\(fields)a: b\r\n\r\n", by: Self.client)
    expect(.malformed(.headTooLarge), Self.chunked + "0\r\n\(fields)a: b\r\nc: d\r\n\r\n", by: Self.client)
  }

  @Test func limitsAreThoseThatAreAskedFor() {
    let large = HTTPReader.Rules(line: 1 << 20, head: 1 << 20, fields: 10_000)
    expect(.complete, Self.ok + field(1_000_000) + "Content-Length: 0\r\n\r\n", by: large, pieces: [65_536, 999_999])
    let fields = String(repeating: "a: b\r\n", count: 9_999)
    expect(.complete, Self.ok + fields + "Content-Length: 0\r\n\r\n", by: large, pieces: [255, 8_192])
    let small = HTTPReader.Rules(line: 1024, head: 1024, fields: 2)
    expect(.complete, Self.ok + "a: b\r\nContent-Length: 0\r\n\r\n", by: small)
    expect(.malformed(.headTooLarge), Self.ok + "a: b\r\nc: d\r\nContent-Length: 0\r\n\r\n", by: small)
    expect(.malformed(.headTooLarge), Self.ok + field(1024) + "\r\n", by: small)
  }

  @Test func startLinesHaveTheirOwnLimit() {
    let longest = HTTPReader.maximumStartLineLength
    let status = "HTTP/1.1 204 "
    let reason = String(repeating: "n", count: longest - status.utf8.count - 2)
    expect(.complete, status + reason + "\r\n\r\n", by: Self.client)
    expect(.malformed(.lineTooLong), status + reason + "n\r\n\r\n", by: Self.client)
    let short = HTTPReader.Rules(line: 64, head: 128, fields: 4)
    let long = "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \(String(repeating: "x", count: 50))\r\n\r\n"
    expect(.malformed(.lineTooLong), long, as: .request, by: short)
    let tolerant = HTTPReader.Rules(line: 64 << 10, head: 64 << 10, fields: 100)
    expect(.complete, request(lineLength: longest), as: .request, by: tolerant)
    expect(.malformed(.lineTooLong), request(lineLength: longest + 1), as: .request, by: tolerant)
  }

  private func expect(
    _ end: Reading.End, _ message: String, as role: HTTPReader.Role = .response, by rules: HTTPReader.Rules = .server,
    pieces: [Int] = [1, 255, 4_096, 8_191, 8_192], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let message = bytes(message)
    for size in [max(1, message.count)] + pieces {
      #expect(read(message.inPieces(of: size), as: role, by: rules).end == end, sourceLocation: sourceLocation)
    }
  }

  /// A field line of `length` bytes, its end included.
  private func field(_ length: Int) -> String {
    "a:" + String(repeating: "b", count: length - 4) + "\r\n"
  }

  private func request(lineLength: Int) -> String {
    let target = "/" + String(repeating: "t", count: lineLength - 16)
    return "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n"
  }

  /// A response without a body, of `length` bytes.
  private func head(_ length: Int) -> String {
    let fixed = Self.ok + "Content-Length: 0\r\n" + String(repeating: field(8_000), count: 4)
    return fixed + field(length - fixed.utf8.count - 2) + "\r\n"
  }
}
