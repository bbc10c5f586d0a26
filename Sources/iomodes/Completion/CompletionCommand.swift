import Harness
import Measurement
import Plan

let completionCommand = Command(
  name: "completion", operands: "SHELL", operandValues: .choice(Shell.self),
  about: "Prints a script that lets bash, zsh or fish complete commands, options and values.",
  groups: [],
  examples: [
    ("source <(iomodes completion bash)", "in ~/.bashrc: for every shell"),
    ("iomodes completion zsh > ~/.zfunc/_iomodes", "in a folder of $fpath, before compinit"),
    ("iomodes completion fish > ~/.config/fish/completions/iomodes.fish", "for every shell"),
  ],
  mostOperands: 1
) { arguments in
  let known = Shell.allCases.map(\.rawValue)
  let name = try arguments.first("the name of a shell; there are \(known.joined(separator: ", "))")
  guard let shell = Shell(rawValue: name) else { throw UsageError(Spelling.isNot(name, "a shell", among: known)) }
  print(shell.script(Program.commands), terminator: "")
  return 0
}

/// The shells for which a completion script can be generated.
enum Shell: String, CaseIterable {
  case bash, zsh, fish

  /// A completion script for `iomodes`, generated from the commands' tables. Runs are looked up at the time of
  /// completion.
  func script(_ commands: [Command]) -> String {
    switch self {
    case .bash: BashCompletion.script(commands)
    case .zsh: ZshCompletion.script(commands)
    case .fish: FishCompletion.script(commands)
    }
  }

  /// The text quoted as one word of the shell.
  func quoted(_ text: String) -> String {
    switch self {
    case .bash, .zsh: "'" + text.replacing("'", with: #"'\''"#) + "'"
    case .fish: "'" + text.replacing(#"\"#, with: #"\\"#).replacing("'", with: #"\'"#) + "'"
    }
  }

  /// The built-in suites and their purposes.
  static let suites: [(name: String, about: String)] = Suite.builtInNames.map {
    ($0, (try? Suite.builtIn($0))?.about ?? "")
  }
}
