import Harness
import Reporting

/// What help prints, made from the tables of the commands.
enum Help {
  /// What tells of the program, beside the commands.
  static let words = ["help", "--help", "--version"]
  static let about = "lists the commands, or explains one"
  static let versionAbout = "prints the version"

  static func overview(_ commands: [Command], width: Int) -> String {
    let title = "iomodes runs the same I/O workload in each concurrency mode, and gives you numbers that you can cite"
    let beginning = [
      ("iomodes run", "the suite quick: four modes, three workloads, about two minutes"),
      ("iomodes plot", "draws the figures of the newest run"),
    ]
    let lines =
      Terminal.wrapped(title, width: width) + ["", "usage: iomodes COMMAND [OPTIONS]", ""]
      + commands.flatMap { row($0.name, $0.about, width) } + [""]
      + Terminal.wrapped("`iomodes help COMMAND` explains a command. Start with:", width: width) + [""]
      + beginning.flatMap { row($0, $1, width) }
    return lines.joined(separator: "\n")
  }

  static func page(_ command: Command, width: Int) -> String {
    var lines = Terminal.wrapped("iomodes \(command.name) \(command.operands)", width: width) + [""]
    lines += Terminal.wrapped(command.about, width: width)
    for (title, options) in command.groups {
      lines += ["", title]
      for option in options {
        lines += row("--\(option.name)\(option.value.map { " \($0)" } ?? "")", option.explanation, width)
      }
    }
    if !command.examples.isEmpty { lines += ["", "Examples"] }
    for (line, about) in command.examples {
      lines += example(line, width) + Terminal.wrapped(about, width: max(20, width - 6)).map { "      \($0)" }
    }
    return lines.joined(separator: "\n")
  }

  /// What there is to choose from.
  static func catalogue(width: Int) -> String {
    Catalogue.sections.map { title, rows in
      ([title] + rows.flatMap { row($0.name, $0.about, width) }).joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  /// A name with its explanation beside it, in columns; below it where the name is long.
  static func row(_ name: String, _ explanation: String, _ width: Int) -> [String] {
    let indent = min(28, max(8, width / 3))
    let margin = String(repeating: " ", count: indent)
    let text = Terminal.wrapped(explanation, width: max(20, width - indent))
    let head = "  \(name)"
    if head.count + 2 > indent { return [head] + text.map { margin + $0 } }
    return [Terminal.padded(head, to: indent) + text[0]] + text.dropFirst().map { margin + $0 }
  }

  /// A command line as a shell reads it, in several lines where it is long.
  private static func example(_ line: String, _ width: Int) -> [String] {
    var lines: [String] = []
    for part in parts(line) {
      // There is room for what says that it goes on.
      if let last = lines.last, last.count + part.count + 9 <= width {
        lines[lines.count - 1] = "\(last) \(part)"
      } else {
        lines.append(part)
      }
    }
    return lines.enumerated().map { index, line in
      (index == 0 ? "  " : "      ") + line + (index < lines.count - 1 ? " \\" : "")
    }
  }

  /// Words, options with their values, and what stands in quotation marks.
  private static func parts(_ line: String) -> [String] {
    var parts: [String] = []
    var (isQuoted, isValue) = (false, false)
    for word in line.split(separator: " ") {
      let isOption = word.hasPrefix("-") && !isQuoted
      if isQuoted || isValue && !isOption { parts[parts.count - 1] += " \(word)" } else { parts.append(String(word)) }
      isValue = isOption
      if word.count(where: { $0 == "'" }) % 2 == 1 { isQuoted.toggle() }
    }
    return parts
  }
}

/// What examples name: runs that come with the project.
enum Example {
  static let quick = "results/20261129-221614-quick"
  static let claims = "results/20261130-062528-claims"
  static let before = "results/20261121-170720-pairs"
  static let after = "results/20261121-170923-pairs"
}
