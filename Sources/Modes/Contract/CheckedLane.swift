#if DEBUG
  import Measurement
  import Workloads

  /// A lane that asserts that each event answers the step it asked for. Debug builds wrap every client lane in one.
  struct CheckedLane<L: TimedLane & ~Copyable>: TimedLane, ~Copyable {
    private var lane: L
    private var asked = Step.finished

    init(_ lane: consuming L) { self.lane = lane }

    mutating func begin(now: Instant) -> Step {
      asked = lane.begin(now: now)
      return asked
    }

    mutating func resume(_ event: Event) -> Step {
      precondition(event.answers(asked), "\(event) is no answer to \(asked)")
      asked = lane.resume(event)
      return asked
    }

    var operationStart: Instant? { lane.operationStart }
    var heldCount: Int { lane.heldCount }
    func operationStart(_ place: Int) -> Instant? { lane.operationStart(place) }
    var isServed: Bool { lane.isServed }
    var arrivalInHand: UInt64? { lane.arrivalInHand }
    mutating func deal(from first: UInt64) { lane.deal(from: first) }
  }

  extension Event {
    /// Whether the table at `Mode` allows this event as an answer to `step`.
    func answers(_ step: Step) -> Bool {
      switch (step, self) {
      case (.connect, .connected), (.connect, .reached), (.connect, .failed): true
      case (.send, .sent), (.send, .failed), (.finishSending, .sent), (.finishSending, .failed): true
      case (.receive, .received), (.receive, .failed): true
      case (.check, .found), (.check, .foundNothing), (.check, .failed): true
      case (.close, .closed): true
      case (.sleep, .woke), (.delay, .woke), (.yield, .woke): true
      case (.delay, .received(let bytes, _)): bytes.isEmpty
      case (.delay, .failed): true
      case (.file, .transferred), (.compute, .computed): true
      case (.acquire, .acquired), (.release, .released): true
      default: false
      }
    }
  }
#endif
