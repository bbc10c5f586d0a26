import Foundation
import Harness
import Records
import Reporting
import SystemCalls

@main
enum Program {
  static let commands: [Command] = [
    runCommand, reportCommand, compareCommand, citeCommand, plotCommand, exportCommand, mergeCommand, listCommand,
    doctorCommand, checkCommand, limitsCommand, serveCommand, completionCommand, manCommand,
  ]

  static func main() {
    StandardStreams.openClosed()
    // Who stops reading is found out by writing to it.
    ProcessControl.ignoreBrokenPipes()
    // The command line is read there, too.
    guard ProcessControl.executablePath != nil else {
      complain(
        "/proc is not there, and tells of the command line, processes and limits: mount it (mount -t proc proc /proc)")
      exit(1)
    }
    Children.runIfAsked(CommandLine.arguments)
    exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Carries out a command line, and answers the exit code.
  static func run(_ words: [String]) -> Int32 {
    do {
      let code = try dispatch(words)
      try Output.check()
      return code
    } catch {
      complain("\(error)")
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
      Screen.show(Help.overview(commands))
      return 0
    }
    switch first {
    case "help", "--help", "-h":
      if words.count > 1, let command = commands.first(where: { $0.name == words[1] }) {
        Screen.show(Help.page(command))
      } else {
        Screen.show(Help.overview(commands))
      }
      return 0
    case "--version", "version":
      print("iomodes \(programVersion)")
      return 0
    default: break
    }
    guard let command = commands.first(where: { $0.name == first }) else {
      let near = Arguments.nearest(first, among: commands.map(\.name)).map { "; did you mean '\($0)'?" } ?? ""
      throw UsageError("unknown command '\(first)'\(near); there are \(commands.map(\.name).joined(separator: ", "))")
    }
    let rest = Array(words.dropFirst())
    if rest.contains("--help") || rest.contains("-h") {
      Screen.show(Help.page(command))
      return 0
    }
    return try command.run(try Arguments(rest, for: command))
  }

  /// A line for a person, on standard error.
  static func complain(_ text: String) {
    StandardStreams.complain(Screen.readable("iomodes: \(text)\n"))
  }
}

/// What help prints, made from the tables of the commands.
enum Help {
  /// What tells of the program, beside the commands.
  static let words = ["help", "--help", "--version"]
  static let about = "what there is, or more of a command"
  static let versionAbout = "the version"

  static func overview(_ commands: [Command]) -> String {
    var text = """
      iomodes: four ways to wait — one I/O workload, run by one harness, in every concurrency mode

      usage: iomodes COMMAND [OPTIONS]


      """
    for command in commands { text += row(command.name, command.about) }
    return text + """

      `iomodes help COMMAND` tells more of each. The usual beginning:

        iomodes run              the suite 'quick': four modes, three workloads, about two minutes
        iomodes plot             figures of the newest run
      """
  }

  static func page(_ command: Command) -> String {
    var text = "iomodes \(command.name) \(command.operands)\n\n\(command.about)\n"
    for (title, options) in command.groups {
      text += "\n\(title)\n"
      for option in options { text += row("--\(option.name)\(option.value.map { " \($0)" } ?? "")", option.help) }
    }
    if !command.examples.isEmpty { text += "\nExamples\n" }
    for (line, about) in command.examples { text += "  \(line)\n      \(about)\n" }
    return text
  }

  /// A name with its explanation beside it, in 100 columns.
  private static func row(_ name: String, _ explanation: String) -> String {
    let indent = 28
    var lines: [String] = []
    var line = ""
    for word in explanation.split(separator: " ") {
      if line.count + word.count + 1 > 100 - indent && !line.isEmpty {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    lines.append(line)
    var head = "  \(name)"
    if head.count + 2 > indent {
      head += "\n" + String(repeating: " ", count: indent)
    } else {
      head += String(repeating: " ", count: indent - head.count)
    }
    return head + lines.joined(separator: "\n" + String(repeating: " ", count: indent)) + "\n"
  }
}
