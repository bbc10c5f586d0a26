import Records

extension Citations {
  /// A `\newcommand` for every number, its interval and its unit, each followed by the machine-readable citation.
  public var macros: String { macros(prefix: MacroFile.usualPrefix) }

  /// - Parameter prefix: the prefix of all names, in letters.
  public func macros(prefix: String) -> String {
    let provenance = Provenance(record)
    var lines = [
      "% Numbers of the run \(provenance.run), \(provenance.date), written by `iomodes cite`: do not edit.",
      "% \(provenance.machine); iomodes \(record.tool.version.onOneLine)"
        + (record.tool.commit.map { " (\($0.onOneLine))" } ?? ""),
      "% " + MacroFile.Header(self, prefix: prefix).text,
    ]
    var hashes = Hashes()
    for (citable, name) in macroNames {
      let definitions = MacroFile.texts(of: citable.number, named: prefix + name)
      lines.append(
        definitions.map { "\\newcommand{\\\($0.name)}{\($0.text)}" }.joined()
          + "% \(citation(of: citable, &hashes).form)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The name of each number's macro, without the prefix.
  var macroNames: [(citable: Citable, name: String)] {
    var uses: [String: Int] = [:]
    return all.map { citable in
      let name = LatexName.command(citable.words)
      let use = uses[name, default: 0] + 1
      uses[name] = use
      return (citable, name + (use > 1 ? LatexName.words(use) : ""))
    }
  }
}

/// The content of a file of macros: the lines of `iomodes cite --macros`, and any other text.
struct MacroFile {
  static let usualPrefix = "iomodes"

  struct Definition {
    /// In the order of the line.
    let texts: [(name: String, text: String)]
    let form: CitationForm?
    let line: Int
  }

  /// The line that names the origin of the whole file; older files have none.
  struct Header {
    let run: String
    let prefix: String
    let machine: String
    let commit: String
    /// The hash of the whole `trials.jsonl`.
    let sha256: String

    init(_ citations: Citations, prefix: String) {
      run = CitationQuery.word(citations.record.runID)
      self.prefix = prefix
      (machine, commit) = (citations.build.machine, citations.build.commit)
      sha256 = citations.trialsHash
    }

    private nonisolated(unsafe) static let pattern =
      /% \[iomodes-macros:(\S+) prefix:([A-Za-z]+) machine:(\S+) commit:(\S+) sha256:([0-9a-f]{64})\]/

    init?(_ line: Substring) {
      guard let match = line.wholeMatch(of: Self.pattern) else { return nil }
      run = String(match.1)
      prefix = String(match.2)
      machine = String(match.3)
      commit = String(match.4)
      sha256 = String(match.5)
    }

    var text: String {
      "[iomodes-macros:\(run) prefix:\(prefix) machine:\(machine) commit:\(commit) sha256:\(sha256)]"
    }
  }

  /// A name and its text, which may contain one level of braces.
  private nonisolated(unsafe) static let command = /\\newcommand\{\\([A-Za-z]+)\}\{((?:[^{}]|\{[^{}]*\})*)\}/

  private(set) var header: Header?
  private(set) var definitions: [Definition] = []
  /// The text, with empty lines in place of the definitions.
  let rest: String

  var prefix: String { header?.prefix ?? Self.usualPrefix }

  init(_ file: CitationDocument.File) {
    guard file.isLatex, file.text.contains("\\newcommand{\\") || file.text.contains("[iomodes-macros:") else {
      rest = file.text
      return
    }
    var others: [Substring] = []
    for (index, line) in file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if header == nil, line.hasPrefix("% [iomodes-macros:") { header = Header(line) }
      if line.hasPrefix("\\newcommand{\\"), let comment = line.firstRange(of: "}% [iomodes:") {
        let texts = line[...comment.lowerBound].matches(of: Self.command).map {
          (name: String($0.1), text: String($0.2))
        }
        let form = line[comment.lowerBound...].dropFirst(3)
        definitions.append(Definition(texts: texts, form: CitationForm(parsing: form), line: index + 1))
        others.append("")
      } else {
        others.append(line)
      }
    }
    rest = others.joined(separator: "\n")
  }

  /// The macros of a number, its interval and its unit.
  static func texts(of number: CitedNumber, named name: String) -> [(name: String, text: String)] {
    [
      (name, number.latexValue), (name + intervalSuffix, number.latexInterval), (name + unitSuffix, number.unit.latex),
    ].compactMap { name, text in text.map { (name, $0) } }
  }

  static let intervalSuffix = "Interval"
  static let unitSuffix = "Unit"
}

/// Names of LaTeX commands, which consist of letters only.
enum LatexName {
  /// `HttpTwoMsEpollCSixtyfourThroughput`
  static func command(_ words: [String]) -> String {
    words.map { letters($0.hasPrefix("concurrency=") ? "c" + $0.dropFirst(12) : $0) }.joined()
  }

  /// Capitalises each word, and writes numbers in words.
  private static func letters(_ word: String) -> String {
    var name = ""
    var rest = word[...]
    var isFirst = true
    while let character = rest.first {
      if character.isASCII, character.isNumber {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        // A number that is too long, or begins with zeros, is written digit by digit.
        let number = digits.hasPrefix("0") ? nil : UInt64(digits)
        name += number.map { words($0) } ?? digits.compactMap(\.wholeNumberValue).map { words($0) }.joined()
        rest = rest.dropFirst(digits.count)
        isFirst = true
      } else if character.isASCII, character.isLetter {
        name += isFirst ? character.uppercased() : String(character)
        rest.removeFirst()
        isFirst = false
      } else {
        if character == ".", rest.dropFirst().first?.isNumber == true { name += "Point" }
        rest.removeFirst()
        isFirst = true
      }
    }
    return name
  }

  private static let small = [
    "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve",
    "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen",
  ]
  private static let tens = ["", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"]
  private static let groups: [(size: UInt64, name: String)] = [
    (1_000_000_000_000_000_000, "quintillion"), (1_000_000_000_000_000, "quadrillion"), (1_000_000_000_000, "trillion"),
    (1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"), (100, "hundred"),
  ]

  /// A number in words, capitalised: `Sixtyfour`, `Fifteenthousand`.
  static func words(_ number: some BinaryInteger) -> String {
    let number = UInt64(clamping: number)
    if number < 20 { return small[Int(number)] }
    guard let group = groups.first(where: { number >= $0.size }) else {
      return tens[Int(number / 10)] + (number % 10 > 0 ? small[Int(number % 10)].lowercased() : "")
    }
    let rest = number % group.size
    return words(number / group.size) + group.name + (rest > 0 ? words(rest).lowercased() : "")
  }
}
