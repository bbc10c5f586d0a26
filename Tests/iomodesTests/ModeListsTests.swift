import Foundation
import Harness
import Plan
import Testing

@testable import iomodes

/// Reports each list that lacks a new mode. Generated lists have the order of the descriptions; hand-written ones are
/// checked against them.
struct ModeListsTests {
  private static let project = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
  private static let modes = ModeDescription.builtIn

  private static func names(where isMeant: (ModeDescription) -> Bool = { _ in true }) -> [String] {
    modes.filter(isMeant).map(\.id.rawValue)
  }

  private static func text(_ path: String) throws -> String {
    try String(contentsOfFile: "\(project)/\(path)", encoding: .utf8)
  }

  @Test func programListsEveryMode() throws {
    let all = Self.names()
    let section = try #require(Catalogue.sections.first { $0.title == "Modes" })
    #expect(section.rows.map(\.name) == all)
    #expect(zip(section.rows, Self.modes).allSatisfy { $0.about.hasPrefix($1.about) })
    let manual = ManPage.render(Program.commands)
    for name in all { #expect(manual.contains(".TP\n\\fB\(name.replacing("-", with: "\\-"))\\fR\n"), "\(name)") }
  }

  @Test func commandLineTakesEveryMode() throws {
    let modes = try #require(runCommand.options.first { $0.name == "modes" })
    guard case .list(let offered) = modes.values else {
      Issue.record("nothing is offered to --modes")
      return
    }
    let peers = Set(ForeignModes.all.map(\.id.rawValue))
    #expect(offered.filter { !peers.contains($0) } == Self.names())
    #expect(modes.standard == Self.names { $0.kind == .headline }.joined(separator: ","))
    let mode = try #require(serveCommand.options.first { $0.name == "mode" })
    guard case .one(let served) = mode.values else {
      Issue.record("nothing is offered to --mode")
      return
    }
    #expect(served == Self.names { $0.refusals[.serve] == nil })
  }

  /// Its table says how each mode waits, and its kind.
  @Test func readmeHasEveryModeInTheirOrder() throws {
    let rows = try Self.text("README.md").matches(of: /\n\| `([a-z-]+)` \| [^|]+ \| ([a-z]+) \|/)
    #expect(rows.map { "\($0.1): \($0.2)" } == Self.modes.map { "\($0.id): \($0.kind)" })
  }

  /// How it serves, and the cost of its waits.
  @Test(arguments: ["Architecture", "WhatEachWaitCosts"]) func articleSpeaksOfEveryMode(_ article: String) throws {
    let text = try Self.text("Sources/iomodes/iomodes.docc/\(article).md")
    for name in Self.names() { #expect(text.contains("`\(name)`"), "\(name)") }
  }

  @Test(arguments: [("claims", "greeting"), ("serve", "http"), ("serve", "http-2ms")])
  func suiteServesInEveryModeThatCan(_ name: String, experiment: String) throws {
    let found = try #require(try Suite.builtIn(name)).experiments.first { $0.name == experiment }
    #expect(try #require(found).modes.map(\.rawValue) == Self.names { $0.refusals[.serve] == nil })
  }

  /// Peers' scripts know which servers serve only one or a few connections at a time.
  @Test func scriptsOfPeersKnowEveryModeThatServesFewAtOnce() throws {
    let list = try #require(
      try Self.text("Benchmarks/peers/common.py").firstMatch(of: /SERIAL_MODES = \{([^}]*)\}/))
    let names = list.1.matches(of: /"([a-z-]+)"/).map { String($0.1) }
    let few: Set<ModeDescription.Carrier> = [.oneLane, .growingPool, .cooperativePool]
    #expect(Set(names) == Set(Self.names { few.contains($0.carrier) && $0.refusals[.serve] == nil }))
  }
}
