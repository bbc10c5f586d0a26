import Foundation
import Records
import TestSupport
import Testing

@testable import Harness

@Suite(.serialized, .fewAtOnce, .endsHangs) struct PrimitiveRoundsTests {
  private func entries(
    _ names: Set<String>, rounds: Int, on processors: Processors
  ) throws -> [PrimitivesRecord.Entry] {
    try PrimitiveRounds(names, rounds: rounds, on: processors).run(program: try #require(builtProgram)) { _ in }
  }

  /// A part of a bench brings the others of the bench along. How much anything costs is not asserted.
  @Test func everyRoundHasAValue() throws {
    let entries = try entries(["epoll-event", "kernel-entry"], rounds: 2, on: .current())
    #expect(entries.map(\.name) == ["kernel-entry", "epoll-wait", "epoll-event"])
    for entry in entries {
      #expect(entry.processors == 1 && entry.obstacle == nil && entry.cpu?.count == 2 && entry.wall?.count == 2)
    }
    #expect(entries[0].cpu?.allSatisfy { $0 > 0 } == true)
  }

  @Test func oneProcessorIsNotTwo() throws {
    let first = try Processors.current().client[0]
    let entries = try entries(
      ["futex-switch"], rounds: 1, on: Processors(allowed: [first], client: [first], server: [first]))
    #expect(entries.map(\.processors) == [1, 2])
    #expect(entries[0].cpu?.count == 1 && entries[0].obstacle == nil)
    #expect(entries[1].cpu == nil && entries[1].obstacle == "this process may use one processor only")
  }

  @Test func programThatMeasuresNothingIsAFailureThatNamesThePrimitive() throws {
    let rounds = PrimitiveRounds(["kernel-entry"], rounds: 1, on: try .current())
    let failure = #expect(throws: HarnessFailure.self) { try rounds.run(program: "/bin/true") { _ in } }
    #expect("\(try #require(failure))".hasPrefix("kernel-entry: it ended without an answer"))
  }
}
