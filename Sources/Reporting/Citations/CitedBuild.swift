import Records

/// The machine and the program of a run, each as one word of a citation.
struct CitedBuild: Equatable {
  /// `AMD_EPYC,2_CPUs,Linux_6.18`
  let machine: String
  /// The first digits of the commit, and a mark for local changes: `50886a01fd4c`, `2936eee26380-dirty`.
  let commit: String

  static let unknown = "not-recorded"

  init(_ record: RunRecord) {
    func word(_ text: String) -> String {
      let plain = text.replacing(", ", with: ",").filter { !"[]<>|%\\".contains($0) }
      return plain.allSatisfy(\.isWhitespace) ? Self.unknown : CitationQuery.word(plain)
    }
    machine = word(Provenance(record).machine)
    var commits: [String] = []
    for run in record.measuredRuns {
      let commit = run.tool.commit.map(Self.short) ?? Self.unknown
      if !commits.contains(commit) { commits.append(commit) }
    }
    commit = word(commits.joined(separator: "+"))
  }

  /// `50886a01fd4c-dirty`
  static func short(_ commit: String) -> String {
    let digits = commit.prefix(while: \.isHexDigit)
    return String(digits.prefix(12) + commit.dropFirst(digits.count))
  }
}
