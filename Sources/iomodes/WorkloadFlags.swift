import Plan

/// The options of all workloads as the command line has them, made from their tables: what several workloads have under one
/// flag is one option, told of with each of them.
struct WorkloadFlag: Sendable {
  /// The kinds of workload that it goes with.
  let kinds: [String]
  let option: Option

  /// In the order of the workloads and of their options.
  static let all: [WorkloadFlag] = {
    var flags: [String] = []
    var members: [String: [Member]] = [:]
    for type in WorkloadSpec.types {
      for help in type.help {
        if members[help.flag] == nil { flags.append(help.flag) }
        members[help.flag, default: []].append((type.kind, help))
      }
    }
    return flags.map { WorkloadFlag($0, members[$0] ?? []) }
  }()

  private typealias Member = (kind: String, help: OptionHelp)

  private init(_ flag: String, _ members: [Member]) {
    kinds = Self.distinct(members.map(\.kind))
    let own = members.filter { $0.help.place == .own }
    let standards = own.compactMap { kind, help in help.standard.map { (kind, $0) } }
    let choices = Self.distinct(own.flatMap(\.help.form.choices))
    option = Option(
      name: flag, value: own[0].help.form.placeholder, help: Self.text(own),
      values: choices.isEmpty ? .open : .one(of: choices),
      standard: Set(standards.map(\.1)).count > 1
        ? standards.map { "\($1) of \($0)" }.joined(separator: ", ") : standards.first?.1,
      otherNames: Self.distinct(own.flatMap(\.help.otherNames)),
      isRepeatable: own.contains { $0.help.form.isRepeatable })
  }

  /// `echo, http: the longest time; file: each call`
  private static func text(_ members: [Member]) -> String {
    distinct(members.map(\.help.text)).map { text in
      members.filter { $0.help.text == text }.map(\.kind).joined(separator: ", ") + ": \(text)"
    }.joined(separator: "; ")
  }

  private static func distinct(_ words: [String]) -> [String] {
    var seen: Set<String> = []
    return words.filter { seen.insert($0).inserted }
  }
}
