import Harness
import Measurement
import Plan

let completionCommand = Command(
  name: "completion", operands: "SHELL", operandValues: .choice(Shell.self),
  about: "Prints a script by which bash, zsh or fish completes commands, options and their values.",
  groups: [],
  examples: [
    ("source <(iomodes completion bash)", "in ~/.bashrc: for every shell"),
    ("iomodes completion zsh > ~/.zfunc/_iomodes", "in a folder that $fpath names before compinit"),
    ("iomodes completion fish > ~/.config/fish/completions/iomodes.fish", "for every shell"),
  ],
  mostOperands: 1
) { arguments in
  let known = Shell.allCases.map(\.rawValue)
  guard let name = arguments.operands.first else {
    throw UsageError("completion needs the name of a shell; there are \(known.joined(separator: ", "))")
  }
  guard let shell = Shell(rawValue: name) else { throw UsageError(Spelling.isNot(name, "a shell", among: known)) }
  print(shell.script(Program.commands), terminator: "")
  return 0
}

/// The shells whose completion can be told what there is.
enum Shell: String, CaseIterable {
  case bash, zsh, fish

  /// A script that completes the command lines of `iomodes`, made from the tables of the commands. Runs are looked up when
  /// they are asked for.
  func script(_ commands: [Command]) -> String {
    switch self {
    case .bash: BashCompletion.script(commands)
    case .zsh: ZshCompletion.script(commands)
    case .fish: FishCompletion.script(commands)
    }
  }

  /// The text as one word of the shell, whatever is in it.
  func quoted(_ text: String) -> String {
    switch self {
    case .bash, .zsh: "'" + text.replacing("'", with: #"'\''"#) + "'"
    case .fish: "'" + text.replacing(#"\"#, with: #"\\"#).replacing("'", with: #"\'"#) + "'"
    }
  }

  /// The suites that are built in, with what they are for.
  static let suites: [(name: String, about: String)] = Suite.builtInNames.map {
    ($0, (try? Suite.builtIn($0))?.about ?? "")
  }
}
