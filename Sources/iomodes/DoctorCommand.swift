import Foundation
import Harness
import Records
import Reporting

let doctorCommand = Command(
  name: "doctor", operands: "",
  about: "Looks for what on this machine will disturb a measurement, and says what to do about it.",
  groups: [("Options", [.value("format", "FORMAT", "text (the default) or json", .choice(DoctorFormat.self))])],
  examples: [
    ("iomodes doctor", "before a run whose numbers matter"),
    ("iomodes doctor --format json", "the findings and the facts, for a program"),
  ],
  mostOperands: 0
) { arguments in
  let format: DoctorFormat = try arguments.choice("format") ?? .text
  let doctor = try Doctor.ofThisMachine()
  switch format {
  case .text: Screen.show(DoctorText.render(doctor.findings, color: Screen.showsColor))
  case .json:
    let data = try JSONEncoder.stable(pretty: true).encode(
      DoctorReport(findings: doctor.findings, environment: doctor.environment))
    print(String(decoding: data, as: UTF8.self))
  }
  return 0
}

private enum DoctorFormat: String, CaseIterable { case text, json }

private struct DoctorReport: Encodable {
  var findings: [Finding]
  var environment: Records.Environment
}

/// Findings for a person: the weightiest first, what is fine in one line each.
enum DoctorText {
  static func render(_ findings: [Finding], color: Bool) -> String {
    let width = findings.map(\.name.count).max() ?? 0
    var lines: [String] = []
    for severity in Finding.Severity.allCases.reversed() {
      for finding in findings where finding.severity == severity {
        lines.append("\(mark(severity, color: color))  \(padded(finding.name, to: width))  \(finding.found)")
        guard severity != .fine else { continue }
        let indent = String(repeating: " ", count: markWidth + 2)
        lines.append("\(indent)\(finding.effect)")
        if let remedy = finding.remedy { lines.append("\(indent)> \(remedy)") }
      }
    }
    let counts = Finding.Severity.allCases.reversed().map { severity in
      let count = findings.count { $0.severity == severity }
      return severity == .fine ? "\(count) fine" : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
    }
    return (lines + ["", counts.joined(separator: ", ")]).joined(separator: "\n")
  }

  private static let markWidth = Finding.Severity.allCases.map(\.rawValue.count).max() ?? 0

  /// The severity's name, in colours where they are wanted.
  private static func mark(_ severity: Finding.Severity, color: Bool) -> String {
    let style: Style =
      switch severity {
      case .fine: .fine
      case .note: .note
      case .warning: .warning
      }
    return style.applied(to: padded(severity.rawValue, to: markWidth), color: color)
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
