import Foundation
import Records
import Testing

@testable import Reporting

struct PrimitivesReportTests {
  private static let record: PrimitivesRecord = {
    var machine = Records.Environment()
    machine.cpuModel = "Abacus"
    machine.cpusOnline = 2
    return PrimitivesRecord(
      started: "2026-01-02T03:04:05Z", tool: .init(version: "1.0.0", commit: nil, configuration: "release"),
      machine: machine, rounds: 6,
      primitives: [
        .init(.init("kernel-entry"), about: "a call", cpu: [100, 101, 102, 103, 104, 110], wall: [1, 1, 1, 1, 1, 1]),
        .init(
          .init("tcp-send", size: 4096, lanes: 64, processors: 2), about: "a send, whole",
          cpu: [-1, -1, -2, -3, -3, -4]),
        .init(.init("sleep", lanes: 1, delay: 200_000), about: "a sleep", cpu: [7, 7, 7, 7, 7, 7]),
        .init(.init("uring-enter"), about: "a turn", obstacle: "io_uring is forbidden here"),
      ])
  }()

  private func rendered(_ format: OutputFormat, width: Int = 80) -> String {
    PrimitivesReport(Self.record).render(format, width: width, color: false)
  }

  @Test func textHasMediansWithIntervalsAndReasons() {
    let text = """
      Abacus, 2 CPUs · 2026-01-02T03:04:05Z · 6 rounds

        primitive     bytes  lanes   delay  CPUs    CPU                elapsed
        kernel-entry                           1    102 [100–110]         1.00
        tcp-send      4,096     64             2  -2.50 [-4.00–-1.00]        –
        sleep                    1  200 µs     1   7.00 [7.00–7.00]          –
        uring-enter                            1  io_uring is forbidden here
      """
    #expect(rendered(.text).hasPrefix(text + "\n\nCPU and elapsed time"), "\(rendered(.text))")
  }

  @Test func textFitsItsWidth() {
    for width in [60, 80, 100] {
      for line in rendered(.text, width: width).split(separator: "\n") { #expect(line.count <= width, "\(line)") }
    }
  }

  @Test func csvHasARowPerPrimitiveAndEmptyCellsForWhatIsNotThere() {
    let lines = rendered(.csv).split(separator: "\n")
    #expect(
      lines[0]
        == "primitive,size_bytes,lanes,delay_ns,processors,cpu_ns,cpu_low_ns,cpu_high_ns,cpu_interval,wall_ns,wall_low_ns,wall_high_ns,wall_interval,obstacle"
    )
    #expect(lines[1] == "kernel-entry,,,,1,102.5,100.0,110.0,interval95,1.0,1.0,1.0,interval95,")
    #expect(lines[3] == "sleep,,1,200000,1,7.0,7.0,7.0,interval95,,,,,")
    #expect(lines[4] == "uring-enter,,,,1,,,,,,,,,io_uring is forbidden here")
    #expect(lines.count == 5)
  }

  @Test func jsonHasNoNumberForWhatIsNotThere() throws {
    let value = try JSONDecoder().decode(JSONValue.self, from: Data(rendered(.json).utf8))
    guard case .array(let primitives)? = value["primitives"] else { throw CancellationError() }
    #expect(primitives[0]["cpu_ns"]?["median"] == .number(102.5) && primitives[0]["lanes"] == nil)
    #expect(primitives[2]["delay_ns"] == .number(200_000) && primitives[0]["delay_ns"] == nil)
    #expect(primitives[1]["size_bytes"] == .number(4096) && primitives[1]["processors"] == .number(2))
    #expect(primitives[3]["cpu_ns"] == nil && primitives[3]["obstacle"] == .string("io_uring is forbidden here"))
  }

  @Test func markdownIsATable() {
    #expect(
      rendered(.md).contains("| primitive | bytes | lanes | delay | CPUs | CPU | interval | elapsed | interval |"))
    #expect(rendered(.md).contains("| uring-enter |  |  |  | 1 | – |  | *io\\_uring is forbidden here* |  |"))
  }
}
