import Records
import Testing

@testable import Reporting

struct LatexTests {
  @Test(arguments: [
    (
      "50 % of $1 & #2_3^4~{5}\\",
      "50 \\% of \\$1 \\& \\#2\\_3\\textasciicircum{}4\\textasciitilde{}\\{5\\}\\textbackslash{}"
    ),
    ("[1–2]* µs ×", "{[}1--2{]}{*} $\\mu$s $\\times$"), ("--warmup", "-{}-warmup"),
    ("a<b>c|\"d\"\n\te", "a\\textless{}b\\textgreater{}c\\textbar{}''d''  e"),
    ("→", "\\texttt{U+2192}"), ("\u{7}", ""),
  ])
  func everyCharacterIsItself(text: String, escaped: String) {
    #expect(LatexText.escaped(text) == escaped)
  }

  @Test func tinyRunHasItsTablesMachineCaveatsAndInvalidTrials() {
    let text = Report(TinyRun.example).render(.latex, width: 0, color: false)
    for part in [
      #"blocking & 1 & 2 & 91.50 & {[}91.00--92.00{]}{*} & 1.00 & -- & 1 &  \\"#,
      #"{l}{\emph{predicted 100 s (not run: it would pass the limit of 60 s)}} \\"#,
      #"tiny & epoll & 4 & 1 & 2 & steal 12 \% (1) \\"#, #"processor & Abacus \\"#,
      "Trust: 5 of 6 trials are valid", #"\item epoll at 4: failed operations: timeout (3)"#,
    ] {
      #expect(text.contains(part), "\(part) is not in \(text)")
    }
  }

  @Test(arguments: CitationRuns.all.map(\.name))
  func whatBeginsEndsAndRowsHaveAsManyCellsAsTheirTable(name: String) throws {
    let run = try #require(CitationRuns.all.first { $0.name == name }).run
    let text = Report(run).render(.latex, width: 0, color: false)
    for environment in ["center", "tabular", "itemize"] {
      #expect(
        text.ranges(of: "\\begin{\(environment)}").count == text.ranges(of: "\\end{\(environment)}").count)
    }
    var columns = 0
    for line in text.split(separator: "\n") {
      if let match = line.firstMatch(of: /^\\begin\{tabular\}\{(.*)\}$/) {
        columns = match.1.replacing(/p\{[^}]*\}/, with: "p").count
      }
      guard line.hasSuffix("\\\\") else { continue }
      let cells = line.replacing("\\&", with: "").split(separator: "&", omittingEmptySubsequences: false)
      let spanned = cells.compactMap { $0.firstMatch(of: /\\multicolumn\{(\d+)\}/).flatMap { Int($0.1) } }.first ?? 1
      #expect(cells.count - 1 + spanned == columns, "\(line)")
    }
  }

  @Test func reportsInDocumentsNameTheMachineAndTheInvalidTrials() {
    let text = Report(TinyRun.example).render(.md, width: 0, color: false)
    #expect(text.contains("| processor | Abacus |"))
    #expect(text.contains("| tiny | epoll | 4 | 1 | 2 | steal 12 % (1) |"))
  }

  @Test func searchSaysInTextWhyTrialsAreInvalid() throws {
    var run = try #require(CitationRuns.all.first { $0.name == "search" }).run
    let index = try #require(run.trials.firstIndex { $0.arrivals.rate == 20_000 && $0.mode == "epoll" })
    run.trials[index].valid = false
    run.trials[index].reasons = ["steal: 12 %"]
    let text = Report(run).render(.text, width: 100, color: false)
    #expect(text.contains("epoll at 20,000/s: 1 of 6 trials not valid: steal: 12 % (1)"), "\(text)")
  }
}
