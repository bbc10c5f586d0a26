/// Completion with zsh's completion system: zshcompsys(1).
enum ZshCompletion {
  static func script(_ commands: [Command]) -> String {
    """
    #compdef iomodes
    # Completion of iomodes in zsh, made by `iomodes completion zsh`.

    _iomodes_suites() {
      local -a suites=(
    \(Shell.suites.map { "    " + Shell.zsh.quoted("\($0.name):\($0.about)") }.joined(separator: "\n"))
      )
      _describe -t suites suite suites || _files
    }

    _iomodes_runs() {
      local -a runs=(results/*/run.json(N:h)) names
      names=(${runs#results/})
      _wanted runs expl run compadd -a runs || _wanted runs expl run compadd -a names || _files -/
    }

    _iomodes() {
      local curcontext=$curcontext state line
      local -a commands=(
    \(commands.map { "    " + Shell.zsh.quoted("\($0.name):\($0.about)") }.joined(separator: "\n"))
      ) help=(\(Shell.zsh.quoted("help:\(Help.about)")))
      _arguments -C '(- *)'{-h,--help}'[\(Help.about)]' '(- *)--version[\(Help.versionAbout)]' \\
        '1:command:->command' '*::argument:->argument'
      case $state in
        command) _describe -t commands command commands -- help ;;
        argument)
          case $words[1] in
            help) _describe -t commands command commands ;;
    \(commands.map(branch).joined(separator: "\n"))
          esac
          ;;
      esac
    }

    if [[ $funcstack[1] == _iomodes ]]; then
      _iomodes "$@"
    else
      compdef _iomodes iomodes
    fi

    """
  }

  private static func branch(_ command: Command) -> String {
    var specifications = command.options.map(specification) + ["'(- *)'{-h,--help}'[\(Help.about)]'"]
    if command.mostOperands > 0 {
      let place = command.mostOperands == 1 ? "1" : "*"
      specifications.append(Shell.zsh.quoted("\(place):\(command.operands):\(action(command.operandValues))"))
    }
    let lines = ["        \(command.name))", "          _arguments -S"] + specifications.map { "            \($0)" }
    return lines[0] + "\n" + lines.dropFirst().joined(separator: " \\\n") + "\n          ;;"
  }

  private static func specification(_ option: Option) -> String {
    let help = option.help.replacing("\\", with: "\\\\").replacing("[", with: "\\[").replacing("]", with: "\\]")
    let value = option.value.map { "=[\(help)]:\($0):\(action(option.values))" } ?? "[\(help)]"
    return Shell.zsh.quoted("\(option.isRepeatable ? "*" : "")--\(option.name)\(value)")
  }

  private static func action(_ values: Values) -> String {
    switch values {
    case .open: " "
    case .one(let words): "(\(words.joined(separator: " ")))"
    case .list(let words): "_values -s , value \(words.joined(separator: " "))"
    case .suite: "_iomodes_suites"
    case .run: "_iomodes_runs"
    case .file: "_files"
    case .folder: "_files -/"
    }
  }
}
