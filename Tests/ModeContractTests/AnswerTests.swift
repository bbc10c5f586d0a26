import Measurement
import Testing
import Workloads

@testable import Modes

#if DEBUG
  /// The table against which debug builds check each answer.
  struct AnswerTests {
    private static let now = Instant(nanoseconds: 1)
    private static var some: UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: 8), count: 1)
    }

    @Test func stepsHaveTheirOwnAnswers() {
      #expect(Event.woke(now: Self.now).answers(.sleep(until: Self.now)))
      #expect(Event.ended(now: Self.now).answers(.delay(until: Self.now)))
      #expect(Event.sent(0).answers(.finishSending))
      #expect(Event.failed(.timedOut, now: Self.now).answers(.receive))
    }

    @Test func otherAnswersAreNone() {
      #expect(!Event.sent(1).answers(.sleep(until: Self.now)))
      #expect(!Event.received(Self.some, now: Self.now).answers(.delay(until: Self.now)))
      #expect(!Event.woke(now: Self.now).answers(.receive))
      #expect(!Event.failed(.timedOut, now: Self.now).answers(.acquire))
      #expect(!Event.woke(now: Self.now).answers(.finished))
    }
  }
#endif
