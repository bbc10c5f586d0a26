import Plan

/// What a request gets that asks for a fault. After any but `drip` nothing more is answered.
extension HTTPServer {
  private static var garbage: StaticString { "\u{1}\u{2}\u{3} no reply at all\r\n" }

  public var isFaulty: Bool { reply.fault != nil && reply.fault != .drip && ending != .none && !isPending }

  /// Carries out the fault, once the replies before it are sent; nil where the right reply is due, if in drops.
  mutating func answerWrongly(_ fault: FaultKind) -> Need? {
    guard replies.isEmpty else { return flush() }
    guard fault != .drip else { return nil }
    isPending = false
    ending = .lingering
    switch fault {
    case .reset: return .abort
    case .stall, .drip:
      ending = .draining
      return .receive
    case .garbage: replies.append(Self.garbage)
    case .truncate: appendPart()
    }
    return flush()
  }

  /// The head of the reply and the first half of its content; where there is none, the first half of the head.
  private mutating func appendPart() {
    let size = contentSize
    replies.append(headOf: reply, size: size, following: 0)
    if reply.isHEAD || size == 0 { return replies.halve() }
    appendContent(min(size / 2, HTTPReplies.limit))
  }

  /// The next piece of what waits to be sent; the rest of a larger content comes as usual.
  mutating func nextDrop() -> Need {
    let rest = undripped
    drops += 1
    return .send(UnsafeRawBufferPointer(rebasing: rest.bytes.prefix(rest.piece)))
  }

  /// The pause before the next drop; nil after the last.
  mutating func sentDrop() -> Need? {
    if !undripped.bytes.isEmpty { return .sleep(FaultKind.pause) }
    (reply.fault, drops) = (nil, 0)
    return nil
  }

  /// What has not dripped out yet, and how much of it is to do so at a time.
  private var undripped: (bytes: Slice<UnsafeRawBufferPointer>, piece: Int) {
    mutating get {
      let all = replies.takeAll()
      let piece = (all.count + FaultKind.drops - 1) / FaultKind.drops
      return (all.dropFirst(Int(drops) * piece), piece)
    }
  }
}
