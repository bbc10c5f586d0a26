import Foundation
import Plan
import Records
import Testing

@testable import Reporting

struct ReportTests {
  @Test func textOfATinyRun() {
    let text = Report(TinyRun.example).render(.text, width: 100, color: false)
    #expect(text == Self.expectedText)
  }

  @Test func markdownOfATinyRun() {
    let text = Report(TinyRun.example).render(.md, width: 0, color: false)
    #expect(text.contains(Self.expectedMarkdown), "\(text)")
  }

  @Test(arguments: OutputFormat.allCases)
  func sameRunGivesTheSameBytes(format: OutputFormat) {
    let run = SyntheticRun(seed: 3).run()
    let first = Report(run).render(format, width: 90, color: true)
    #expect(first == Report(SyntheticRun(seed: 3).run()).render(format, width: 90, color: true))
  }

  @Test(arguments: [1, 40, 60, 80, 100, 500])
  func textIsNeverWiderThanAskedNorWordsThan100(width: Int) {
    let nine = ["blocking", "dispatch", "taskgroup", "epoll", "executor", "dispatch-concurrent", "threads", "uring"]
    let run = SyntheticRun.run(of: [
      SyntheticRun(modes: nine, concurrencies: [1, 1000]), SyntheticRun(experiment: "n", operations: 1000),
    ])
    for line in Report(run).render(.text, width: width, color: false).split(separator: "\n") {
      #expect(line.count <= max(width, 44), "\(line)")
      #expect(line.count <= 100 || line.hasPrefix("  "), "\(line)")
    }
  }

  @Test(arguments: [
    (93, false, false), (102, false, false), (103, false, true), (112, false, true), (113, true, true),
    (160, true, true),
  ])
  func numbersComeBeforeWhatIsDrawn(width: Int, bar: Bool, sparkline: Bool) throws {
    let lines = Report(TinyRun.example).render(.text, width: width, color: false).split(separator: "\n")
    let row = try #require(lines.first { $0.contains(" epoll ") && $0.contains("137.2 [") })
    #expect(row.contains("4.00") && row.contains("1.50 [1.50–1.50]*"), "all numbers: \(row)")
    #expect(row.prefix { $0 != "[" }.contains("█") == bar, "\(row)")
    #expect(row.drop { $0 != "]" }.contains("█") == sparkline, "\(row)")
    #expect(lines.contains { $0.hasSuffix(" latency") || $0.contains(" latency ") } == sparkline)
    #expect(lines.contains { $0.contains(/^ +1\.0 +2\.0$/) } == sparkline, "the ends of the axis")
  }

  @Test(arguments: [100, 130])
  func processorTimeHasItsIntervalInATableOf100Columns(width: Int) throws {
    let run = SyntheticRun().run()
    let cpu = try #require(Summary(run).experiments[0].points.last?.tested.cpu)
    let interval = EstimateText(cpu, digits: 3)
    let text = Report(run).render(.text, width: width, color: false)
    #expect(text.contains("\(interval.median) \(interval.interval)"), "\(text)")
  }

  @Test(arguments: [OutputFormat.md, .latex, .html, .text])
  func processorTimeHasItsIntervalWhereverItStands(format: OutputFormat) throws {
    let load = SyntheticRun(concurrencies: [16], rates: [1000, 2000, 4000])
    let serving = SyntheticRun(workload: .object(["kind": .string("serve"), "protocol": .string("http")]))
    for run in [SyntheticRun().run(), load.run(), serving.run()] {
      // Citations are comments behind the numbers.
      let text = Report(run).render(format, width: 200, color: false).replacing(
        /\ ?%?\ ?\[iomodes:[^\]]*\]\n?/, with: "")
      for point in Summary(run).experiments.flatMap(\.points) {
        let cpu = EstimateText(point.tested.cpu, digits: 3).interval
        let written = format == .latex ? LatexText.escaped(cpu) : format == .md ? MarkdownReport.escaped(cpu) : cpu
        #expect(!cpu.isEmpty && text.contains(written), "\(point.name): \(cpu)")
      }
      #expect(text.contains("of trials"))
    }
  }

  @Test func memoryIsTheMedianPeakInEveryFormat() throws {
    let trials = ([10, 30, 20] as [UInt64]).enumerated().map { index, peak in
      var trial = TinyRun.trial("epoll", round: index + 1)
      trial.client = TinyRun.usage(user: 1, system: 1)
      trial.client?.memoryPeak = peak << 20
      return trial
    }
    let run = TinyRun.run(trials)
    #expect(Report(run).render(.md, width: 0, color: false).contains("| 20.0 |\n"), "the median, and no maximum")
    #expect(Report(run).render(.latex, width: 0, color: false).contains("& 20.0 \\\\"))
    #expect(Report(run).render(.html, width: 0, color: false).contains("<td class=\"n\">20.0</td>"))
  }

  @Test func responseTimesAreDrawnWhereThereAreAny() {
    let text = Report(SyntheticRun(rates: [1000]).run()).render(.text, width: 160, color: false)
    #expect(text.contains(" response ") && !text.contains(" latency "))
  }

  @Test func nothingIsDrawnOfLatenciesWhereThereAreNone() {
    let text = Report(TinyRun.run([TinyRun.trial("epoll")])).render(.text, width: 160, color: false)
    #expect(!text.contains("latency") && !text.contains("Drawn:"))
  }

  @Test func colorIsOnlyAddedWhereAsked() {
    let run = SyntheticRun().run()
    let plain = Report(run).render(.text, width: 100, color: false)
    let colored = Report(run).render(.text, width: 100, color: true)
    #expect(!plain.contains("\u{1B}"))
    #expect(colored.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
  }

  @Test(arguments: OutputFormat.allCases)
  func emptyRunIsReported(format: OutputFormat) {
    let text = Report(TinyRun.run([], planned: 12)).render(format, width: 80, color: false)
    #expect(!text.isEmpty)
  }

  @Test(arguments: OutputFormat.allCases)
  func strangeRunIsReported(format: OutputFormat) {
    var bare = TinyRun.trial("quantum", concurrency: -3, throughput: nil)
    bare.workload = .null
    bare.valid = false
    bare.operations.done = 0
    bare.operations.failed = ["": .max, "x": .max]
    var infinite = TinyRun.trial("", concurrency: 0, throughput: .infinity, experiment: "")
    infinite.client = TinyRun.usage(user: .max, system: .max)
    infinite.inFlight = .init(mean: .nan, max: .min, samples: 0)
    infinite.skipped = .init(reason: "")
    var unfinished = TinyRun.trial("epoll\n|\"x", concurrency: .max, throughput: 1e300)
    unfinished.operations.unfinished = .max
    unfinished.operations.asked = 0
    unfinished.operations.due = .max
    unfinished.operations.unanswered = .max
    unfinished.lanesServed = .min
    unfinished.wall = .max
    let text = Report(TinyRun.run([bare, infinite, unfinished, unfinished])).render(format, width: 0, color: true)
    #expect(!text.isEmpty)
  }

  @Test func csvHasARowForEveryTrialAndQuotesWhatNeedsIt() throws {
    var trial = TinyRun.trial("epoll", throughput: 12.5)
    trial.valid = false
    trial.reasons = ["said \"no\"", "a,b"]
    trial.operations.failed = ["timeout": 3, "ECONNRESET": 1]
    let lines = Report(TinyRun.run([trial, TinyRun.trial("null")])).render(.csv, width: 0, color: false)
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 4)
    #expect(lines[3].isEmpty)
    #expect(lines[0].hasPrefix("run_id,experiment,trial,round,order,seed,mode,variant,workload_kind,workload,"))
    let workload = #""{""duration"":""10ms"",""kind"":""sleep""}""#
    #expect(lines[1].hasPrefix("run-1,tiny,1,1,1,7,epoll,,sleep,\(workload),closed,"))
    #expect(lines[1].contains(#","said ""no""; a,b","#))
    #expect(lines[1].contains(",4,ECONNRESET 1; timeout 3,"))
    #expect(lines[1].contains(",12.5,"))
    let columns = lines[0].split(separator: ",").count
    let unquoted = lines[2].replacing(/"([^"]|"")*"/, with: "quoted")
    #expect(unquoted.split(separator: ",", omittingEmptySubsequences: false).count == columns)
    #expect(columns == Set(lines[0].split(separator: ",")).count, "every name is there once")
  }

  @Test func jsonHasUnitsAndLeavesOutWhatDoesNotApply() throws {
    struct Document: Decodable {
      var runId: String
      var experiments: [Experiment]
      struct Experiment: Decodable { var points: [Point] }
      struct Point: Decodable {
        var mode: String
        var throughputPerS: Interval?
        var predictedWallNs: UInt64?
        var invalidReasons: [String: Int]?
      }
      struct Interval: Decodable {
        var median: Double
        var interval: String
        var n: Int
      }
    }
    let text = Report(TinyRun.example).render(.json, width: 0, color: false)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let document = try decoder.decode(Document.self, from: Data(text.utf8))
    #expect(document.runId == "run-1")
    let points = try #require(document.experiments.first?.points)
    #expect(points.map(\.mode) == ["blocking", "epoll", "blocking", "epoll"])
    #expect(points[0].throughputPerS?.median == 91.5)
    #expect(points[0].throughputPerS?.interval == "range")
    #expect(points[2].throughputPerS == nil)
    #expect(points[2].predictedWallNs == 100_000_000_000)
    #expect(points[3].invalidReasons == ["steal 12 %": 1])
  }

  private static let expectedText = """
    iomodes run run-1
    Abacus, 2 CPUs, Linux 6.1.0 · 2026-01-02T03:04:05Z

    tiny: sleep for 10 ms · 1 to 2 valid trials at each point
    Verdict: at 1 lane, there are too few rounds for a verdict; 9 valid ones are recommended.
      mode      conc.   op/s                 p50 µs  p99 µs  CPU µs/op          × blocking
      blocking      1  91.50 [91.00–92.00]*    1.00       –  4.00 [3.00–5.00]*     1
      epoll         1  137.2 [136.5–138.0]*    2.00    2.00  4.00 [4.00–4.00]*  1.50 [1.50–1.50]*

      blocking      4  predicted 100 s (not run: it would pass the limit of 60 s)
      epoll         4  390.0                      –       –     –                  –
      · in flight at most: epoll 3 of 4 asked
      · epoll at 4: 1 of 2 trials not valid and left out: steal 12 % (1)
      · epoll at 4: failed operations: timeout (3)

    Trust: 5 of 6 trials are valid; 3 of 3 points have fewer than six trials, so no interval.

    op/s, CPU, × blocking: median over the valid trials [its 95 % interval; * the range, of fewer than
    six]. × blocking: trials of the same round. Percentiles: service time (resp.: response time, from
    the intended start), of all valid trials' operations together; – where there are too few. Of trials:
    the median over the valid trials of each trial's own percentile, which is a statistic of trials.
    CPU: processor time of the mode. MiB: its peak in a trial, the median over the valid trials.

    """

  private static let expectedMarkdown = #"""
    ## tiny

    sleep for 10 ms · 1 to 2 valid trials at each point

    Verdict: at 1 lane, there are too few rounds for a verdict; 9 valid ones are recommended.

    | mode | concurrency | trials | op/s | interval | p50 µs | p90 µs | p99 µs | client CPU µs/op | interval | \#
    in flight | × blocking | interval |
    | :-- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |
    | blocking | 1 | 2 | 91.50 | \[91.00–92.00\]\* | 1.00 | – | – | 4.00 | \[3.00–5.00\]\* | 1 | 1 |  |
    | epoll | 1 | 2 | 137.2 | \[136.5–138.0\]\* | 2.00 | 2.00 | 2.00 | 4.00 | \[4.00–4.00\]\* | – | 1.50 | \#
    \[1.50–1.50\]\* |
    | blocking | 4 | 0 | *predicted 100 s (not run: it would pass the limit of 60 s)* |  |  |  |  |  |  |  |  |  |
    | epoll | 4 | 1 | 390.0 |  | – | – | – | – |  | 3 | – |  |

    Medians over the trials of each trial's own value:

    | mode | concurrency | p50 µs | interval | p90 µs | interval |
    | :-- | --: | --: | --: | --: | --: |
    | blocking | 1 | 1.00 | \[1.00–1.00\]\* | – |  |
    | epoll | 1 | 2.00 | \[2.00–2.00\]\* | 2.00 | \[2.00–2.00\]\* |
    | epoll | 4 | – |  | – |  |

    - in flight at most: epoll 3 of 4 asked
    - epoll at 4: 1 of 2 trials not valid and left out: steal 12 % (1)
    - epoll at 4: failed operations: timeout (3)
    """#
}
