import Measurement
import SystemCalls

/// The far ends of conversations: one loop on a processor of its own that answers each message after a delay, as the
/// server of a trial does.
final class Answerer: @unchecked Sendable {
  private let sockets: [Socket]
  private let watch: Watch
  private let wakeUp: WakeUp
  private let told = Word()
  private var thread: SystemCalls.Thread?
  /// To be set while no message is on its way.
  var delay = Nanoseconds.zero
  private var isEnding = false
  private var spending = Spending.ofCallingThread
  /// The waits that a timer has ended.
  private var timersEnded = 0

  init(_ sockets: [Socket], on processor: Int) throws {
    self.sockets = sockets
    watch = try Watch(of: sockets)
    wakeUp = try WakeUp()
    try watch.add(wakeUp.descriptor, at: sockets.count)
    thread = try Thread(name: "answerer") { [self] in
      try? Affinity.set([processor])
      do { try answer() } catch { for socket in sockets { socket.shutdown() } }
    }
  }

  /// What its thread has used so far. Asking is a wait and a wake-up, too.
  func spent() -> Spending {
    told.clear()
    wakeUp.signal()
    told.wait(while: 0)
    return spending
  }

  /// Ends the thread. To be called once.
  func end() {
    isEnding = true
    wakeUp.signal()
    thread?.join()
    told.deallocate()
  }

  private func answer() throws {
    let message = Message(64)
    defer { message.deallocate() }
    // In the order of their times, because all have the same delay.
    var due: [(at: Instant, place: Int)] = []
    var next = 0
    while true {
      let timeout = next < due.count ? Int64(due[next].at.since(MonotonicClock.now).count) : -1
      let events = watch.wait(timeout: timeout)
      if events == 0 && timeout > 0 { timersEnded += 1 }
      for event in 0..<events {
        let place = watch.place(of: event)
        guard place < sockets.count else {
          if isEnding { return }
          spending = .ofCallingThread
          spending.wakes = spending.switches - Double(timersEnded)
          told.store(1)
          continue
        }
        try message.receive(on: sockets[place])
        if delay == .zero {
          try message.send(on: sockets[place])
        } else {
          due.append((MonotonicClock.now + delay, place))
        }
      }
      while next < due.count && due[next].at <= MonotonicClock.now {
        try message.send(on: sockets[due[next].place])
        next += 1
      }
      if next == due.count {
        due.removeAll(keepingCapacity: true)
        next = 0
      }
    }
  }
}
