import Foundation
import Harness
import Plan
import Records
import Reporting
import Statistics
import SystemCalls

/// Several runs of one suite: by this program, or by turns with another build of it.
///
/// Each run is a process of its own, so that both builds are started alike, and lies in a folder of its own.
struct RepeatedRuns {
  private let arguments: Arguments
  private let format: ComparisonFormat
  /// In front of the names of all folders.
  private let base: String
  private let suite: Suite
  private let times: Int?
  private var isQuiet: Bool { arguments.has("quiet") }

  init(_ arguments: Arguments, _ format: OutputFormat) throws {
    self.arguments = arguments
    guard let format = ComparisonFormat(rawValue: format.rawValue) else {
      throw UsageError(
        "--format \(format.rawValue) goes with one run; with --repeat or --versus it is text, json or md")
    }
    self.format = format
    times = try arguments.value("repeat", "a number of runs from 2 to 1000") {
      Int($0).flatMap { 2...1000 ~= $0 ? $0 : nil }
    }
    for option in ["precision", "max-rounds", "audit"] where arguments.has("versus") && arguments.has(option) {
      throw UsageError("--\(option) does not go with --versus, which plans the rounds itself and compares times")
    }
    suite = try Overrides(arguments).suite()
    let folder = arguments.text("output") ?? Places.newFolder(suite.name, at: Date())
    base = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
  }

  func carryOut() throws -> Int32 {
    guard let program = ProcessControl.executablePath else {
      throw HarnessFailure("cannot find this program's own file")
    }
    Interruption.watch()
    ProcessControl.ignoreBrokenPipes()
    return try arguments.has("versus") ? alternate(program) : again(program)
  }

  // MARK: By this program

  private func again(_ program: String) throws -> Int32 {
    let words = Self.words(without: ["repeat", "output", "format", "quiet"])
    let folders = (1...(times ?? 2)).map { "\(base)-\($0)" }
    announce("\(folders.count) runs, \(base)-1 to \(base)-\(folders.count)")
    var code: Int32 = 0
    for (index, folder) in folders.enumerated() {
      let own = ["run"] + words + ["--output", folder, "--quiet"]
      code = max(code, try run(program, own, "run \(index + 1) of \(folders.count)", folders[..<index]))
    }
    show(SpreadOfRuns(try read(folders)).render(format))
    return code
  }

  // MARK: By turns with another build

  private func alternate(_ program: String) throws -> Int32 {
    let other = arguments.text("versus") ?? ""
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: other, isDirectory: &isFolder), !isFolder.boolValue,
      FileManager.default.isExecutableFile(atPath: other)
    else {
      throw UsageError("--versus '\(other)' is not a program; name the file of another build, such as ./old/iomodes")
    }
    var short = suite
    short.limits = nil
    guard !short.experiments.isEmpty else { throw UsageError("suite '\(suite.name)' has nothing to compare") }
    let pairs = times ?? roundsForVerdict(familySize: suite.mostPoints)
    if !arguments.has("rounds") {
      for index in short.experiments.indices {
        let rounds = Double(short.experiments[index].rounds) / Double(pairs)
        short.experiments[index].rounds = max(1, Int(rounds.rounded()))
      }
    }
    let file = try write(short)
    let words =
      ["run", file]
      + Self.words(keeping: ["seed", "client-cpus", "server-cpus", "patient", "file-dir", "foreign-load"])
    try announce(short, pairs, other)

    let folders = ["a", "b"].map { side in (1...pairs).map { "\(base)-\(side)\($0)" } }
    var code: Int32 = 0
    var done: [String] = []
    for pair in 0..<pairs {
      // A B, then B A: what drifts weighs on both alike.
      for side in pair % 2 == 0 ? [0, 1] : [1, 0] {
        let folder = folders[side][pair]
        let label = "pair \(pair + 1) of \(pairs), \(side == 0 ? "this program" : other)"
        let own = words + ["--output", folder, "--quiet"]
        code = max(code, try run(side == 0 ? program : other, own, label, done[...]))
        done.append(folder)
      }
    }
    let comparison = try Comparison(try read(folders[1]), try read(folders[0]), isPaired: true)
    show(comparison.render(format, width: Screen.columns, color: Screen.showsColor))
    return code
  }

  /// Beside the runs, so that each of them can be made again.
  private func write(_ suite: Suite) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let path = "\(base)-suite.json"
    do {
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
      try WholeFile.write([UInt8](encoder.encode(suite)), to: path)
    } catch {
      throw HarnessFailure("cannot write \(path); name another --output")
    }
    return path
  }

  private func announce(_ short: Suite, _ pairs: Int, _ other: String) throws {
    let options = RunSession.Options(
      command: [], seed: 1, processors: try Processors.current(), isPatient: arguments.has("patient"))
    let minutes = short.expectedSeconds(options: options) * 2 * Double(pairs) / 60
    let rounds = Set(short.experiments.map(\.rounds)).sorted()
    let each = rounds == [1] ? "1 round" : "\(rounds.map(String.init).joined(separator: " or ")) rounds"
    let needed = fewestRounds(familySize: suite.mostPoints)
    let few = pairs < needed ? "; a verdict takes \(needed) pairs, in a family of \(suite.mostPoints)" : ""
    announce(
      "\(pairs) pairs of runs of \(each), by turns this program (\(base)-a1 …) and \(other) (\(base)-b1 …), about "
        + "\(max(1, Int(minutes.rounded()))) min; this program is judged by the other\(few)")
  }

  // MARK: Runs

  /// - Parameter finished: folders of the runs that have finished.
  /// - Returns: its exit code, 0 or 3.
  private func run(
    _ program: String, _ words: [String], _ label: String, _ finished: ArraySlice<String>
  ) throws -> Int32 {
    let kept = finished.isEmpty ? "" : "; the finished runs are kept: \(finished.joined(separator: ", "))"
    if let signal = Interruption.signal { throw HarnessFailure(.interrupted(signal), "interrupted\(kept)") }
    announce(label)
    let child: ChildProcess
    do throws(Errno) {
      child = try ChildProcess(program, words, takesErrors: true)
    } catch {
      throw HarnessFailure("\(label): cannot start \(program) (\(error))\(kept)")
    }
    child.closeInput()
    var lines: [String] = []
    var isAsked = false
    reading: while true {
      switch child.readLine(timeout: 200) {
      case .text(let line): lines.append(line)
      case .ended: break reading
      case .nothing:
        if Interruption.signal != nil, !isAsked {
          child.interrupt()
          isAsked = true
        }
      }
    }
    let end = child.wait()
    if let signal = Interruption.signal {
      // What it was about to say: how to go on with the run that was under way.
      let rest = lines.last { $0.contains("--resume") }?.split(separator: "`").dropFirst().first.map {
        "; the one under way goes on with `\($0)`"
      }
      throw HarnessFailure(.interrupted(signal), "interrupted\(kept)\(rest ?? "")")
    }
    switch end {
    case .exited(0), .exited(3):
      for line in lines { StandardStreams.complain(Screen.readable(line + "\n")) }
      return end == .exited(3) ? 3 : 0
    default:
      let last = lines.last.map { ": " + ($0.hasPrefix("iomodes: ") ? String($0.dropFirst(9)) : $0) } ?? ""
      throw HarnessFailure("\(label): \(program) ended with \(end)\(last)\(kept)")
    }
  }

  private func read(_ folders: [String]) throws -> [Run] { try folders.map { try Places.read(RunFolder(path: $0)) } }

  private func announce(_ line: String) { if !isQuiet { Program.complain(line) } }

  private func show(_ text: String) {
    if !isQuiet { print(format == .text ? Screen.readable(text) : text, terminator: "") }
  }

  // MARK: Command lines

  private static func words(without names: [String]) -> [String] { words { !names.contains($0) } }

  private static func words(keeping names: [String]) -> [String] { words(operands: false, names.contains) }

  /// The words of this program's own command line behind `run`, of the options that are wanted.
  private static func words(operands: Bool = true, _ isWanted: (String) -> Bool) -> [String] {
    var rest = CommandLine.arguments.dropFirst(2)
    var words: [String] = []
    while let word = rest.popFirst() {
      let name = word.drop { $0 == "-" }.prefix { $0 != "=" }
      guard word.hasPrefix("--"), let option = runCommand.options.first(where: { $0.name == name }) else {
        if operands { words.append(word) }
        continue
      }
      var own = [word]
      if option.value != nil, !word.contains("="), let value = rest.popFirst() { own.append(value) }
      if isWanted(option.name) { words += own }
    }
    return words
  }
}
