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
  guard let name = arguments.operands.first, let shell = Shell(rawValue: name) else {
    let known = Shell.allCases.map(\.rawValue).joined(separator: ", ")
    throw UsageError("completion needs the name of a shell; there are \(known)")
  }
  print(shell.script(Program.commands), terminator: "")
  return 0
}

/// The shells whose completion can be told what there is.
enum Shell: String, CaseIterable {
  case bash, zsh, fish

  /// A script that completes the command lines of `iomodes`, made from the tables of the commands. Suites and runs are
  /// looked up when they are asked for.
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

  /// What makes lines of the suites that `iomodes list` prints, of which 1 is the name and 2 says what it is; sed(1).
  static func suites(as replacement: String) -> String {
    #"sed -n '/^Suites$/,$s/^  \([^ ]*\) *\(.*\)/\#(replacement)/p'"#
  }
}
