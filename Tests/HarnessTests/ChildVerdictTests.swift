import Glibc
import Measurement
import SystemCalls
import Testing

@testable import Harness

/// Who has ended a process that gave no answer.
@Suite(.timeLimit(.minutes(1))) struct ChildVerdictTests {
  private let patience = Nanoseconds.milliseconds(600)

  private func verdict(_ script: String) throws -> String {
    let child = try ChildProcess("/bin/sh", ["-c", script])
    #expect(try TrialRunner.await(child, patience: patience, idle: {}) == nil)
    return TrialRunner.verdict(child, after: patience)
  }

  @Test func harnessSaysThatItHasEndedWhoeverDidNotAnswer() throws {
    #expect(try verdict("exec sleep 60") == "it gave no answer within 1 s, and was ended")
  }

  @Test func harnessSaysThatSomeoneElseHasEndedAProcess() throws {
    #expect(
      try verdict("kill -KILL $$")
        == "it ended without an answer (signal 9 (Killed), not of this program: of the system, out of memory, or of someone)"
    )
    #expect(try verdict("exit 3") == "it ended without an answer (exit code 3)")
    #expect(try verdict("kill -SEGV $$").hasPrefix("it ended without an answer (signal 11 "))
  }
}
