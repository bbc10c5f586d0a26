/// Programmable completion: bash(1). Bash splits words at `=`, but not at commas.
enum BashCompletion {
  static func script(_ commands: [Command]) -> String {
    """
    # Completion of iomodes in bash, made by `iomodes completion bash`.

    # Of the arguments, those that begin as the word does.
    _iomodes_words() {
      local value
      for value; do
        [[ $value != "$word"* ]] || COMPREPLY+=("$value")
      done
    }

    # Of the arguments, those that a list with commas can go on with.
    _iomodes_list() {
      local value before=${word%"${word##*,}"}
      for value; do
        [[ $before$value != "$word"* || ,$before == *,"$value",* ]] || COMPREPLY+=("$before$value")
      done
      compopt -o nospace 2>/dev/null
    }

    _iomodes_files() {
      compopt -o filenames 2>/dev/null
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen "$@" -- "$word")
    }

    _iomodes_suites() {
      _iomodes_words \(Shell.suites.map(\.name).joined(separator: " "))
      [[ ${COMPREPLY[*]} ]] || _iomodes_files -f
    }

    _iomodes_runs() {
      local run
      for run in results/*/run.json; do
        [[ -e $run ]] || continue
        run=${run%/run.json}
        _iomodes_words "$run"
        [[ -z $word ]] || _iomodes_words "${run#results/}"
      done
      compopt -o filenames 2>/dev/null
      [[ ${COMPREPLY[*]} ]] || _iomodes_files -d
    }

    _iomodes() {
      local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}
      COMPREPLY=()
      if [[ $word == = ]]; then
        word=
      elif [[ $option == = ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}
      fi
      if ((COMP_CWORD == 1)); then
        _iomodes_words \((commands.map(\.name) + Help.words).joined(separator: " "))
        return
      fi
      case ${COMP_WORDS[1]} in
        help) _iomodes_words \(commands.map(\.name).joined(separator: " ")) ;;
    \(commands.map(branch).joined(separator: "\n"))
      esac
    }

    complete -F _iomodes iomodes

    """
  }

  private static func branch(_ command: Command) -> String {
    let withValue = command.options.filter { $0.value != nil }
    let known = withValue.compactMap { option in action(option.values).map { "--\(option.name):*) \($0)" } }
    let open = withValue.filter { action($0.values) == nil }.map { "--\($0.name):*" }
    let names = (command.options.map { "--\($0.name)" } + ["--help"]).joined(separator: " ")
    let cases =
      known + (open.isEmpty ? [] : [open.joined(separator: " | ") + ")"]) + ["*:-*) _iomodes_words \(names)"]
      + [action(command.operandValues).map { "*) \($0)" }].compactMap { $0 }
    return
      (["    \(command.name))", "      case $option:$word in"] + cases.map { "        \($0) ;;" }
      + ["      esac", "      ;;"]).joined(separator: "\n")
  }

  /// Nil if there is nothing to offer.
  private static func action(_ values: Values) -> String? {
    switch values {
    case .open: nil
    case .one(let words): "_iomodes_words \(words.joined(separator: " "))"
    case .list(let words): "_iomodes_list \(words.joined(separator: " "))"
    case .suite: "_iomodes_suites"
    case .run: "_iomodes_runs"
    case .file: "_iomodes_files -f"
    case .folder: "_iomodes_files -d"
    }
  }
}
