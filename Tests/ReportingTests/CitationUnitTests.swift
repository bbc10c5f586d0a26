import Foundation
import Records
import Testing

@testable import Reporting

/// The parts of a citation besides the digits: its unit, machine, build and hash.
struct CitationUnitTests {
  private let citations: Citations

  /// All trials are alike, so that the numbers are known: 30,625 operations per second, of 2.08 ms each.
  init() throws {
    var trials: [TrialRecord] = []
    for round in 1...8 {
      for (mode, scale) in [("blocking", 1.0), ("epoll", 61.25)] {
        var trial = TinyRun.trial(
          mode, concurrency: 64, round: round, throughput: 500 * scale + Double(round) - 4.5,
          latencies: .init(repeating: 2_080_000, count: 2000))
        trial.trial = trials.count + 1
        trial.client = TinyRun.usage(user: 6_000_000, system: 2_420_000)
        trial.client?.threadsPeak = 3
        trials.append(trial)
      }
    }
    var run = TinyRun.run(trials)
    run.record.tool.commit = "0123456789abcdef0123456789abcdef01234567"
    citations = try CitationRuns.citations(run)
  }

  private func form(_ metric: String) throws -> String {
    try citations.find(CitationQuery("tiny epoll concurrency=64 \(metric)")).form
  }

  private func findings(_ document: String, isLatex: Bool = false) -> [String] {
    CitationCheck(document, isLatex: isLatex) { _ in citations }.findings.map(\.text)
  }

  @Test(
    arguments: [
      ("throughput", "30,625 op/s"), ("throughput", "30,625"), ("throughput", "30.6 k op/s"),
      ("throughput", "30.6k op/s"), ("throughput", "30.625 kop/s"), ("throughput", "31 thousand requests a second"),
      ("throughput", "0.031 M/s"), ("throughput", "**30,625** operations per second"),
      ("throughput", "30,625 [30,622–30,628] op/s"), ("throughput", "30.6 k op/s [30.6–30.6]"),
      ("throughput", "30,625 op/s (95 % CI 30,622–30,628, n = 8)"), ("throughput", "30,625 in `epoll`"),
      ("p50", "2.08 ms"), ("p50", "2,080 µs"), ("p50", "2,080,000 ns"), ("p50", "0.00208 s"), ("p50", "2.1 ms"),
      ("p50", "2,080 microseconds"), ("ratio", "61.3 ×"), ("ratio", "61.3 times as many"), ("ratio", "61.3-fold"),
      ("cpu", "8.42 µs/op"), ("cpu", "8.42 µs per operation"), ("cpu", "8,420 ns/op"), ("threads", "3 threads"),
    ])
  func unitThatIsRightMatches(metric: String, text: String) throws {
    let found = findings("It is \(text) <!-- \(try form(metric)) -->")
    #expect(found.isEmpty, "\(text): \(found)")
  }

  @Test(
    arguments: [
      ("throughput", "30,625 million op/s", "30625 million op/s for the value, and its citation 30625 op/s"),
      ("throughput", "30.6 M op/s", "30.6 M op/s for the value"), ("throughput", "30,625 k", "30625 k for the value"),
      ("throughput", "31.6 k op/s", "31.6 k op/s for the value"), ("throughput", "30,600 op/s", "30600 for the value"),
      ("throughput", "30,625 lakh op/s", "'lakh' behind 30625, which is not a unit of the citation's 30625 op/s"),
      ("throughput", "30,625 m op/s", "'m' behind 30625"), ("throughput", "30,625 ms", "'ms' behind 30625"),
      ("throughput", "30,625 op/min", "'op/min' behind 30625"), ("throughput", "30,625 operations", "'operations'"),
      ("throughput", "30,625 (million op/s)", "'million' behind 30625"),
      ("throughput", "30,625 [30,622–30,628] million op/s", "million op/s for the value"),
      ("throughput", "3 k", "3 k for the value"), ("throughput", "30.6 k op/s [30.6–30.7]", "30.7 k op/s for the high"),
      ("p50", "2.08 µs", "2.08 µs for the value, and its citation 2.08 ms"), ("p50", "2.08 s", "2.08 s for the value"),
      ("p50", "2.08 op/s", "'op/s' behind 2.08"), ("p50", "2.3 ms", "2.3 for the value"),
      ("ratio", "61.3 %", "61.3 % for the value"), ("cpu", "8.42 µs", "'µs' behind 8.42"),
      ("cpu", "8.42 ms/op", "8.42 ms/op for the value"), ("threads", "3 million threads", "3 million threads"),
    ])
  func unitThatIsWrongIsFound(metric: String, text: String, finding: String) throws {
    let found = findings("It is \(text) <!-- \(try form(metric)) -->")
    #expect(found.count > 0 && found[0].contains(finding), "\(text): \(found)")
  }

  @Test func latexIsReadAsItIsSet() throws {
    let (rate, time) = (try form("throughput"), try form("p50"))
    for text in [
      "30{,}625\\,op/s% \(rate)", "$30{,}625$~op/s%\n  \(rate)", "\\num{30625} op/s% \(rate)",
      "\\textbf{30,625}\\,op/s\\footnote{In \\emph{all}.}% \(rate)", "30,625% \(rate)",
      "\\SI{2.08}{\\milli\\second}% \(time)", "2,080\\,$\\mu$s% \(time)",
    ] {
      let found = findings(text, isLatex: true)
      #expect(found.isEmpty, "\(text): \(found)")
    }
    for text in ["30{,}625\\,million op/s% \(rate)", "\\SI{2.08}{\\micro\\second}% \(time)", "30,625\\,\\%% \(rate)"] {
      #expect(findings(text, isLatex: true).count == 1, "\(text)")
    }
    #expect(findings("30,625 % \(rate)").count == 1, "a percent sign is none of a comment outside LaTeX")
  }

  @Test(
    arguments: [
      (" machine:Abacus", " machine:Other", "the machine is Other,2_CPUs,Linux_6.1.0, and should be Abacus,"),
      ("commit:0123456789ab", "commit:0123456789ac", "the commit is 0123456789ac, and should be 0123456789ab"),
    ])
  func machineAndBuildAreBound(right: String, wrong: String, finding: String) throws {
    let form = try form("throughput")
    #expect(form.contains(right))
    let found = findings("30,625 op/s " + form.replacing(right, with: wrong))
    #expect(found.count == 1 && found[0].contains(finding), "\(found)")
  }

  @Test func everyDigitOfTheHashIsBound() throws {
    let form = try form("throughput")
    let start = try #require(form.firstRange(of: "sha256:")).upperBound
    #expect(form[start...].count == 65)
    for index in form[start...].indices.dropLast() {
      let other = form[index] == "0" ? "1" : "0"
      let changed = form[..<index] + other + form[form.index(after: index)...]
      #expect(findings("30,625 op/s \(changed)").count == 1)
    }
  }

  @Test func citationOfAnOlderFormIsHeldToWhatItSays() throws {
    let form = try form("throughput")
    let older = String(form.replacing(/\ machine:.* sha256:([0-9a-f]{16})[0-9a-f]+/) { " sha256:\($0.1)" })
    let check = CitationCheck("30,625 op/s \(older)") { _ in citations }
    #expect(check.findings.isEmpty && check.older.map(\.line) == [1])
    #expect(CitationCheck("30,625 op/s \(form)") { _ in citations }.older.isEmpty)
    #expect(findings("30,626 op/s \(older)").count == 1)
    #expect(findings("30,625 op/s " + older.replacing("n=8", with: "n=9")).count == 1)
    let cut = older.replacing(/sha256:([0-9a-f]{15})[0-9a-f]\]/) { "sha256:\($0.1)]" }
    #expect(findings("30,625 op/s \(cut)").count == 1, "fewer digits than ever were written")
  }

  @Test func unitOfACellIsThatOfItsColumn() throws {
    let (rate, time) = (try form("throughput"), try form("p50"))
    func markdown(_ first: String, _ second: String, unit: String = "k op/s") -> String {
      """
      | mode | \(unit) | p50 µs |
      |:--|--:|--:|
      | `epoll` \\| all | \(first) <!-- \(rate) --> | \(second) <!-- \(time) --> |

      """
    }
    #expect(findings(markdown("30.6 [30.6–30.6]", "2,080")).isEmpty)
    #expect(findings(markdown("30,625 op/s", "2.08 ms")).isEmpty, "the unit of a cell goes before that of its column")
    #expect(findings(markdown("30,625", "2,080")).count == 1)
    #expect(findings(markdown("30.6", "2.08")).count == 1)
    #expect(findings(markdown("30,625", "2,080", unit: "all")).isEmpty, "no unit at all: as it is cited")
    #expect(findings(markdown("30,625", "2,080", unit: "million op/s")).count == 1)
    func latex(_ first: String, _ second: String) -> String {
      """
      \\begin{tabular}{lrl}
      \\toprule
      mode & k op/s &  & p50
        $\\mu$s \\\\
      \\midrule
      blocking & 1 & & 3 \\\\
      epoll & \(first) & {[}30.6--30.6{]}% \(rate)
       & \(second)% \(time)
       \\\\
      \\bottomrule
      \\end{tabular}
      """
    }
    #expect(findings(latex("30.6", "2,080"), isLatex: true).isEmpty)
    #expect(findings(latex("30,625", "2,080"), isLatex: true).count > 0)
    #expect(findings(latex("30.6", "2.08"), isLatex: true).count == 1)
  }
}
