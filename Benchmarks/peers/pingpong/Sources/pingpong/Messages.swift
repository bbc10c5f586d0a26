import Glibc

/// Bytes that stay put for the whole run.
struct Message: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer

  init(_ content: [UInt8]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 8)
    copy.copyBytes(from: content)
    bytes = UnsafeRawBufferPointer(copy)
  }

  static func request(to authority: String) -> Message {
    Message(Array("GET / HTTP/1.1\r\nHost: \(authority)\r\n\r\n".utf8))
  }

  /// As the target server reads it: a number, the size, no delay (little-endian, 8 + 4 + 4 bytes), and content.
  static func echo(size: Int) -> Message {
    Message([UInt8](repeating: 0, count: 8) + [UInt8(size), 0, 0, 0, 0, 0, 0, 0] + (16..<size).map { UInt8($0) })
  }
}

/// The reply that the target server gives to `GET /`.
enum Reply {
  private static let body = Message(Array("Hello, 127.0.0.1!".utf8))
  private static let statusClass = Message(Array("HTTP/1.1 2".utf8))
  private static let lengthName = Message(Array("content-length".utf8))

  /// Whether these bytes are a whole reply, which must be the one that is expected.
  static func isComplete(_ reply: UnsafeRawBufferPointer) -> Bool {
    let start = reply.baseAddress!
    let end = start + reply.count
    var line = start
    var length: Int?
    while let feed = memchr(line, 10, end - line).map({ UnsafeRawPointer($0) }) {
      let stop = feed > line && (feed - 1).load(as: UInt8.self) == 13 ? feed - 1 : feed
      let count = stop - line
      if line == start {
        precondition(count >= 12 && begins(line, with: statusClass), "wrong status line")
      } else if count == 0 {
        let content = feed + 1
        guard let length else { fail("no Content-Length") }
        if end - content < length { return false }
        precondition(end - content == length && length == body.bytes.count, "wrong length")
        precondition(begins(content, with: body), "wrong body")
        return true
      } else {
        guard let colon = memchr(line, 58, count).map({ UnsafeRawPointer($0) }) else { fail("no colon") }
        if colon - line == 14, isContentLength(line) { length = number(from: colon + 1, to: stop) }
      }
      line = feed + 1
    }
    return false
  }

  private static func begins(_ bytes: UnsafeRawPointer, with message: Message) -> Bool {
    memcmp(bytes, message.bytes.baseAddress!, message.bytes.count) == 0
  }

  private static func isContentLength(_ name: UnsafeRawPointer) -> Bool {
    strncasecmp(
      name.assumingMemoryBound(to: CChar.self), lengthName.bytes.baseAddress!.assumingMemoryBound(to: CChar.self), 14)
      == 0
  }

  private static func number(from start: UnsafeRawPointer, to end: UnsafeRawPointer) -> Int {
    var digit = start
    while digit < end, digit.load(as: UInt8.self) == 32 { digit += 1 }
    precondition(digit < end && end - digit < 10, "wrong Content-Length")
    var value = 0
    while digit < end {
      let figure = Int(digit.load(as: UInt8.self)) - 48
      precondition(figure >= 0 && figure <= 9, "wrong Content-Length")
      value = value * 10 + figure
      digit += 1
    }
    return value
  }
}
