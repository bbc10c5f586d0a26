import Foundation
import Plan
import Testing

@testable import iomodes

/// Only the command line knows its flags. All other messages name what they mean, or carry a remedy that it words.
struct FlagTests {
  private static let project = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }

  /// Files with two hyphens that are no flag of this program: custom properties of CSS, a dash of LaTeX, flags of launchers.
  private static let exceptions: Set = [
    "Reporting/Render/HTML/Palette.swift", "Reporting/Render/HTML/PageStyle.swift",
    "Plan/Hosts/Launcher.swift", "Reporting/Citations/CitedNumber.swift",
  ]

  @Test func noLowerLayerNamesAFlag() throws {
    let flags = Set(Program.commands.flatMap { $0.options.map { "--\($0.name)" } })
    let sources = "\(Self.project)/Sources"
    let files = try #require(FileManager.default.enumerator(atPath: sources)).compactMap { $0 as? String }
    var count = 0
    for file in files where file.hasSuffix(".swift") && !file.hasPrefix("iomodes/") {
      count += 1
      if Self.exceptions.contains(file) { continue }
      let lines = try String(contentsOfFile: "\(sources)/\(file)", encoding: .utf8).split(separator: "\n")
      for line in lines where !line.drop(while: \.isWhitespace).hasPrefix("//") {
        #expect(!line.contains(#"--\("#), "\(file) makes a flag: \(line)")
        for match in line.matches(of: /--[a-z][a-z-]*/) where flags.contains(String(match.output)) {
          Issue.record("\(file) names \(match.output): \(line)")
        }
      }
    }
    #expect(count > 300)
  }

  /// Each is one line that says what to type.
  @Test func remedyIsWordedWithFlagsThatTheProgramHas() throws {
    let flags = Set(Program.commands.flatMap { $0.options.map { "--\($0.name)" } })
    let remedies: [Remedy] = [
      .otherOutput, .otherOutputOrResuming, .spaceAndResuming(folder: "out"), .hostAndResuming(folder: "out"),
      .otherFileFolder, .otherTarget,
      .otherAddress, .serverAddress(host: "n1"), .otherLauncher, .peerFolder, .contender("nginx=http://localhost/"),
      .comparingOrMixing,
      .newMacros(run: "quick", prefix: "second"), .otherPrefix, .audits, .primitives(folder: "out"),
    ]
    for remedy in remedies {
      let named = remedy.words.matches(of: /--[a-z][a-z-]*/).map { String($0.output) }
      #expect(!named.isEmpty && flags.isSuperset(of: named), "\(remedy.words)")
    }
    #expect(
      Remedy.newMacros(run: "quick", prefix: nil).words == "generate it again with `iomodes cite quick --macros`")
  }
}
