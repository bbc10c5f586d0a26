import Glibc
import Measurement
import SystemCalls
import TestSupport
import Testing

@testable import Harness

/// The verdict on a process that ended without an answer.
@Suite(.endsHangs) struct ChildVerdictTests {
  private let patience = Nanoseconds.milliseconds(600)

  private func verdict(_ script: String) throws -> String {
    let child = try ChildProcess("/bin/sh", ["-c", script])
    #expect(try TrialRunner.await(child, patience: patience, idle: {}) == nil)
    return TrialRunner.verdict(child, after: patience)
  }

  @Test func harnessSaysThatItHasEndedWhoeverDidNotAnswer() throws {
    #expect(try verdict("exec sleep 60") == "it did not answer within 1 s, and was killed")
  }

  @Test func harnessSaysThatSomeoneElseHasEndedAProcess() throws {
    #expect(
      try verdict("kill -KILL $$")
        == "it ended without an answer (signal 9 (Killed), not sent by this program: perhaps the system is out of memory)"
    )
    #expect(try verdict("exit 3") == "it ended without an answer (exit code 3)")
    #expect(try verdict("kill -SEGV $$").hasPrefix("it ended without an answer (signal 11 "))
  }
}
