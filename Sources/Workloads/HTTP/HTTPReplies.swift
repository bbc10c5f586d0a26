import Glibc

/// The replies of a connection that wait to be sent, in order. Replies that go out together are one range of bytes.
///
/// The greeting, by far the most common reply, is prepared with its head. If it is the only reply, it is sent in place.
/// Space for more is allocated when needed and freed after sending, so an idle connection keeps only its greeting.
struct HTTPReplies: ~Copyable {
  /// A whole reply. All heads copy their common fields from it.
  private let greeting: UnsafeMutableRawPointer
  let greetingCount: UInt32
  /// The length of its content.
  let contentCount: UInt32
  private let date: UnsafePointer<HTTPDate>
  private var buffer: UnsafeMutableRawPointer?
  /// The size of the buffer.
  private(set) var capacity: UInt32 = 0
  private var count: UInt32 = 0
  /// The number of greetings that follow the buffer's bytes.
  private var greetings: UInt32 = 0
  /// The lower half of the time in the greeting's Date. The initial value means no time until 2106.
  private var second = UInt32.max

  /// Replies are collected up to this number of bytes.
  static var limit: Int { 16 << 10 }
  /// The maximum bytes of a head.
  private static var headRoom: Int { 192 }
  private static var fields: StaticString {
    "Date: ddd, DD mmm YYYY HH:MM:SS GMT\r\nContent-Type: text/plain\r\nContent-Length: "
  }

  init(greeting text: String, date: UnsafePointer<HTTPDate>) {
    self.date = date
    contentCount = UInt32(text.utf8.count)
    var writer = ByteWriter(malloc(Self.headRoom + text.utf8.count)!)
    writer.write(HTTPReply.Status.ok.line)
    writer.write(Self.fields)
    writer.write(decimal: UInt64(text.utf8.count))
    writer.write("\r\n\r\n")
    var text = text
    text.withUTF8 { writer.write(UnsafeRawBufferPointer($0)) }
    greetingCount = UInt32(writer.count)
    greeting = realloc(writer.base, writer.count)!
  }

  deinit {
    free(greeting)
    free(buffer)
  }

  var isEmpty: Bool { count == 0 && greetings == 0 }

  /// Whether the next greeting would exceed the limit.
  var isFull: Bool { !hasRoom(for: Int(greetingCount)) }

  /// Whether `more` bytes of content fit beside the waiting replies.
  func hasRoom(for more: Int) -> Bool { Int(count) + Int(greetings) * Int(greetingCount) + more <= Self.limit }

  /// The content of the greeting.
  var content: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: greeting + Int(greetingCount - contentCount), count: Int(contentCount))
  }

  // MARK: Adding

  mutating func appendGreeting() { greetings &+= 1 }

  /// Appends the head of a reply with `size` bytes of content, and reserves `following` bytes after it.
  mutating func append(headOf reply: HTTPReply, size: Int, following: Int) {
    settle()
    stamp()
    reserve(Self.headRoom + following)
    var writer = ByteWriter(buffer! + Int(count))
    writer.write(reply.status.line)
    let fields = greeting + HTTPReply.Status.ok.line.utf8CodeUnitCount
    writer.write(UnsafeRawBufferPointer(start: fields, count: Self.fields.utf8CodeUnitCount))
    writer.write(decimal: UInt64(size))
    if !reply.keepsAlive {
      writer.write("\r\nConnection: close")
    } else if reply.isOldVersion {
      writer.write("\r\nConnection: keep-alive")
    }
    writer.write("\r\n\r\n")
    count += UInt32(writer.count)
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    settle()
    reserve(bytes.count)
    memcpy(buffer! + Int(count), bytes.baseAddress!, bytes.count)
    count += UInt32(bytes.count)
  }

  mutating func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Drops the second half of the buffer.
  mutating func halve() { count /= 2 }

  /// Writes the waiting greetings to the buffer, so that another reply can follow.
  private mutating func settle() {
    guard greetings > 0 else { return }
    stamp()
    let length = Int(greetingCount)
    let total = Int(greetings) * length
    reserve(total)
    let first = buffer! + Int(count)
    memcpy(first, greeting, length)
    var done = length
    while done < total {
      let piece = min(done, total - done)
      memcpy(first + done, first, piece)
      done += piece
    }
    count += UInt32(total)
    greetings = 0
  }

  /// Updates the greeting's Date.
  private mutating func stamp() {
    let now = date.pointee.seconds
    guard UInt32(truncatingIfNeeded: now) != second else { return }
    second = UInt32(truncatingIfNeeded: now)
    HTTPDate.write(now, to: greeting + HTTPReply.Status.ok.line.utf8CodeUnitCount + "Date: ".utf8.count)
  }

  private mutating func reserve(_ more: Int) {
    let needed = Int(count) + more
    guard needed > capacity else { return }
    let grown = max(2 * Int(capacity), needed)
    buffer = realloc(buffer, grown)!
    capacity = UInt32(grown)
  }

  // MARK: Sending

  /// All waiting replies; they stay in place until `sent`.
  mutating func takeAll() -> UnsafeRawBufferPointer {
    if greetings == 1 && count == 0 {
      stamp()
      return UnsafeRawBufferPointer(start: greeting, count: Int(greetingCount))
    }
    settle()
    return UnsafeRawBufferPointer(start: buffer, count: Int(count))
  }

  mutating func sent() {
    (greetings, count) = (0, 0)
    if buffer != nil {
      free(buffer)
      (buffer, capacity) = (nil, 0)
    }
  }
}
