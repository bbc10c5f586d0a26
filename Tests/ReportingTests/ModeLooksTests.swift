import Plan
import Records
import Testing

@testable import Reporting

/// A mode has the same look and the same place in every drawing.
struct ModeLooksTests {
  private static let modes = ModeDescription.builtIn
  private static let names = modes.map(\.id.rawValue)

  /// In any order of trials.
  private static let run = TinyRun.run(names.reversed().map { TinyRun.trial($0, latencies: [1000, 2000, 3000]) })

  @Test func figuresHaveEveryModeWithItsLook() throws {
    let data = try #require(GnuplotData.files(of: Self.run).first { $0.kind == .throughput })
    func line(_ name: String) -> [String]? {
      data.text.split(separator: "\n").first { $0.hasPrefix("# \(name): ") }?.split(separator: " ").dropFirst(2).map(
        String.init)
    }
    // A cost that all modes share is not a curve among them.
    let modes = Self.modes.filter { $0.kind != .control }
    #expect(line("modes") == modes.map(\.id.rawValue))
    #expect(line("kinds") == modes.map(\.kind.rawValue))
    #expect(line("colours") == modes.map(\.look.colour))
    #expect(line("markers") == modes.map { "\($0.look.marker)" })
    #expect(line("dashes") == modes.map { "\($0.look.dash)" })
  }

  @Test func pageHasAColourForEveryMode() {
    let rules = Palette.rules(of: ModeTable(Self.run.record)).split(separator: "\n")
    for (mode, rule) in zip(Self.modes, rules) {
      let colour = mode.look.colour == "#000000" ? "var(--ink)" : mode.look.colour
      #expect(rule == ".\(mode.id) { --mode: \(colour) }")
    }
    #expect(rules.count { $0.hasPrefix(".") } == Self.modes.count + 1, "and one for all others")
  }

  @Test func tablesHaveEveryModeInTheirOrder() {
    let text = Report(Self.run).render(.text, width: 120, color: false)
    let places = Self.names.map { name in
      text.firstRange(of: "\n  \(name) ")?.lowerBound ?? text.firstRange(of: "\n\(name) ")?.lowerBound
    }
    #expect(places.allSatisfy { $0 != nil })
    #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
  }

  /// Claims distinguish modes by what carries their lanes; each mode but the control has a kind.
  @Test func claimsKnowEveryMode() {
    let known = ClaimModes.asynchronous + ClaimModes.concurrent + ClaimModes.parallel
    for mode in Self.modes where mode.kind != .control && mode.carrier != .oneLane {
      #expect(known.contains(mode.id.rawValue), "\(mode.id)")
    }
  }
}
