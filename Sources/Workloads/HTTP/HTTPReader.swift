/// A strict, incremental reader of HTTP/1.1 messages (RFC 9112): a pull parser over borrowed bytes.
///
/// Call ``next(_:)`` until it returns `.needsMore`, `.complete` or `.malformed`. A message is one `.head`, any number
/// of `.body` slices and one `.complete`. ``reset(answeringHEAD:)`` prepares the reader for the next message, whose
/// bytes stay in the input.
///
/// A reader fits in a cache line. A head that arrives whole is parsed in place. Only a line that is split over inputs
/// needs a buffer, of at most twice the longest line, until the message ends.
///
/// The reader refuses every message that two recipients could frame differently. It is tolerant only if RFC 9112 allows
/// it and the framing stays clear. A bare LF ends start lines and fields, and empty lines before a request are ignored
/// (section 2.2). A status line may end after the status (section 4). Interim responses are skipped (RFC 9110, section
/// 15.2). ``Rules`` name further tolerances that can be turned on, and ``Fault`` lists the rest.
public struct HTTPReader: ~Copyable, Sendable {
  /// The kind of message to read.
  public enum Role: UInt8, Sendable { case response, request }

  /// The result of ``HTTPReader/next(_:)``.
  public enum Progress {
    /// All input was taken, and the message continues.
    case needsMore
    /// ``HTTPReader/head``, and ``HTTPReader/target`` of a request, are known.
    case head
    /// The next bytes of the body, at least one. They lie in the input, and are valid as long as it is.
    case body(UnsafeRawBufferPointer)
    /// The message has ended. The result stays the same until the reader is reset.
    case complete
    /// The message is not HTTP/1.1, or its framing is unclear, so the connection cannot be used further. The result
    /// stays the same until the reader is reset.
    case malformed(Fault)
  }

  /// The longest start line, with its end: a little more than the 8,000 bytes that RFC 9112, section 3, recommends.
  public static var maximumStartLineLength: Int { 8 << 10 }
  /// The longest line of a chunk size with its extensions and end.
  public static var maximumChunkLineLength: Int { 256 }

  /// The part of a message that is being read.
  public enum Part: UInt8, Sendable { case startLine, fields, body }

  private enum State: UInt8 {
    case startLine, fields
    case sizedBody, closeDelimitedBody
    case chunkSize, chunkData, chunkEnd, trailers
    case complete, malformed
  }

  private(set) var scanner = HTTPLineScanner()
  private var fieldCount: UInt16 = 0
  private var state = State.startLine
  private var fault: Fault?
  /// The rest of a sized body or chunk; unlimited in a body that ends with the connection.
  private var remaining = 0
  /// The body's bytes so far, without the framing of chunks.
  public private(set) var bodyBytes = 0
  /// The head of this message, valid after `.head`.
  public private(set) var head = Head()
  /// The state in which the fault was found.
  private var faultState = State.startLine
  private var answersHEAD = false
  /// The kind of message that this reader reads.
  public let role: Role

  /// A reader for a first message, not the reply to HEAD.
  public init(role: Role) {
    self.role = role
  }

  /// Prepares the reader for the next message.
  ///
  /// - Parameter answeringHEAD: whether the next message replies to HEAD, and so has no body, whatever its head says
  ///   (RFC 9112, section 6.3). Requests ignore it.
  public mutating func reset(answeringHEAD: Bool = false) {
    scanner.beginSection()
    scanner.unpin()
    bodyBytes = 0
    head = Head()
    fieldCount = 0
    state = .startLine
    fault = nil
    answersHEAD = answeringHEAD
  }

  /// Whether no part of a message has been taken, so that a peer may close the connection without truncating one.
  public var isIdle: Bool { state == .startLine && scanner.isAtStart }

  /// Whether the message has ended.
  public var isComplete: Bool { state == .complete }

  /// The part that is being read, or in which the message was found malformed.
  public var part: Part {
    switch state == .malformed ? faultState : state {
    case .startLine: .startLine
    case .fields: .fields
    default: .body
    }
  }

  /// The request target: valid from `.head` until the next call of any mutating method, and empty after it.
  ///
  /// It consists of visible ASCII characters; the caller checks its form (RFC 9112, section 3.2).
  public var target: UnsafeRawBufferPointer { scanner.pinned }

  /// Takes what it can from the front of `input`, and returns what that was.
  ///
  /// - Parameter rules: must stay the same for all of a message.
  public mutating func next(_ input: inout UnsafeRawBufferPointer, by rules: Rules = .server) -> Progress {
    do {
      return try advance(&input, rules)
    } catch {
      fail(error)
      return .malformed(error)
    }
  }

  private mutating func fail(_ fault: Fault) {
    if state != .malformed { faultState = state }
    self.fault = fault
    state = .malformed
  }

  /// The peer closed the connection. This completes a body that ends with the connection (RFC 9112, section 6.3), and
  /// truncates any other message. If no byte of a message has arrived, the reader stays idle (see ``isIdle``).
  public mutating func endOfInput() -> Progress {
    scanner.unpin()
    switch state {
    case .complete, .closeDelimitedBody:
      state = .complete
      return .complete
    case .malformed:
      return .malformed(fault!)
    default:
      if !isIdle { fail(.prematureEnd) }
      return .malformed(.prematureEnd)
    }
  }

  private mutating func advance(
    _ input: inout UnsafeRawBufferPointer, _ rules: Rules
  ) throws(Fault) -> Progress {
    if state != .startLine, state != .fields { scanner.unpin() }
    while true {
      switch state {
      case .startLine, .fields:
        return try readHead(&input, rules)
      case .sizedBody:
        return takeBody(&input, then: .complete)
      case .closeDelimitedBody:
        return takeBody(&input, then: .closeDelimitedBody)
      case .chunkSize:
        guard
          let line = try scanner.strictLine(
            &input, limit: Self.maximumChunkLineLength, excess: .lineTooLong, bareLineFeed: .badChunkSize)
        else { return .needsMore }
        remaining = try size(HTTPChunkLine(line), rules)
        if remaining > 0 { state = .chunkData } else { beginTrailers() }
      case .chunkData:
        return takeBody(&input, then: .chunkEnd)
      case .chunkEnd:
        guard try scanner.strictLine(&input, limit: 2, excess: .badChunkEnd, bareLineFeed: .badChunkEnd) != nil
        else { return .needsMore }
        state = .chunkSize
      case .trailers:
        guard let line = try scanner.sectionLine(&input, most: rules.line, of: rules) else { return .needsMore }
        if line.isEmpty { state = .complete } else { _ = try readField(line, rules) }
      case .complete:
        return .complete
      case .malformed:
        throw fault!
      }
    }
  }

  // MARK: Head

  private mutating func readHead(
    _ input: inout UnsafeRawBufferPointer, _ rules: Rules
  ) throws(Fault) -> Progress {
    while true {
      if !scanner.holdsPart, try readWholeLines(&input, rules) { return .head }
      guard let line = try scanner.sectionLine(&input, most: longestLine(rules), of: rules) else { return .needsMore }
      if state == .startLine {
        try readStartLine(line)
      } else if !line.isEmpty {
        try head.note(readField(line, rules), as: role)
      } else if try finishHead() {
        return .head
      }
    }
  }

  /// The limit of the next line.
  private func longestLine(_ rules: Rules) -> Int { state == .startLine ? Self.maximumStartLineLength : rules.line }

  /// Reads the lines of a head that lie whole in the input, up to one that needs the full grammar.
  /// - Returns: whether the head has ended.
  private mutating func readWholeLines(
    _ input: inout UnsafeRawBufferPointer, _ rules: Rules
  ) throws(Fault) -> Bool {
    guard let start = input.baseAddress else { return false }
    let room = scanner.room(for: longestLine(rules), of: rules)
    var bytes = HTTPBytes(start: start, count: min(input.count, room))
    guard bytes.count >= 8 else { return false }
    var offset = 0
    defer {
      input.advance(by: offset)
      scanner.skip(offset)
    }
    if state == .startLine {
      guard role == .request, let (line, end) = HTTPRequestLine.whole(in: bytes) else { return false }
      begin(line)
      offset = end
      bytes = bytes.prefix(min(bytes.count, end &+ rules.line))
    }
    while offset &+ 2 <= bytes.count {
      if bytes.isLineEnd(at: offset) {
        offset &+= 2
        return try finishHead()
      }
      guard Int(fieldCount) < rules.fields, let (field, end) = HTTPField.whole(in: bytes, at: offset)
      else { return false }
      fieldCount &+= 1
      offset = end
      try head.note(field, as: role)
    }
    return false
  }

  private mutating func begin(_ line: HTTPRequestLine) {
    head.method = line.method
    head.minorVersion = line.minorVersion
    scanner.pin(line.target)
    state = .fields
  }

  private mutating func readStartLine(_ line: HTTPBytes) throws(Fault) {
    switch role {
    case .response:
      let statusLine = try HTTPStatusLine(line)
      head.status = statusLine.status
      head.minorVersion = statusLine.minorVersion
      state = .fields
    case .request:
      guard !line.isEmpty else { return scanner.beginSection() }
      begin(try HTTPRequestLine(line))
    }
  }

  private mutating func readField(_ line: HTTPBytes, _ rules: Rules) throws(Fault) -> HTTPField {
    guard Int(fieldCount) < rules.fields else { throw .headTooLarge }
    fieldCount &+= 1
    return try HTTPField(line)
  }

  /// Chooses how the body is delimited (RFC 9112, section 6.3). False for an interim response, which is skipped.
  private mutating func finishHead() throws(Fault) -> Bool {
    try head.validate(as: role)
    if role == .response, head.status < 200 {
      guard head.status != 101 else { throw .unexpectedUpgrade }
      head = Head()
      state = .startLine
      return false
    }
    if role == .response, answersHEAD || head.status == 204 || head.status == 304 {
      state = .complete
    } else if head.isChunked {
      state = .chunkSize
    } else if let length = head.contentLength {
      remaining = length
      state = length > 0 ? .sizedBody : .complete
    } else if role == .response {
      head.marks.insert(.close)
      remaining = .max
      state = .closeDelimitedBody
    } else {
      state = .complete
    }
    return true
  }

  // MARK: Body

  private mutating func size(_ line: HTTPChunkLine, _ rules: Rules) throws(Fault) -> Int {
    if line.isPadded {
      guard rules.isLenient else { throw .badChunkSize }
      head.marks.insert(.readLeniently)
    }
    return line.size
  }

  private mutating func beginTrailers() {
    scanner.beginSection()
    fieldCount = 0
    state = .trailers
  }

  private mutating func takeBody(_ input: inout UnsafeRawBufferPointer, then end: State) -> Progress {
    let count = min(input.count, remaining)
    guard count > 0, let start = input.baseAddress else { return .needsMore }
    input.advance(by: count)
    bodyBytes &+= count
    remaining &-= count
    if remaining == 0 { state = end }
    return .body(UnsafeRawBufferPointer(start: start, count: count))
  }
}
