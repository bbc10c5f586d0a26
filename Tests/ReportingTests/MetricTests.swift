import Foundation
import Measurement
import Records
import Testing

@testable import Reporting

/// The table of metrics: one row is all that a metric needs.
struct MetricTests {
  /// The row of the article *Adding a metric*.
  private static let toy = Metric.recorded(
    "faults-served", "connections that the server spoiled because it was asked to", .count("connections"),
    heading: "spoiled", data: "server_faults_per_trial"
  ) { $0.server?.faults.map { Double($0) } }

  private static var table: MetricTable {
    var table = MetricTable.standard
    table.points.append(toy)
    return table
  }

  /// Six trials a point.
  private static func run(rates: [Double] = []) -> Run {
    var run = SyntheticRun(modes: ["epoll"], concurrencies: [16], rates: rates).run()
    for index in run.trials.indices {
      run.trials[index].server = run.trials[index].server ?? ProcessUsage()
      run.trials[index].server?.faults = 1234
    }
    return run
  }

  private func report(_ run: Run, _ format: OutputFormat, cites: Bool = false) throws -> String {
    let citations = cites ? try self.citations(run) : nil
    return Report(run, citations: citations, metrics: Self.table).render(format, width: 250, color: false)
  }

  private func citations(_ run: Run) throws -> Citations {
    let encoder = JSONEncoder.stable()
    return Citations(
      run, TrialLines(try run.trials.reduce(into: Data()) { $0 += try encoder.encode($1) + Data("\n".utf8) }),
      recordBytes: try encoder.encode(run.record), limitsBytes: nil, metrics: Self.table)
  }

  @Test(arguments: [OutputFormat.text, .md, .latex, .html], [[], [100, 200, 400]])
  func rowOfTheTableIsAColumnOfEveryTableOfPoints(format: OutputFormat, rates: [Double]) throws {
    let text = try report(Self.run(rates: rates), format)
    #expect(text.contains("spoiled") && text.contains("1,234"), "\(text.prefix(3000))")
    let before = Report(Self.run(rates: rates)).render(format, width: 250, color: false)
    #expect(!before.contains("spoiled"))
  }

  @Test func rowOfTheTableIsAKeyAndAColumnOfData() throws {
    #expect(try report(Self.run(), .json).contains("\"server_faults_per_trial\" : {"))
    let csv = try report(Self.run(), .csv).split(separator: "\n")
    #expect(csv[0].hasSuffix(",server_faults_per_trial") && csv[1].hasSuffix(",1234"))
  }

  @Test func rowOfTheTableCanBeCitedAndItsCellsAre() throws {
    let found = try citations(Self.run()).find(CitationQuery("epoll concurrency=16 faults-served"))
    #expect(found.form.contains(" faults-served = 1234 [1234, 1234] connections n=6 "), "\(found.form)")
    for format in [OutputFormat.md, .latex] {
      #expect(try report(Self.run(), format, cites: true).contains(" faults-served = 1234 "))
    }
  }

  // MARK: The table itself

  @Test func keysAndNamesInDataAreThereOnce() {
    let points = MetricTable.standard.points
    #expect(Set(points.map(\.key)).count == points.count)
    #expect(Set(points.compactMap(\.json)).count == points.compactMap(\.json).count)
    #expect(Set(points.compactMap(\.csv)).count == points.compactMap(\.csv).count)
    #expect(points.allSatisfy { !$0.about.isEmpty && !$0.key.contains(" ") })
    let classes = MetricTable.standard.classes
    #expect(Set(classes.map(\.key)).count == classes.count)
    let hosts = MetricTable.standard.hosts
    #expect(Set(hosts.map(\.key)).count == hosts.count)
  }

  @Test func layoutsNameMetricsThatThereAre() throws {
    for run in [Self.run(), Self.run(rates: [100, 200, 400]), ServedLanesTests.run(), HostTableTests.run()] {
      for section in Document(run).sections {
        for table in section.parts.flatMap({ [$0.table, $0.classes, $0.hosts, $0.ofTrials].compactMap { $0 } }) {
          for format in [OutputFormat.text, .md, .latex, .html] { _ = table.placed(in: format) }
        }
      }
    }
  }

  @Test func whatIsComparedIsWhatTheTableSays() {
    #expect(ComparisonMetric.allCases.map(\.rawValue) == ["throughput", "cpu", "p50", "p99"])
    #expect(ComparisonMetric.allCases.map(\.unit) == ["per_s", "us_per_operation", "ns", "ns"])
    #expect(
      ComparisonMetric.allCases.map { $0.name(isResponse: true) } == ["op/s", "CPU/op", "resp. p50", "resp. p99"])
    #expect(
      ComparisonMetric.allCases.map(\.preference) == [.higherIsFaster] + .init(repeating: .lowerIsFaster, count: 3))
    #expect(ComparisonMetric(rawValue: "p90") == nil)
  }
}
