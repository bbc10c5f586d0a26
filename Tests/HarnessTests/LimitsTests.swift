import Foundation
import Plan
import Records
import SystemCalls
import TestSupport
import Testing

@testable import Harness

/// Each experiment in a process of its own, as `iomodes limits` carries it out, with fewer and shorter steps.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct LimitsTests {
  /// Experiments whose outcome does not depend on a busy machine, except through time limits; those are repeated once.
  @Test(arguments: [Limit.select, .descriptors, .ports, .dispatchThreads, .threads, .keepAliveSlips])
  func limitIsWhereArithmeticPutsIt(_ limit: Limit) throws {
    var result = try Limits.carryOut(limit, brief: true, program: try #require(program))
    for _ in 0..<2 where result.verdict == .otherwise {
      result = try Limits.carryOut(limit, brief: true, program: try #require(program))
    }
    #expect(result.limit == limit && !result.sentence.isEmpty)
    if result.verdict == .skipped { return }
    #expect(result.verdict == .asPredicted, "\(result.observations.filter { !$0.isAsPredicted })")
    #expect(result.observations.contains { $0.least != nil })
  }

  /// How fast is not asserted.
  @Test func concurrentQueueGrowsFromAThreadPerProcessor() throws {
    let result = try Limits.carryOut(.dispatchGrowth, brief: true, program: try #require(program))
    let threads = result.observations.filter { $0.unit == .threads }.map(\.measured)
    #expect(try threads.count == 2 && threads[0] >= Double(Affinity.current().count) && threads[1] > threads[0])
  }

  /// A busy machine makes both longer, and neither shorter.
  @Test func awaitingTaskIsHeldUpByBlockingCalls() throws {
    let result = try Limits.carryOut(.cooperativePool, brief: true, program: try #require(program))
    #expect(result.observations.count == 3)
    for observation in result.observations {
      #expect(observation.measured >= (try #require(observation.least)), "\(observation)")
    }
  }

  // MARK: Verdicts

  private func result(_ observations: LimitResult.Observation...) -> LimitResult {
    LimitResult(.select, observations, "so")
  }

  @Test func verdictIsAsPredictedWhereAllNumbersAre() {
    let within = LimitResult.Observation("a", .threads, within: 1...2, measured: 2)
    let most = LimitResult.Observation("b", .threads, atLeast: 3, measured: 4)
    let free = LimitResult.Observation("c", .bytes, measured: 5)
    #expect(result(within, most, free).verdict == .asPredicted)
    #expect(result(within, LimitResult.Observation("d", .threads, exactly: 3, measured: 4)).verdict == .otherwise)
    #expect(result(within, LimitResult.Observation("e", .threads, atLeast: 3, measured: 2)).verdict == .otherwise)
    #expect(result().verdict == .skipped)
  }

  @Test func recordNamesNumbersWithTheirUnits() throws {
    let results = [
      result(
        LimitResult.Observation("held, to 4", .connections, exactly: 3, measured: 3),
        LimitResult.Observation("late by", .nanoseconds, within: 1...2, measured: 4.5),
        LimitResult.Observation("free", .bytes, measured: 5)),
      LimitResult(.ports, [], "not here"),
    ]
    let record = LimitsRecord(results, started: Date(timeIntervalSince1970: 0), processors: try .current())
    #expect(try JSONDecoder().decode(LimitsRecord.self, from: JSONEncoder.stable().encode(record)) == record)
    let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(record)) as? [String: Any]
    let experiments = try #require(json?["experiments"] as? [[String: Any]])
    #expect(json?["started"] as? String == "1970-01-01T00:00:00Z" && json?["machine"] != nil)
    #expect(experiments[0]["verdict"] as? String == "otherwise" && experiments[0]["sentence"] as? String == "so")
    #expect(
      experiments[0]["measurement"] as? [String: Double]
        == ["held_to_4_connections": 3, "late_by_ns": 4.5, "free_bytes": 5])
    let prediction = try #require(experiments[0]["prediction"] as? [String: Any])
    #expect(prediction["held_to_4_connections"] as? Double == 3 && prediction.count == 2)
    #expect(prediction["late_by_ns"] as? [String: Double] == ["least": 1, "most": 2])
    #expect(experiments[1]["verdict"] as? String == "skipped" && experiments[1]["measurement"] == nil)
  }

  /// The program, as it was built beside the tests.
  private var program: String? { builtProgram }
}

/// The program that this build has made, whose processes tests start.
var builtProgram: String? {
  let bundle = ProcessControl.executablePath ?? ""
  let folders = [bundle, CommandLine.arguments[0]].map { ($0 as NSString).deletingLastPathComponent }
  let root = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
  return (folders + [root + "/.build/debug", root + "/.build/release"]).map { $0 + "/iomodes" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
}
