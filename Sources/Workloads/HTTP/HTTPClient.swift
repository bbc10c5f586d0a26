import Glibc
import Measurement

/// One operation is a request and its reply, verified in status, framing and, where it is known, content.
public struct HTTPClient: Conversation, ~Copyable {
  private let requests: UnsafePointer<HTTPRequests>
  private var reader = HTTPReader(role: .response)
  private var operation: UInt64 = 0
  /// Where requests are written that are not ready made.
  private let buffer: UnsafeMutableRawPointer?
  /// Of the body so far: whether it is what was expected, and its digest where nothing is.
  private var isExpected = true
  private var digest: UInt64 = 0
  /// The body so far, where replies are kept.
  private var kept: [UInt8] = []

  public init(_ requests: UnsafePointer<HTTPRequests>) {
    self.requests = requests
    let capacity = requests.pointee.capacity
    buffer = capacity > 0 ? malloc(capacity)! : nil
  }

  deinit { free(buffer) }

  public static var usesConnection: Bool { true }

  public func endpoint(of operation: UInt64) -> Int32 {
    Int32(truncatingIfNeeded: requests.pointee.endpoint(of: operation))
  }

  public mutating func begin(_ operation: UInt64) -> Need {
    self.operation = operation
    reader.reset(answeringHEAD: requests.pointee.isHEAD)
    isExpected = true
    digest = 0
    return .send(requests.pointee.request(of: operation, in: buffer))
  }

  public mutating func sent() -> Need { .receive }

  public mutating func received(_ bytes: inout UnsafeRawBufferPointer) -> Need { take(reader.next(&bytes), &bytes) }

  public mutating func ended() -> Need {
    var none = UnsafeRawBufferPointer(start: nil, count: 0)
    return take(reader.endOfInput(), &none)
  }

  mutating func take(_ first: HTTPReader.Progress, _ bytes: inout UnsafeRawBufferPointer) -> Need {
    var progress = first
    while true {
      switch progress {
      case .needsMore: return .receive
      case .head: break
      case .body(let piece): check(piece)
      case .complete: return .done(outcome())
      case .malformed(let fault): return .done(.failed(fault == .prematureEnd ? .prematureEnd : .fault(fault)))
      }
      progress = reader.next(&bytes)
    }
  }

  mutating func check(_ piece: UnsafeRawBufferPointer) {
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
      digest = Digest.extend(digest, with: piece, at: offset)
    }
    if requests.pointee.replies != nil { kept.append(contentsOf: piece) }
  }

  mutating func outcome() -> Outcome {
    let head = reader.head
    let keepsConnection = head.keepsAlive && requests.pointee.keepsConnections
    if requests.pointee.replies != nil { keep() }
    guard (200..<300).contains(head.status) else {
      return .refused(status: Int(head.status), keepsConnection: keepsConnection)
    }
    let length = UInt64(reader.bodyBytes)
    if !requests.pointee.isHEAD {
      switch requests.pointee.expectation {
      case .exactly(let content): isExpected = isExpected && length == UInt64(content.count)
      case .pattern(let count): isExpected = isExpected && length == UInt64(count)
      case .any: break
      }
    }
    guard isExpected else { return .failed(.wrongContent) }
    let checksum = Randomness.mix(Randomness.mix(operation) ^ digest ^ length << 32 ^ UInt64(head.status))
    return .verified(checksum: checksum, keepsConnection: keepsConnection)
  }

  mutating func keep() {
    requests.pointee.replies?.add(
      ReplyStore.Reply(operation: operation, status: Int(reader.head.status), body: kept))
    kept = []
  }

  public mutating func woke(_ operation: UInt64, after elapsed: Nanoseconds) -> Need { .receive }

  public mutating func disconnected() {
    reader.reset(answeringHEAD: requests.pointee.isHEAD)
    kept = []
  }
}

/// A digest of content that does not depend on the pieces in which it comes: the sum of each byte, plus one, times a
/// weight of its place, modulo 2⁶⁴.
enum Digest {
  static func extend(_ digest: UInt64, with piece: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
    var sum = digest
    var weight = UInt64(offset) &* 2 &+ 0x9e37_79b9_7f4a_7c15
    for byte in piece {
      sum &+= (UInt64(byte) &+ 1) &* weight
      weight &+= 2
    }
    return sum
  }
}
