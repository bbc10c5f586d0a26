import Foundation
import Harness
import Plan
import Records
import Reporting

let doctorCommand = Command(
  name: "doctor", operands: "",
  about: "Finds what will disturb measurements on this machine, or on the hosts of a run, and says how to fix it.",
  groups: [
    (
      "Options",
      [
        .value(
          "format", "FORMAT", "text or json", .choice(DoctorFormat.self), unlessGiven: DoctorFormat.text.rawValue,
          elsewhere: "f")
      ]
    ),
    ("Hosts", HostOptions.options(hosts: "examine other machines, and the ways between them")),
  ],
  examples: [
    ("iomodes doctor", "before a run whose numbers matter"),
    ("iomodes doctor --format json", "findings and facts as JSON"),
    ("iomodes doctor --hosts n1,n2,n3", "the hosts of a run, by ssh"),
  ],
  mostOperands: 0
) { arguments in
  let format: DoctorFormat = try arguments.choice("format") ?? .text
  if let roles = try HostOptions.roles(arguments) {
    try show(ClusterDoctor.examined(roles), as: format)
    return 0
  }
  let doctor = try Doctor.ofThisMachine()
  switch format {
  case .text: Screen.show(DoctorText.render(doctor.findings, width: Screen.columns, color: Screen.showsColor))
  case .json:
    let data = try JSONEncoder.stable(pretty: true).encode(
      DoctorReport(findings: doctor.findings, environment: doctor.environment))
    print(String(decoding: data, as: UTF8.self))
  }
  return 0
}

private func show(_ doctor: ClusterDoctor, as format: DoctorFormat) throws {
  switch format {
  case .text:
    func render(_ findings: [Finding]) -> String {
      DoctorText.render(findings, width: Screen.columns, color: Screen.showsColor)
    }
    let nameWidth = Launcher.presets.map(\.name.count).max() ?? 0
    let launchers = Launcher.presets.map { "  \(Terminal.padded($0.name, to: nameWidth))  \($0.command)" }
    let parts =
      doctor.hosts.map { "host \($0.name) (\($0.role.rawValue))\n" + render($0.findings) }
      + ["all hosts\n" + render(doctor.findings), (["launchers"] + launchers).joined(separator: "\n")]
    Screen.show(parts.joined(separator: "\n\n"))
  case .json:
    print(String(decoding: try JSONEncoder.stable(pretty: true).encode(doctor), as: UTF8.self))
  }
}

private enum DoctorFormat: String, CaseIterable { case text, json }

private struct DoctorReport: Encodable {
  var findings: [Finding]
  var environment: Records.Environment
}

/// Renders findings for a person: the most severe first, and the harmless ones in one line each.
enum DoctorText {
  /// - Parameter width: columns; longer text continues on the next line, below its beginning.
  static func render(_ findings: [Finding], width: Int, color: Bool) -> String {
    let nameWidth = findings.map(\.name.count).max() ?? 0
    var lines: [String] = []
    func add(_ text: String, after start: String, indent: Int) {
      let margin = String(repeating: " ", count: indent)
      let words = Terminal.wrapped(text, width: max(20, width - indent))
      lines += words.enumerated().map { ($0 == 0 ? start : margin) + $1 }
    }
    for severity in Finding.Severity.allCases.reversed() {
      for finding in findings where finding.severity == severity {
        let name = Terminal.padded(finding.name, to: nameWidth)
        add(
          finding.found, after: "\(mark(severity, color: color))  \(name)  ", indent: markWidth + 2 + nameWidth + 2)
        guard severity != .fine else { continue }
        let margin = String(repeating: " ", count: markWidth + 2)
        add(finding.effect, after: margin, indent: markWidth + 2)
        if let remedy = finding.remedy { add(remedy, after: margin + "> ", indent: markWidth + 4) }
      }
    }
    let counts = Finding.Severity.allCases.reversed().map { severity in
      let count = findings.count { $0.severity == severity }
      return severity == .fine ? "\(count) fine" : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
    }
    return (lines + ["", counts.joined(separator: ", ")]).joined(separator: "\n")
  }

  private static let markWidth = Finding.Severity.allCases.map(\.rawValue.count).max() ?? 0

  /// The name of the severity, coloured if wanted.
  private static func mark(_ severity: Finding.Severity, color: Bool) -> String {
    let style: Style =
      switch severity {
      case .fine: .fine
      case .note: .note
      case .warning: .warning
      }
    return style.applied(to: Terminal.padded(severity.rawValue, to: markWidth), color: color)
  }
}
