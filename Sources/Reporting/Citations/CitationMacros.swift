import Records

extension Citations {
  /// A `\newcommand` for every number, its interval and its unit, with the machine-readable citation behind it.
  public var macros: String {
    let provenance = Provenance(record)
    var lines = [
      "% Numbers of the run \(provenance.run), \(provenance.date), written by `iomodes cite --macros`: do not edit.",
      "% \(provenance.machine); iomodes \(Provenance.oneLine(record.tool.version))"
        + (record.tool.commit.map { " (\(Provenance.oneLine($0)))" } ?? ""),
    ]
    var uses: [String: Int] = [:]
    var sources: [TrialSelector: Citation.Source] = [:]
    for citable in all {
      let name = LatexName.command(citable.words)
      let use = uses[name, default: 0] + 1
      uses[name] = use
      let command = "\\" + name + (use > 1 ? LatexName.words(use) : "")
      let source = sources[citable.trials] ?? self.source(of: citable.trials)
      sources[citable.trials] = source
      let number = citable.number
      let definitions = [("", number.latexValue), ("Interval", number.latexInterval), ("Unit", number.unit.latex)]
      lines.append(
        definitions.compactMap { suffix, text in text.map { "\\newcommand{\(command)\(suffix)}{\($0)}" } }.joined()
          + "% \(Citation(citable, record, source).form)")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// Names of LaTeX commands, which have letters only.
enum LatexName {
  /// `iomodesHttpTwoMsEpollCSixtyfourThroughput`
  static func command(_ words: [String]) -> String {
    "iomodes" + words.map { letters($0.hasPrefix("concurrency=") ? "c" + $0.dropFirst(12) : $0) }.joined()
  }

  /// Each word begins with a capital, and numbers are written out.
  private static func letters(_ word: String) -> String {
    var name = ""
    var rest = word[...]
    var isFirst = true
    while let character = rest.first {
      if character.isASCII, character.isNumber {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        // One that is too long, or begins with zeros, digit by digit.
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

  /// A number in letters, the first of which is a capital: `Sixtyfour`, `Fifteenthousand`.
  static func words(_ number: some BinaryInteger) -> String {
    let number = UInt64(number)
    if number < 20 { return small[Int(number)] }
    guard let group = groups.first(where: { number >= $0.size }) else {
      return tens[Int(number / 10)] + (number % 10 > 0 ? small[Int(number % 10)].lowercased() : "")
    }
    let rest = number % group.size
    return words(number / group.size) + group.name + (rest > 0 ? words(rest).lowercased() : "")
  }
}
