import Plan

/// Answers a request that asks for a fault. After any fault but `drip`, no more requests are answered.
extension HTTPServer {
  private static var garbage: StaticString { "\u{1}\u{2}\u{3} no reply at all\r\n" }

  public var isFaulty: Bool { reply.fault != nil && reply.fault != .drip && ending != .none && !isPending }

  /// Commits the fault after the earlier replies are sent; nil if the right reply is due, in pieces or not.
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

  /// The head of the reply and the first half of its content; without content, the first half of the head.
  private mutating func appendPart() {
    let size = contentSize
    replies.append(headOf: reply, size: size, following: 0)
    if reply.isHEAD || size == 0 { return replies.halve() }
    appendContent(min(size / 2, HTTPReplies.limit))
  }

  /// The next piece of the waiting reply; the rest of larger content follows normally.
  mutating func nextDrop() -> Need {
    let rest = undripped
    drops += 1
    return .send(UnsafeRawBufferPointer(rebasing: rest.bytes.prefix(rest.piece)))
  }

  /// The pause before the next piece; nil after the last.
  mutating func sentDrop() -> Need? {
    if !undripped.bytes.isEmpty { return .sleep(FaultKind.pause) }
    (reply.fault, drops) = (nil, 0)
    return nil
  }

  /// The bytes that are still to be sent in pieces, and the size of a piece.
  private var undripped: (bytes: Slice<UnsafeRawBufferPointer>, piece: Int) {
    mutating get {
      let all = replies.takeAll()
      let piece = (all.count + FaultKind.drops - 1) / FaultKind.drops
      return (all.dropFirst(Int(drops) * piece), piece)
    }
  }
}
