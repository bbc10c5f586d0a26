import Foundation
import Harness
import Records
import TestSupport
import Testing

@testable import iomodes

@Suite(.fewAtOnce, .endsHangs) struct DoctorTests {
  private struct Answer: Decodable {
    var findings: [Finding]
    var environment: Records.Environment
  }

  @Test func machineIsExaminedForAPerson() async throws {
    try await withFolder { folder in
      let ending = try await iomodes("doctor", in: folder)
      #expect(ending.code == 0)
      #expect(ending.errors.isEmpty)
      #expect(!ending.output.contains("\u{1B}"))
      for name in ["build", "processors", "governor", "steal", "descriptors", "ports", "clock"] {
        #expect(ending.output.contains("  \(name) "), "\(ending.output)")
      }
      for line in ending.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    }
  }

  @Test func machineIsExaminedForAProgram() async throws {
    try await withFolder { folder in
      let ending = try await iomodes("doctor", "--format", "json", in: folder)
      #expect(ending.code == 0)
      let answer = try JSONDecoder().decode(Answer.self, from: Data(ending.output.utf8))
      #expect(answer.findings.count > 15)
      #expect(answer.environment.cpusAllowed?.isEmpty == false)
      #expect((answer.environment.softDescriptorLimit ?? 0) > 0)
      #expect(ending.output.contains(#""soft_descriptor_limit" : "#))
    }
  }

  @Test func formatThatIsNoneIsRefused() async throws {
    try await withFolder { folder in
      let ending = try await iomodes("doctor", "--format", "csv", in: folder)
      #expect(ending.code == 2)
      #expect(ending.errors == "iomodes: --format 'csv' is not one of text, json\n")
    }
  }

  @Test func weightiestFindingsComeFirst() throws {
    let findings = try JSONDecoder().decode(
      [Finding].self,
      from: Data(
        """
        [{"name": "a", "found": "b", "severity": "fine", "effect": "c"},
         {"name": "long", "found": "d", "severity": "warning", "effect": "e", "remedy": "f"}]
        """.utf8))
    let text = """
      warning  long  d
               e
               > f
      fine     a     b

      1 warning, 0 notes, 1 fine
      """
    #expect(DoctorText.render(findings, width: 100, color: false) == text)
    #expect(DoctorText.render(findings, width: 100, color: true).hasPrefix("\u{1B}[33mwarning\u{1B}[0m  long  d\n"))
  }
}
