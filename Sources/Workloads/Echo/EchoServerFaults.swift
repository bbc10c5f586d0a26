import Plan

/// Answers a message that asks for a fault. The server first receives everything that the client sends before it reads,
/// because closing with unread bytes would reset the connection. After any fault but `drip`, no more messages are
/// answered.
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

  /// The next piece of the window; the rest of a longer message follows normally.
  private mutating func nextDrop() -> Need {
    let start = dripped
    dripped = min(count, start + (count + FaultKind.drops - 1) / FaultKind.drops)
    return .send(UnsafeRawBufferPointer(start: buffer! + start, count: dripped - start))
  }

  /// The step after a wrong answer or a piece of a right one; nil once the message goes on normally.
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
