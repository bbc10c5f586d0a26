import Foundation
import Measurement
import Records
import Testing

struct ProcessUsageTests {
  private func usage(_ text: String) throws -> ProcessUsage {
    try JSONDecoder().decode(ProcessUsage.self, from: Data(text.utf8))
  }

  @Test func processorTimeIsThatOfTheClockOrInOldRecordsTheSumOfItsParts() throws {
    #expect(try usage(#"{"cpu_ns": 7, "cpu_user_ns": 1, "cpu_system_ns": 2}"#).totalCPU == 7)
    #expect(try usage(#"{"cpu_user_ns": 1, "cpu_system_ns": 2}"#).totalCPU == 3)
    #expect(try usage(#"{"cpu_ns": 7}"#).totalCPU == 7)
    #expect(try usage(#"{"cpu_user_ns": 1}"#).totalCPU == nil)
  }

  @Test func partsAreToldApartFromTenTicksOn() throws {
    #expect(try usage(#"{"cpu_ns": 99999999, "cpu_user_ns": 60000000, "cpu_system_ns": 40000000}"#).splitCPU == nil)
    let split = try usage(#"{"cpu_ns": 100000000, "cpu_user_ns": 60000000, "cpu_system_ns": 40000000}"#).splitCPU
    #expect(split?.user == 60_000_000 && split?.system == 40_000_000)
    #expect(try usage(#"{"cpu_ns": 100000000}"#).splitCPU == nil)
  }

  @Test func percentileThatIsReadIsBetweenTheExtremes() throws {
    let text = #"{"count": 9, "min": 5, "mean": 6, "max": 7, "p50": 4, "p90": 7, "p99": 8, "histogram": ""}"#
    let summary = try JSONDecoder().decode(LatencySummary.self, from: Data(text.utf8))
    #expect(summary.p50 == 5 && summary.p90 == 7 && summary.p99 == 7 && summary.p999 == nil)
    #expect(try JSONDecoder().decode(LatencySummary.self, from: JSONEncoder().encode(summary)) == summary)
  }
}
