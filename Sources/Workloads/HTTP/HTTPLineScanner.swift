import Glibc

/// Splits input into lines, and keeps what must outlive its input.
///
/// A line that lies whole in the input is returned in place. The front of a line that is split over inputs is copied to
/// a buffer. The buffer is allocated at the first split. It is freed at the next message, or at the next input after
/// the head. One range of bytes, the request target, can be pinned: it is copied to the front of that buffer only when
/// its input goes away.
///
/// `@unchecked Sendable`: the buffer has one owner, and borrowed memory is not touched between calls.
struct HTTPLineScanner: ~Copyable, @unchecked Sendable {
  private var buffer: UnsafeMutableRawPointer?
  private var pinnedStart: UnsafeRawPointer?
  /// The bytes of an unfinished line, behind the pinned bytes in the buffer.
  private var heldCount: UInt32 = 0
  /// The bytes of this section's finished lines, with their ends.
  private var sectionCount: UInt32 = 0
  /// The pinned bytes of a start line; ``HTTPReader/maximumStartLineLength`` keeps them within 16 bits.
  private var pinnedCount: UInt16 = 0
  /// The binary logarithm of the buffer's size; 0 without one.
  private var magnitude: UInt8 = 0

  /// The size of the buffer.
  var capacity: Int { magnitude == 0 ? 0 : 1 &<< Int(magnitude) }

  deinit { free(buffer) }

  /// Whether no byte has been taken since the section began.
  var isAtStart: Bool { heldCount == 0 && sectionCount == 0 }

  /// Whether the front of a line has been taken, and its end has not arrived.
  var holdsPart: Bool { heldCount > 0 }

  /// The bytes that may be taken within the limits of a line and its section.
  func room(for longest: Int, of rules: HTTPReader.Rules) -> Int { min(longest, rules.head &- Int(sectionCount)) }

  /// Counts whole lines of this section that another reader took.
  mutating func skip(_ count: Int) {
    sectionCount &+= UInt32(truncatingIfNeeded: count)
  }

  /// A head or trailer section begins: its length limit starts anew.
  mutating func beginSection() {
    heldCount = 0
    sectionCount = 0
  }

  /// Takes the next line of a head or trailer section, and returns it without its end; nil if the input ran out.
  ///
  /// The end is CRLF, or LF alone as RFC 9112, section 2.2, allows here.
  mutating func sectionLine(
    _ input: inout UnsafeRawBufferPointer, most longest: Int, of rules: HTTPReader.Rules
  ) throws(HTTPReader.Fault) -> HTTPBytes? {
    let room = rules.head &- Int(sectionCount)
    let line =
      room < longest
      ? try rawLine(&input, limit: room, excess: .headTooLarge)
      : try rawLine(&input, limit: longest, excess: .lineTooLong)
    guard let line else { return nil }
    sectionCount &+= UInt32(truncatingIfNeeded: line.count)
    let hasReturn = line.count >= 2 && line[line.count &- 2] == UInt8(ascii: "\r")
    return line.prefix(line.count &- (hasReturn ? 2 : 1))
  }

  /// Takes the next line of at most `limit` bytes, which must end in CRLF, and returns it without; nil if the input ran
  /// out. RFC 9112 tolerates a bare LF in start lines and fields, but not in the framing of chunks.
  mutating func strictLine(
    _ input: inout UnsafeRawBufferPointer, limit: Int, excess: HTTPReader.Fault, bareLineFeed: HTTPReader.Fault
  ) throws(HTTPReader.Fault) -> HTTPBytes? {
    guard let line = try rawLine(&input, limit: limit, excess: excess) else { return nil }
    guard line.count >= 2, line[line.count &- 2] == UInt8(ascii: "\r") else { throw bareLineFeed }
    return line.prefix(line.count &- 2)
  }

  /// Takes the next line with its LF. A line of more than `limit` bytes is a fault as soon as that is certain, wherever
  /// the input is split.
  private mutating func rawLine(
    _ input: inout UnsafeRawBufferPointer, limit: Int, excess: HTTPReader.Fault
  ) throws(HTTPReader.Fault) -> HTTPBytes? {
    let room = limit &- Int(heldCount)
    let window = min(input.count, room)
    guard let start = input.baseAddress, let feed = memchr(start, Int32(UInt8(ascii: "\n")), window) else {
      guard window < room else { throw excess }
      if !input.isEmpty || pinnedCount > 0 { hold(input) }
      input.advance(by: window)
      return nil
    }
    let count = UnsafeRawPointer(feed) - start &+ 1
    input.advance(by: count)
    guard heldCount > 0 else { return HTTPBytes(start: start, count: count) }
    return finishHeld(UnsafeRawBufferPointer(start: start, count: count))
  }

  /// Pins `bytes`, a part of the last returned line.
  mutating func pin(_ bytes: HTTPBytes) {
    pinnedCount = UInt16(truncatingIfNeeded: bytes.count)
    if let buffer, bytes.start >= buffer, bytes.start < buffer + capacity {
      memmove(buffer, bytes.start, bytes.count)
      pinnedStart = UnsafeRawPointer(buffer)
    } else {
      pinnedStart = bytes.start
    }
  }

  /// Forgets the pinned bytes and the lines returned so far.
  mutating func unpin() {
    pinnedStart = nil
    pinnedCount = 0
    if buffer != nil && heldCount == 0 { release() }
  }

  @inline(never)
  private mutating func release() {
    free(buffer)
    buffer = nil
    magnitude = 0
  }

  var pinned: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: pinnedStart, count: Int(pinnedCount))
  }

  @inline(never)
  private mutating func finishHeld(_ rest: UnsafeRawBufferPointer) -> HTTPBytes {
    let buffer = hold(rest)
    let line = HTTPBytes(start: buffer + Int(pinnedCount), count: Int(heldCount))
    heldCount = 0
    return line
  }

  /// Copies the pinned bytes and `piece` out of the input.
  @inline(never)
  @discardableResult
  private mutating func hold(_ piece: UnsafeRawBufferPointer) -> UnsafeMutableRawPointer {
    let front = Int(pinnedCount)
    let isPinnedInBuffer = pinnedStart == UnsafeRawPointer(buffer)
    let buffer = reserve(front &+ Int(heldCount) &+ piece.count)
    if let pinnedStart, front > 0 {
      if !isPinnedInBuffer { memcpy(buffer, pinnedStart, front) }
      self.pinnedStart = UnsafeRawPointer(buffer)
    }
    if let start = piece.baseAddress {
      memcpy(buffer + front + Int(heldCount), start, piece.count)
      heldCount &+= UInt32(truncatingIfNeeded: piece.count)
    }
    return buffer
  }

  private mutating func reserve(_ needed: Int) -> UnsafeMutableRawPointer {
    if let buffer, needed <= capacity { return buffer }
    var grown = max(256, capacity)
    while grown < needed { grown &*= 2 }
    guard let moved = realloc(buffer, grown) else {
      preconditionFailure("out of memory: \(grown) bytes for a split head")
    }
    buffer = moved
    magnitude = UInt8(truncatingIfNeeded: grown.trailingZeroBitCount)
    return moved
  }
}
