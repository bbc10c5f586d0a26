import Foundation
import TestSupport
import Testing

@testable import iomodes

@Suite(.endsHangs) struct ManPageTests {
  private static let page = ManPage.render(Program.commands)

  @Test func everyCommandIsThereWithItsOptionsAndExamples() throws {
    let sections = Self.page.split(separator: "\n.S").map { ".S\($0)\n" }
    for command in Program.commands {
      let section = try #require(sections.first { $0.hasPrefix(".SS \"iomodes \(command.name)") })
      for option in command.options {
        #expect(section.contains("\n.TP\n\\fB\\-\\-\(ManPage.text(option.name))\\fR"), "\(command.name) \(option.name)")
      }
      for example in command.examples { #expect(Self.page.contains(ManPage.text(example.line))) }
    }
  }

  @Test func sectionsStandInTheirUsualOrder() {
    let headings = Self.page.split(separator: "\n").filter { $0.hasPrefix(".SH ") }.map { $0.dropFirst(4) }
    let usual = [
      "NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO",
    ]
    #expect(headings.map(String.init) == usual)
  }

  @Test func textMeansNothingToRoff() {
    #expect(
      ManPage.text(".x 'a' `b` \\n \"q\" ~^ -1 ± 😀")
        == "\\&.x \\(aqa\\(aq \\(gab\\(ga \\en \\(dqq\\(dq \\(ti\\(ha \\-1 \\[u00B1] \\[u1F600]")
    #expect(Self.page.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test(arguments: [
    ["groff", "-man", "-ww", "-z", "page"], ["groff", "-man", "-ww", "-z", "-Tutf8", "page"],
    ["mandoc", "-T", "lint", "-W", "warning", "page"],
  ])
  func formattersHaveNothingToSay(command: [String]) async throws {
    guard isInstalled(command[0]) else { return }
    try await withFolder { folder in
      let printed = try await iomodes("man", in: folder)
      #expect(printed.output == Self.page)
      try printed.output.write(toFile: folder + "/page", atomically: true, encoding: .utf8)
      let path = "/usr/bin/\(command[0])"
      let ending = try await Running(Array(command.dropFirst()), of: path, in: folder).ended()
      #expect(ending.code == 0 && ending.output.isEmpty && ending.errors.isEmpty, "\(ending.output)\(ending.errors)")
    }
  }
}
