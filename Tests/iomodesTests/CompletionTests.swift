import Foundation
import Modes
import Plan
import TestSupport
import Testing
import Workloads

@testable import iomodes

/// What the shells are told to offer, asked of the shells themselves.
@Suite(.endsHangs) struct CompletionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var words: [String]
    var offered: [String]

    init(_ words: [String], _ offered: [String]) {
      self.words = words
      self.offered = offered
    }

    var testDescription: String { words.joined(separator: " ") }
  }

  static let lists = ["epoll,taskgroup", "epoll,threads", "epoll,taskgroup-blocking"]

  static let cases = [
    Case(["re"], ["report", "reproduce"]),
    Case(["--v"], ["--version"]),
    Case(["help", "r"], ["run", "report", "reproduce"]),
    Case(["run", "--mo"], ["--modes"]),
    Case(["run", "--quiet", "--mo"], ["--modes"]),
    Case(["run", "--workload", ""], WorkloadSpec.kinds),
    Case(["run", "--workload", "="], WorkloadSpec.kinds),
    Case(["run", "--modes", "=", "ep"], ["epoll"]),
    Case(["run", "--modes", ""], ModeID.allCases.map(\.rawValue)),
    Case(["run", "--modes", "epoll,t"], lists),
    Case(["run", "--modes", "epoll,ep"], []),
    Case(["run", "--rate", ""], []),
    Case(["run", "--output", "o"], ["other"]),
    Case(["run", "quic"], ["quick"]),
    Case(["run", "own"], ["own.json"]),
    Case(["run", "--resume", ""], ["results/first", "results/second"]),
    Case(["report", "sec"], ["second"]),
    Case(["report", "results/f"], ["results/first"]),
    Case(["report", "oth"], ["other"]),
    Case(["serve", "--mode", "n"], []),
    Case(["check", "d"], ["delays"]),
    Case(["cite", "sec"], ["second"]),
    Case(["cite", "--format", ""], ["text", "md", "latex", "json"]),
    Case(["cite", "--verify", "own"], ["own.json"]),
    Case(["cite", "--results", "res"], ["results"]),
    Case(["export", "sec"], ["second"]),
    Case(["export", "--format", "hgrm,"], ["hgrm,hlog", "hgrm,csv"]),
    Case(["export", "--output", "o"], ["other"]),
    Case(["merge", "first", "sec"], ["second"]),
    Case(["merge", "--output", "o"], ["other"]),
    Case(["archive", "first", "sec"], ["second"]),
  ]

  /// Peers of the checkout are modes, too, under any name.
  private static func isOfPeer(_ value: String) -> Bool { value.split(separator: ",").contains { peers.contains($0) } }

  private static let peers: Set<Substring> = {
    let folder =
      (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
      + "/Benchmarks/peers"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return Set(
      names.compactMap { name in
        let text = try? String(contentsOfFile: "\(folder)/\(name)/peer.json", encoding: .utf8)
        return text?.firstMatch(of: /"id": *"([^"]*)"/)?.1
      })
  }()

  @Test func bashOffersPeers() async throws {
    try await withFolder { folder in
      let offered = try await offeredByBash(["run", "--modes", "python-th"], in: folder)
      #expect(offered.contains("python-threads"))
    }
  }

  @Test(arguments: cases) func bashOffers(_ example: Case) async throws {
    try await withFolder { folder in
      let offered = try await offeredByBash(example.words, in: folder)
      #expect(offered.filter { !Self.isOfPeer($0) } == example.offered)
    }
  }

  @Test(arguments: Program.commands.map(\.name)) func bashOffersEveryOption(name: String) async throws {
    let command = try #require(Program.commands.first { $0.name == name })
    try await withFolder { folder in
      let offered = try await offeredByBash([name, "-"], in: folder)
      #expect(offered == command.options.map { "--\($0.name)" } + ["--help"])
    }
  }

  @Test(.enabled(if: isInstalled("fish"))) func fishOffersTheSame() async throws {
    try await withFolder { folder in
      try await prepare(.fish, in: folder)
      func offered(_ line: String) async throws -> [String] {
        let script = "source completion.fish; complete -C '\(Executable.path) \(line)'"
        let ending = try await Running(["--no-config", "-c", script], of: "/usr/bin/fish", in: folder).ended()
        #expect(ending.errors.isEmpty)
        return ending.output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
      }
      #expect(try await offered("re") == ["report", "reproduce"])
      #expect(try await offered("run --mo") == ["--modes"])
      #expect(try await offered("run --modes epoll,t").sorted() == Self.lists.sorted())
      #expect(try await offered("run --workload ").sorted() == WorkloadSpec.kinds.sorted())
      #expect(try await offered("run quic") == ["quick"])
      #expect(try await offered("report results/") == ["results/first", "results/second"])
      #expect(try await offered("serve --mode null").isEmpty)
      #expect(try await offered("run --rate ").isEmpty)
    }
  }

  @Test(arguments: [
    (Shell.bash, ["-n"]), (.zsh, ["-n"]), (.fish, ["--no-execute"]),
  ])
  func scriptIsTheShellsLanguage(shell: Shell, check: [String]) async throws {
    guard isInstalled(shell.rawValue) else { return }
    try await withFolder { folder in
      try await prepare(shell, in: folder)
      let ending = try await Running(
        check + ["completion.\(shell)"], of: "/usr/bin/\(shell.rawValue)", in: folder
      ).ended()
      #expect(ending.code == 0 && ending.errors.isEmpty, "\(ending.errors)")
    }
  }

  @Test(arguments: [Shell.zsh, .fish]) func everyOptionIsThereWithItsHelp(shell: Shell) {
    let script = shell.script(Program.commands)
    for command in Program.commands {
      #expect(script.contains(command.name))
      for option in command.options {
        let name = shell == .fish ? "'__iomodes_in \(command.name)' -l \(option.name) " : "--\(option.name)"
        #expect(script.contains(name), "\(command.name) --\(option.name)")
      }
    }
  }

  /// The table describes a value's form twice: for people, and for the shell.
  @Test func helpNamesWhatIsOffered() {
    let modes = Set(ModeID.allCases.map(\.rawValue))
    for command in Program.commands {
      for option in command.options {
        guard case .one(let values) = option.values, !modes.isSuperset(of: values) else { continue }
        for value in values { #expect(option.help.contains(value), "\(command.name) --\(option.name): \(value)") }
      }
    }
  }

  /// A value's name in help determines whether there is something to offer.
  @Test func valuesThatAreKnownBeforehandAreDeclared() {
    let known: Set<String> = ["DIR", "FILE", "FORMAT", "KIND", "MODE", "PATH", "RUN", "WHERE"]
    for command in Program.commands {
      for option in command.options {
        guard let value = option.value, known.contains(value), case .open = option.values else { continue }
        Issue.record("\(command.name) --\(option.name) \(value)")
      }
      if !command.operands.isEmpty, case .open = command.operandValues {
        Issue.record("\(command.name) \(command.operands)")
      }
    }
  }

  @Test func wordIsQuoted() {
    #expect(Shell.zsh.quoted(#"it's \ so"#) == #"'it'\''s \ so'"#)
    #expect(Shell.fish.quoted(#"it's \ so"#) == #"'it\'s \\ so'"#)
  }

  /// Its script, in a folder with two runs, another folder, a suite and a file.
  private func prepare(_ shell: Shell, in folder: String) async throws {
    let ending = try await iomodes("completion", shell.rawValue, in: folder)
    #expect(ending.code == 0)
    try ending.output.write(toFile: folder + "/completion.\(shell)", atomically: true, encoding: .utf8)
    for name in ["results/first", "results/second", "results/unfinished", "other"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    for name in ["results/first/run.json", "results/second/run.json", "own.json", "otherwise"] {
      try "{}".write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }
  }

  /// As bash calls a completion function: with the words of the line; the last one is being typed.
  private func offeredByBash(_ words: [String], in folder: String) async throws -> [String] {
    try await prepare(.bash, in: folder)
    let script = """
      source completion.bash
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _iomodes
      ((${#COMPREPLY[@]} == 0)) || printf '%s\\n' "${COMPREPLY[@]}"
      """
    let line = ["-c", script, "bash", Executable.path] + words
    let ending = try await Running(line, of: "/bin/bash", in: folder).ended()
    #expect(ending.code == 0 && ending.errors.isEmpty, "\(ending.errors)")
    return ending.output.split(separator: "\n").map(String.init)
  }
}

func isInstalled(_ program: String) -> Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/\(program)") }
