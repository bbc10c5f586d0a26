import Records
import Testing

@testable import Reporting

/// Which columns a table has.
struct ColumnTests {
  /// Without another mode, there is nothing to compare with.
  @Test(arguments: [OutputFormat.text, .md, .latex])
  func columnWithoutAnyValueIsLeftOut(format: OutputFormat) {
    let alone = Report(SyntheticRun(modes: ["epoll"]).run()).render(format, width: 200, color: false)
    let beside = Report(SyntheticRun(modes: ["blocking", "epoll"]).run()).render(format, width: 200, color: false)
    let heading = format == .latex ? "$\\times$ blocking" : "× blocking"
    func headings(_ text: String) -> [Substring] {
      text.split(separator: "\n").filter {
        $0.contains(heading) && !$0.contains("trials of the same round") && !$0.contains("median over")
      }
    }
    #expect(headings(alone).isEmpty, "\(headings(alone))")
    #expect(!headings(beside).isEmpty)
  }

  @Test func smallTablesHaveNoColumnWithoutValues() {
    let table = Table(
      title: "t",
      columns: [
        .modes(["epoll", "uring"]), .number("nothing", ["–", ""]), .number("something", ["–", "1"]),
      ], rows: [.init(mode: "epoll"), .init(mode: "uring")], names: 1)
    #expect(Table.informative(table.placed(in: .md), after: 1).map(\.heading) == ["mode", "something"])
    #expect(table.lines(width: 100) == ["  mode   something", "  epoll          –", "  uring          1"])
  }

  /// A narrower table has fewer columns: CPU time stays longest, except for the throughput.
  @Test func processorTimeIsTheLastToGo() throws {
    let load = SyntheticRun(concurrencies: [16], rates: [1000, 2000, 4000]).run()
    for (run, others) in [
      (SyntheticRun().run(), ["of trials", "× blocking", " p50 ", " p99 "]),
      (load, ["of trials", "p99.9", "lag", "p50"]),
    ] {
      for width in stride(from: 200, through: 44, by: -3) {
        let text = Report(run).render(.text, width: width, color: false)
        let heading = try #require(text.split(separator: "\n").first { $0.hasPrefix("  mode ") })
        let isAlone = !others.contains { heading.contains($0) }
        #expect(isAlone || heading.contains("CPU"), "at \(width): \(heading)")
      }
    }
  }
}
