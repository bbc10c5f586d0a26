import Testing

@testable import Workloads

@Suite struct HTTPReaderLimitTests {
  private static let ok = "HTTP/1.1 200 OK\r\n"
  private static let chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"

  @Test func longestLineIsRead() {
    expect(.complete, Self.ok + field(HTTPReader.maximumLineLength) + "Content-Length: 0\r\n\r\n")
    expect(.complete, request(lineLength: HTTPReader.maximumLineLength), as: .request)
  }

  @Test func longerLineIsRefused() {
    expect(.malformed(.lineTooLong), Self.ok + field(HTTPReader.maximumLineLength + 1) + "\r\n")
    expect(.malformed(.lineTooLong), request(lineLength: HTTPReader.maximumLineLength + 1), as: .request)
  }

  @Test func lineIsRefusedAsSoonAsItIsCertainlyTooLong() {
    let length = HTTPReader.maximumLineLength
    expect(.malformed(.prematureEnd), String(repeating: "x", count: length - 1))
    expect(.malformed(.lineTooLong), String(repeating: "x", count: length))
  }

  @Test func largestHeadIsRead() {
    expect(.complete, head(HTTPReader.maximumHeadLength))
  }

  @Test func largerHeadIsRefused() {
    expect(.malformed(.headTooLarge), head(HTTPReader.maximumHeadLength + 1))
  }

  @Test func interimResponsesCountTowardsTheHead() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n"
    let count = HTTPReader.maximumHeadLength / interim.utf8.count
    expect(.malformed(.prematureEnd), String(repeating: interim, count: count))
    expect(.malformed(.headTooLarge), String(repeating: interim, count: count + 1))
  }

  @Test func mostFieldsAreRead() {
    let fields = String(repeating: "a: b\r\n", count: HTTPReader.maximumFieldCount - 1)
    expect(.complete, Self.ok + fields + "Content-Length: 0\r\n\r\n")
  }

  @Test func moreFieldsAreRefused() {
    let fields = String(repeating: "a: b\r\n", count: HTTPReader.maximumFieldCount)
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
    let fields = String(repeating: "a: b\r\n", count: HTTPReader.maximumFieldCount)
    expect(.complete, Self.chunked + "0\r\n\(fields)\r\n")
    expect(.malformed(.headTooLarge), Self.chunked + "0\r\n\(fields)a: b\r\n\r\n")
    let lines = String(repeating: field(HTTPReader.maximumLineLength), count: 4)
    expect(.malformed(.headTooLarge), Self.chunked + "0\r\n\(lines)\r\n")
    expect(.malformed(.lineTooLong), Self.chunked + "0\r\n" + field(HTTPReader.maximumLineLength + 1))
  }

  @Test func largestSplitHeadKeepsItsTarget() {
    let line = request(lineLength: HTTPReader.maximumLineLength)
    let message = bytes(line.replacing("\r\n\r\n", with: "\r\n" + field(HTTPReader.maximumLineLength) + "\r\n"))
    let target = line.split(separator: " ")[1]
    for size in [1, 100, 1_000, 8_000, 8_192, 12_000] {
      let reading = read(message.inPieces(of: size), as: .request)
      #expect(reading.end == .complete)
      #expect(reading.target == target)
    }
  }

  private func expect(
    _ end: Reading.End, _ message: String, as role: HTTPReader.Role = .response,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let message = bytes(message)
    for size in [max(1, message.count), 1, 255, 4_096, 8_191, 8_192] {
      #expect(read(message.inPieces(of: size), as: role).end == end, sourceLocation: sourceLocation)
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
