import Foundation
import Plan
import Testing

@testable import Modes

/// All lists of modes derive from their descriptions; here the descriptions are checked against the modes.
struct DescriptionTests {
  /// The list that layers below the modes have is the catalogue's.
  @Test func everyModeIsKnownByItsDescription() {
    #expect(ModeCatalogue.complaint == nil)
    #expect(ModeDescription.builtIn == ModeCatalogue.all.map { $0.description })
    for mode in ModeID.allCases {
      #expect(ModeID(rawValue: mode.rawValue) == mode && mode.traits.id == mode)
      #expect(ModeCatalogue.named(mode)?.id == mode)
      #expect(!mode.about.isEmpty && (1...5).contains(mode.traits.look.dash))
    }
    #expect(ModeID(rawValue: "asyncio") == nil && ModeCatalogue.named(ModeID("asyncio")) == nil)
  }

  /// A mode is one folder, and the file in it is named after its type.
  @Test func everyModeHasItsFolder() {
    let sources =
      (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent } + "/Sources/Modes"
    for mode in ModeCatalogue.all {
      let type = String(describing: mode)
      #expect(type.hasSuffix("Mode"))
      #expect(FileManager.default.fileExists(atPath: "\(sources)/\(type.dropLast(4))/\(type).swift"), "\(type)")
    }
  }

  @Test func everyLookCanBeDrawn() {
    for mode in ModeID.allCases {
      let look = mode.traits.look
      #expect(look.colour.wholeMatch(of: /#[0-9A-F]{6}/) != nil && look.marker > 0, "\(mode)")
      // The text's own colour is that of the control.
      #expect(look.ink.map { (0...255).contains($0) } ?? (mode.kind == .control), "\(mode)")
    }
    let inks = ModeID.allCases.compactMap(\.traits.look.ink)
    #expect(Set(inks).count == inks.count)
  }

  @Test func modesThatCouldNotBeToldApartAreAComplaint() {
    let own = ModeDescription.builtIn
    func complaint(_ change: (inout ModeDescription) -> Void) -> String? {
      var other = ModeDescription(
        ModeID("other"), .reference, "another", .init("#123456", dash: 1, marker: 99), .shared)
      change(&other)
      return ModeDescription.complaint(about: own + [other])
    }
    #expect(complaint { _ in } == nil)
    #expect(complaint { $0.id = .epoll } == "two modes are called epoll")
    #expect(complaint { $0.otherNames = ["gcd"] } == "two modes are called gcd")
    #expect(complaint { $0.look.colour = "#009E73" } == "two modes have the colour #009E73")
    #expect(complaint { $0.look.marker = 7 } == "two modes have the marker 7")
  }

  /// A mode's code and its description agree.
  @Test func carriersAreAsDescribed() {
    for mode in ModeID.allCases {
      let isBlocking = (ModeCatalogue.named(mode) as? any Mode.Type)?.blocks
      switch mode.traits.carrier {
      case .shared: #expect(isBlocking == false, "\(mode)")
      case .threads, .growingPool, .cooperativePool: #expect(isBlocking == true, "\(mode)")
      case .oneLane: #expect(mode.lanes(for: 64) == 1, "\(mode)")
      case .unknown: Issue.record("\(mode) is described as another program")
      }
      #expect(mode.traits.hasLoops == (ModeCatalogue.named(mode) is any LoopMode.Type), "\(mode)")
      #expect(mode.supportsOffload == mode.traits.offloads.contains("compute"), "\(mode)")
    }
  }
}
