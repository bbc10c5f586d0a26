import Measurement
import Workloads

/// No waiting at all: one lane, its server's side paired with it in memory, and time that passes at once where it is
/// slept through. What is left is the cost of the harness itself.
enum NullMode {
  /// Carries the lane to its end. A lane that uses no connection gets no server.
  static func drive<L: Lane & ~Copyable, S: Lane & ~Copyable>(
    _ lane: UnsafeMutablePointer<L>, makeServer: () -> S
  ) {
    let server = UnsafeMutablePointer<S>.allocate(capacity: 1)
    defer { server.deallocate() }
    let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
    var isConnected = false
    var served = Step.finished
    /// Runs ahead of the clock by what was slept.
    var now = MonotonicClock.now

    func disconnect() {
      if isConnected { server.deinitialize(count: 1) }
      isConnected = false
    }

    var step = lane.pointee.begin(now: now)
    while true {
      now = max(now, MonotonicClock.now)
      switch step {
      case .connect:
        server.initialize(to: makeServer())
        isConnected = true
        served = server.pointee.begin(now: now)
        step = lane.pointee.resume(.connected(now: now))
      case .check: step = lane.pointee.resume(.checked(nil, now: now))
      case .send(let bytes):
        if case .receive = served { served = server.pointee.resume(.received(bytes, now: now)) }
        step = lane.pointee.resume(.sent(bytes.count))
      case .receive:
        switch served {
        case .send(let bytes):
          step = lane.pointee.resume(.received(bytes, now: now))
          served = server.pointee.resume(.sent(bytes.count))
        case .delay(let deadline):
          now = max(now, deadline)
          served = server.pointee.resume(.woke(now: now))
        case .yield: served = server.pointee.resume(.woke(now: now))
        case .finishSending:
          served = server.pointee.resume(.sent(0))
          step = lane.pointee.resume(.received(nothing, now: now))
        default:
          step = lane.pointee.resume(.received(nothing, now: now))
        }
      case .sleep(let deadline), .delay(let deadline):
        now = max(now, deadline)
        step = lane.pointee.resume(.woke(now: now))
      case .yield: step = lane.pointee.resume(.woke(now: now))
      case .file: step = lane.pointee.resume(.transferred(0, now: now))
      case .compute(let work): step = lane.pointee.resume(.computed(work.result(), now: now))
      case .acquire: step = lane.pointee.resume(.acquired(now: now))
      case .release: step = lane.pointee.resume(.released(now: now))
      case .close:
        disconnect()
        step = lane.pointee.resume(.closed(now: now))
      case .finishSending:
        if case .receive = served { served = server.pointee.resume(.received(nothing, now: now)) }
        step = lane.pointee.resume(.sent(0))
      case .abort, .finished:
        disconnect()
        return
      }
    }
  }
}
