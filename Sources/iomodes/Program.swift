import Foundation
import Harness
import Measurement
import Modes
import Plan
import Records
import Reporting
import SystemCalls

@main
enum Program {
  static let commands: [Command] = [
    runCommand, reportCommand, compareCommand, citeCommand, plotCommand, exportCommand, mergeCommand, archiveCommand,
    listCommand, peerCommand, doctorCommand, checkCommand, limitsCommand, primitivesCommand, explainCommand,
    reproduceCommand, serveCommand, completionCommand, manCommand,
  ]

  static func main() {
    StandardStreams.openClosed()
    // A write shows that the reader has gone, and must not end the process.
    ProcessControl.ignoreBrokenPipes()
    // The command line is also read from /proc.
    guard ProcessControl.executablePath != nil else {
      complain(
        "/proc is not mounted, which tells the command line, processes and limits; mount it (mount -t proc proc /proc)")
      exit(1)
    }
    if let complaint = ModeCatalogue.complaint {
      complain("this build is defective, do not use it: \(complaint)")
      exit(1)
    }
    Children.runIfAsked(CommandLine.arguments)
    _ = Peers.complaints
    exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Runs a command line and returns the exit code.
  static func run(_ words: [String]) -> Int32 {
    do {
      let code = try dispatch(words)
      try Output.check()
      return code
    } catch {
      complain(Remedy.line(error))
      switch error {
      case is UsageError: return 2
      case let error as HarnessFailure:
        switch error.cause {
        case .usage: return 2
        case .couldNotRun: return 1
        case .interrupted(let signal): return 128 + signal
        }
      default: return 1
      }
    }
  }

  private static func dispatch(_ words: [String]) throws -> Int32 {
    guard let first = words.first else {
      Screen.show(Help.overview(commands, width: Screen.columns))
      return 0
    }
    switch first {
    case "help", "--help", "-h":
      if words.count > 2 { throw UsageError("help explains one command at a time; '\(words[2])' is one too many") }
      let command = try words.dropFirst().first.map(command)
      Screen.show(command.map(page) ?? Help.overview(commands, width: Screen.columns))
      return 0
    case "--version", "version":
      print("iomodes \(programVersion)")
      return 0
    default: break
    }
    let command = try command(first)
    let rest = Array(words.dropFirst())
    if rest.contains("--help") || rest.contains("-h") {
      Screen.show(page(command))
      return 0
    }
    return try command.run(try Arguments(rest, for: command))
  }

  private static func command(_ name: String) throws -> Command {
    guard let command = commands.first(where: { $0.name == name }) else {
      let known = commands.map(\.name)
      throw UsageError(
        "unknown command '\(name)'\(Spelling.hint(name, among: known)); there are \(known.joined(separator: ", "))")
    }
    return command
  }

  private static func page(_ command: Command) -> String { Help.page(command, width: Screen.columns) }

  /// Prints a line for a person on standard error.
  static func complain(_ text: String) {
    StandardStreams.complain(Screen.readable("\(Screen.note("iomodes: \(text)"))\n"))
  }
}
