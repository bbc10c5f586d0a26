import Foundation
import Testing

/// The article *The loops* shows the switches of the headline modes side by side, step by step, as in the sources.
/// `IOMODES_WRITE=1` with this test regenerates it.
struct LoopsArticleTests {
  private static let project = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
  private static let article = project + "/Sources/iomodes/iomodes.docc/TheLoops.md"

  @Test func articleShowsTheSourcesAsTheyAre() throws {
    let text = try Self.text()
    if ProcessInfo.processInfo.environment["IOMODES_WRITE"] == "1" {
      try text.write(toFile: Self.article, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOfFile: Self.article, encoding: .utf8) == text, "write it anew with IOMODES_WRITE=1")
  }

  private static let loops = [
    (modes: "`blocking` and `dispatch`", file: "BlockingLanes"), (modes: "`taskgroup`", file: "TaskLanes"),
    (modes: "`epoll`", file: "EpollLanes"),
  ]

  private static let steps = [
    ("send", "All of the bytes, before the lane goes on."), ("receive", "Whatever has arrived, once anything has."),
    ("sleep", "A time to pass, and never less."), ("connect", "A connection to an endpoint."),
    ("delay", "A time to pass that the peer may cut short."), ("file", "A part of a file read, written or synced."),
    ("compute", "Work for a processor."), ("acquire", "One of the permits of a limit."),
    ("release", "It is given back."),
    ("check", "A look at what came unasked."), ("yield", "Others have their turn."),
    ("close", "What waits for nothing, and is the same in every mode."), ("finished", "The end of the lane."),
  ]

  private static func text() throws -> String {
    let all = try loops.map { (modes: $0.modes, cases: try cases(of: $0.file)) }
    for (modes, cases) in all {
      try #require(Set(cases.keys) == Set(steps.map(\.0)), "the steps of \(modes)")
    }
    let sections = steps.map { step, about in
      let blocks = all.map { modes, cases in "\(modes):\n\n```swift\n\(cases[step] ?? "")\n```\n" }
      return "### \(step)\n\n\(about)\n\n\(blocks.joined(separator: "\n"))"
    }
    let starts = try [("blocking", "Blocking"), ("dispatch", "Dispatch"), ("taskgroup", "TaskGroup")].map {
      mode, name in
      "`\(mode)`:\n\n```swift\n\(try drive(of: name))\n```\n"
    }
    return """
      # The loops

      The headline modes beside each other, step by step, as they stand in the sources.

      ## Overview

      A lane says what it needs next, and a mode carries it out and answers. Each mode is one switch over these steps. All that
      differs between the modes differs here, so the difference on this page is the difference that is measured. The text of
      this page is made from `Sources/Modes`, and a test holds it against them.

      ## How lanes are started

      `blocking` has one lane. `dispatch` gives each lane a thread, `taskgroup` a task, and `epoll` carries all of them in one
      loop: an event enters the switch, and the switch is left at the first step that has to wait.

      \(starts.joined(separator: "\n"))
      ## Step by step

      \(sections.joined(separator: "\n"))
      """ + "\n"
  }

  private static func lines(_ path: String) throws -> [Substring] {
    try String(contentsOfFile: "\(project)/Sources/Modes/\(path).swift", encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
  }

  private static func indent(of line: Substring) -> Int { line.prefix { $0 == " " }.count }

  /// By the first step of each case: its lines, without their common indentation.
  private static func cases(of file: String) throws -> [String: String] {
    let all = try lines("Loops/\(file)")
    let start = try #require(all.firstIndex { $0.hasSuffix("switch step {") })
    let depth = indent(of: all[start])
    let body = all[(start + 1)...].prefix { indent(of: $0) > depth || $0.dropFirst(depth) != "}" }
    var found: [String: [Substring]] = [:]
    var step = ""
    for line in body {
      if indent(of: line) == depth, line.dropFirst(depth).hasPrefix("case .") {
        step = String(line.dropFirst(depth + 6).prefix { $0.isLetter })
      }
      found[step, default: []].append(line.dropFirst(depth))
    }
    return found.mapValues { $0.joined(separator: "\n") }
  }

  /// The function that carries the lanes of a mode.
  private static func drive(of name: String) throws -> String {
    let all = try lines("\(name)/\(name)Mode")
    let start = try #require(all.firstIndex { $0.hasPrefix("  static func drive<") })
    let end = try #require(all[start...].firstIndex { $0 == "  }" })
    return all[start...end].map { $0.dropFirst(2) }.joined(separator: "\n")
  }
}
