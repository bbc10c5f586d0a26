/// Completion with the command `complete` of fish(1).
enum FishCompletion {
  static func script(_ commands: [Command]) -> String {
    let names = commands.map(\.name).joined(separator: " ")
    return """
      # Completion of iomodes in fish, made by `iomodes completion fish`.

      # Whether no command is given yet.
      function __iomodes_begins
        test (count (commandline -opc)) -eq 1
      end

      # Whether the command is one of the arguments.
      function __iomodes_in
        set -l words (commandline -opc)
        test (count $words) -gt 1; and contains -- $words[2] $argv
      end

      # The arguments, each after what there is already of a list with commas.
      function __iomodes_list
        set -l before (commandline -ct | string replace -r '^--[^=]*=' '' | string replace -r '[^,]*$' '')
        for value in $argv
          string match -q "*,$value,*" ",$before"; or echo "$before$value"
        end
      end

      function __iomodes_suites
        printf '%s\\t%s\\n' \(Shell.suites.map { "\($0.name) \(Shell.fish.quoted($0.about))" }.joined(separator: " "))
      end

      function __iomodes_runs
        for run in results/*/run.json
          string replace /run.json '' $run
        end
        string match -q 'results/*' -- (commandline -ct); or __fish_complete_directories
      end

      complete -c iomodes -f
      complete -c iomodes -n __iomodes_begins -a help -d \(Shell.fish.quoted(Help.about))
      complete -c iomodes -n __iomodes_begins -l version -d \(Shell.fish.quoted(Help.versionAbout))
      complete -c iomodes -s h -l help -d \(Shell.fish.quoted(Help.about))
      complete -c iomodes -n '__iomodes_in help' -a '\(names)'
      \(commands.flatMap(lines).joined(separator: "\n"))

      """
  }

  private static func lines(_ command: Command) -> [String] {
    let begins = "complete -c iomodes -n __iomodes_begins -a \(command.name) -d \(Shell.fish.quoted(command.about))"
    let condition = "complete -c iomodes -n '__iomodes_in \(command.name)'"
    let options = command.options.map { option in
      "\(condition) -l \(option.name)\(option.value == nil ? "" : " -r " + action(option.values)) "
        + "-d \(Shell.fish.quoted(option.help))"
    }
    return [begins] + options + ["\(condition) \(action(command.operandValues))"]
  }

  private static func action(_ values: Values) -> String {
    switch values {
    case .open: "-f"
    case .one(let words): "-f -a '\(words.joined(separator: " "))'"
    case .list(let words): "-f -a '(__iomodes_list \(words.joined(separator: " ")))'"
    case .suite: "-F -a '(__iomodes_suites)'"
    case .run: "-f -a '(__iomodes_runs)'"
    case .file: "-F"
    case .folder: "-f -a '(__fish_complete_directories)'"
    }
  }
}
