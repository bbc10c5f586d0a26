import Plan

/// What a message gets that asks for a fault. Nothing happens before all has come that the client sends before it reads:
/// a connection closed on bytes unread is reset. After that the message is over, but for one that drips.
extension EchoServer {
  @usableFromInline
  mutating func answerWrongly() -> Need {
    if left! > 0 && count < EchoMessage.window { return .receive }
    if fault == .drip { return nextDrop() }
    let window = UnsafeMutableRawBufferPointer(start: buffer, count: count)
    isFaulty = true
    (left, count) = (nil, 0)
    switch fault {
    case .reset: return .abort
    case .truncate: return .send(UnsafeRawBufferPointer(rebasing: window[..<(window.count / 2)]))
    case .garbage:
      for offset in window.indices { window[offset] = ~window[offset] }
      return .send(UnsafeRawBufferPointer(window))
    default: return .receive
    }
  }

  /// The next piece of the window; what a longer message has behind it comes as usual.
  private mutating func nextDrop() -> Need {
    let start = dripped
    dripped = min(count, start + (count + FaultKind.drops - 1) / FaultKind.drops)
    return .send(UnsafeRawBufferPointer(start: buffer! + start, count: dripped - start))
  }

  /// What follows a wrong answer that has been sent, or a drop of a right one; nil once all is as usual.
  @usableFromInline
  mutating func sentWrongly() -> Need? {
    if fault == .drip && dripped < count { return .sleep(FaultKind.pause) }
    (fault, dripped) = (nil, 0)
    return isFaulty ? .finishSending : nil
  }

  @usableFromInline
  mutating func swallow(_ bytes: inout UnsafeRawBufferPointer) -> Need {
    bytes = UnsafeRawBufferPointer(rebasing: bytes[bytes.count...])
    return .receive
  }
}
