import Glibc
import Plan

/// Reads replies in order, and checks each one's status, framing and, if known, content.
struct HTTPReplyCheck: ~Copyable {
  let requests: UnsafePointer<HTTPRequests>
  private var reader = HTTPReader(role: .response)
  private var operation: UInt64 = 0
  /// Whether the body so far is the expected one, and its digest if no content is known.
  private var isExpected = true
  private var digest = Digest()
  /// The body so far, where replies are kept.
  private var kept: [UInt8] = []

  init(_ requests: UnsafePointer<HTTPRequests>) { self.requests = requests }

  /// Whether these bytes begin a reply of status 408. A server may send it unasked, to end an idle connection (RFC
  /// 9110, section 15.5.9).
  static func isIdleTimeout(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: "HTTP/1.".utf8) && bytes.dropFirst(8).starts(with: " 408".utf8)
  }

  /// The next reply answers `operation`.
  @inline(__always)
  mutating func begin(_ operation: UInt64) {
    self.operation = operation
    reader.reset(answeringHEAD: requests.pointee.isHEAD)
    isExpected = true
    digest = Digest()
  }

  /// Takes the reply, or a part of it, from the front of `bytes`; nil if more is to come.
  @inline(__always)
  mutating func received(_ bytes: inout UnsafeRawBufferPointer) -> Outcome? {
    take(reader.next(&bytes, by: requests.pointee.rules), &bytes)
  }

  /// The peer has finished sending.
  mutating func ended() -> Outcome {
    var none = UnsafeRawBufferPointer(start: nil, count: 0)
    return take(reader.endOfInput(), &none) ?? .failed(.prematureEnd)
  }

  /// Drops a partial reply.
  mutating func abandon() {
    reader.reset(answeringHEAD: requests.pointee.isHEAD)
    kept = []
  }

  @inline(__always)
  private mutating func take(_ first: HTTPReader.Progress, _ bytes: inout UnsafeRawBufferPointer) -> Outcome? {
    var progress = first
    while true {
      switch progress {
      case .needsMore: return nil
      case .head: break
      case .body(let piece): check(piece)
      case .complete: return outcome()
      case .malformed(let fault): return .failed(fault == .prematureEnd ? .prematureEnd : .fault(fault))
      }
      progress = reader.next(&bytes, by: requests.pointee.rules)
    }
  }

  private mutating func check(_ piece: UnsafeRawBufferPointer) {
    let end = reader.bodyBytes
    let offset = end - piece.count
    switch requests.pointee.expectation {
    case .exactly(let content):
      isExpected =
        isExpected && end <= content.count
        && memcmp(piece.baseAddress!, content.baseAddress! + offset, piece.count) == 0
    case .pattern:
      isExpected = isExpected && Pattern.matches(piece, operation: operation, offset: offset)
    case .any:
      digest.extend(with: piece, at: offset)
    }
    if requests.pointee.replies != nil { kept.append(contentsOf: piece) }
  }

  private mutating func outcome() -> Outcome {
    let head = reader.head
    let keepsConnection = head.keepsAlive && requests.pointee.keepsConnections
    if requests.pointee.replies != nil { keep() }
    guard (200..<300).contains(head.status) else {
      var outcome = Outcome.refused(status: Int(head.status), keepsConnection: keepsConnection)
      outcome.isLenient = head.wasReadLeniently
      return outcome
    }
    let length = UInt64(reader.bodyBytes)
    let digest = digest.value
    if !requests.pointee.isHEAD {
      switch requests.pointee.expectation {
      case .exactly(let content): isExpected = isExpected && length == UInt64(content.count)
      case .pattern(let count): isExpected = isExpected && length == UInt64(count)
      case .any: break
      }
    }
    guard isExpected else { return .failed(.wrongContent) }
    requests.pointee.contents?.add(digest: digest, length: length)
    let checksum = Checksum.ofHTTP(operation, digest: digest, length: length, status: UInt64(head.status))
    var outcome = Outcome.verified(checksum: checksum, keepsConnection: keepsConnection)
    outcome.isLenient = head.wasReadLeniently
    return outcome
  }

  private mutating func keep() {
    requests.pointee.replies?.add(
      ReplyStore.Reply(operation: operation, status: Int(reader.head.status), body: kept))
    kept = []
  }
}
