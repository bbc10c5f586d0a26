import Foundation
import Glibc
import Records
import TestSupport
import Testing

@testable import Harness
@testable import iomodes

@Suite(.serialized, .fewAtOnce, .endsHangs) struct CheckTests {
  private struct Answer: Decodable {
    struct Check: Decodable {
      var verdict: String
      var least: Double?
      var measured: Double?

      enum CodingKeys: String, CodingKey {
        case verdict
        case least = "expected_low_ns"
        case measured = "measured_ns"
      }
    }
    var passed: Bool
    var checks: [Check]
  }

  /// How long a wait takes at most is not asserted: the machine may be busy.
  @Test func delaysAreNeverBelowWhatWasAskedFor() async throws {
    try await withFolder { folder in
      let ending = try await iomodes("check", "delays", "--format", "json", in: folder)
      let answer = try JSONDecoder().decode(Answer.self, from: Data(ending.output.utf8))
      #expect(answer.checks.count == 12)
      #expect(answer.passed == (ending.code == 0), "\(ending.errors)")
      #expect(ending.errors.isEmpty == (ending.code != 1), "\(ending.errors)")
      #expect(answer.passed == answer.checks.allSatisfy { $0.verdict == "passed" })
      for check in answer.checks where check.measured != nil {
        #expect(try #require(check.measured) >= #require(check.least), "\(check)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["stderr", "stdout"])
    }
  }

  @Test func costsAreMeasuredForAPerson() async throws {
    try await withFolder { folder in
      let ending = try await iomodes("check", "costs", in: folder)
      #expect(ending.output.contains("histogram: time per latency recorded"))
      #expect(ending.output.hasPrefix("check  what "))
      for line in ending.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    }
  }

  @Test func interruptionLeavesNoChildWhenTheServerIsStopped() async throws {
    try await withFolder { folder in
      let running = try Running(["check", "stall"], in: folder)
      #expect(try await stopped(running) { running.signal(SIGINT) })
      let ending = try await running.ended()
      #expect(ending.code == 128 + SIGINT)
      #expect(ending.errors == "iomodes: interrupted\n")
      #expect(try await eventually(within: 5) { running.children.isEmpty })
    }
  }

  @Test func killLeavesNoChildWhenTheServerIsStopped() async throws {
    try await withFolder { folder in
      let running = try Running(["check", "stall"], in: folder)
      #expect(try await stopped(running) { running.signal(SIGKILL) })
      _ = try await running.ended()
      #expect(try await eventually(within: 5) { running.children.isEmpty })
    }
  }

  @Test func rowsAndRemarksFitAndTheVerdictComesLast() {
    let results = [
      CheckResult(
        part: .stall, name: "epoll: response p95", unit: .nanoseconds, expected: .range(530e6...550e6),
        measured: 541e6, verdict: .passed),
      CheckResult(
        part: .costs, name: "histogram", unit: .nanoseconds, expected: .nothing, measured: 1.5, verdict: .measured),
      CheckResult(
        part: .comparisons, name: "slower", unit: .ratio, expected: .words("0.950, slower"), measured: 0.9512,
        interval: 0.94...0.96, verdict: .failed, remark: "because"),
    ]
    let text = """
      check        what                 expected         measured                 verdict
      stall        epoll: response p95  530 ms … 550 ms  541 ms                   passed
      costs        histogram            –                1.50 ns                  measured
      comparisons  slower               0.950, slower    0.9512 [0.9400, 0.9600]  failed
                   because

      1 of 2 answers are wrong
      """
    #expect(CheckText.render(results, width: 100) == text)
    let remedy = "`iomodes doctor` says what on this machine may be the cause"
    #expect(CheckText.complaint(results) == "failed: comparisons, slower; \(remedy)")
    #expect(CheckText.complaint(Array(results.prefix(2))) == nil)
  }
}

/// Acts once one of the children has been stopped by a signal: its state in /proc.
private func stopped(_ running: Running, then act: @escaping @Sendable () -> Void) async throws -> Bool {
  try await eventually {
    running.children.contains { child in
      let text = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
      return text?.split(separator: ")").last?.hasPrefix(" T") ?? false
    }
  } then: {
    act()
  }
}
