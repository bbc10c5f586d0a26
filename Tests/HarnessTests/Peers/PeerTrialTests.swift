import Measurement
import Modes
import Plan
import Records
import SystemCalls
import TestSupport
import Testing
import Workloads

@testable import Harness

/// Peers that break the contract, and the harness's verdict on each.
@Suite(.serialized, .fewAtOnce, .endsHangs, .enabled(if: WrongPeer.isAvailable))
struct PeerTrialTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var wrong: String
    var reason: String
    var words: String

    init(_ wrong: String, _ reason: String, _ words: String) {
      (self.wrong, self.reason, self.words) = (wrong, reason, words)
    }

    var testDescription: String { wrong }
  }

  @Test(arguments: [
    Case("double", "peer-twice", "has two rows"),
    Case("again", "peer-twice", "has two rows"),
    Case("missing", "peer-missing", "has no row"),
    Case("beyond", "peer-range", "there are only 40, numbered from 0"),
    Case("lane", "peer-lanes", "is of lane 4; there are 4"),
    Case("negative", "peer-times", "before it began"),
    Case("clock", "peer-times", "after the peer said that it was done"),
    Case("early", "peer-early", "before its time"),
    Case("overlap", "peer-overlap", "lane 0 began operation"),
    Case("outcome", "peer-rows", "has the outcome 99"),
    Case("no-end", "peer-rows", "has ended but has no end"),
    Case("stays", "peer-stays", "was killed"),
    Case("longer", "peer-capacity", "longer than the harness made it"),
    Case("short", "failures", "woke-early 1 of 40 operations"),
  ])
  func rowsThatCannotBeMakeTheTrialInvalid(_ example: Case) async throws {
    let peer = try WrongPeer(example.wrong)
    let record = try await peer.record()
    #expect(!record.valid)
    #expect(record.reasonNames.contains(example.reason), "\(record.reasons)")
    #expect(record.reasons.contains { $0.contains(example.words) }, "\(record.reasons)")
    #expect(peer.leftProcesses.isEmpty)
  }

  @Test(arguments: [
    Case("crash", "broken", "exit code 9); its last words: Ouch: it broke"),
    Case("crash-early", "broken", "exit code 3); its last words: no luck today"),
    Case("refuses", "broken", "it failed: no such thing here"),
    Case("greeting", "broken", "it said 'hello' instead of 'ready'"),
    Case("flood", "broken", "instead of 'done'; only the contract's words"),
    Case("flood-without-lines", "broken", "instead of 'done'; only the contract's words"),
    Case("hang", "broken", "it did not answer within"),
  ])
  func peerThatBreaksIsEndedAndQuoted(_ example: Case) async throws {
    let peer = try WrongPeer(example.wrong)
    let record = try await peer.record(patience: .seconds(3))
    #expect(record.reasonNames == [example.reason], "\(record.reasons)")
    #expect(record.reasons.contains { $0.contains(example.words) }, "\(record.reasons)")
    #expect(peer.leftProcesses.isEmpty)
  }

  @Test(arguments: ["right", "order", "noise", "children", "escape"])
  func whatTheContractLeavesOpenIsNoFault(_ manner: String) async throws {
    let peer = try WrongPeer(manner)
    let record = try await peer.record()
    #expect(record.valid, "\(record.reasons)")
    #expect(record.operations.done == 40 && record.operations.verified == 40)
    #expect(record.checksum == PartialRecord.text(ofChecksum: (0..<40).reduce(0) { $0 &+ Checksum.ofSleep($1) }))
    #expect(record.lanesServed == 4 && (record.inFlight?.max ?? 0) <= 4)
    #expect((record.latency?.service.min ?? 0) >= 1_000_000)
    #expect(peer.leftProcesses.isEmpty)
  }

  @Test func windowOfATimeIsCountedByItsEdges() async throws {
    let peer = try WrongPeer("right")
    let record = try await peer.record(operations: nil, duration: .milliseconds(200), warmup: .milliseconds(50))
    #expect(record.valid, "\(record.reasons)")
    #expect(record.wall == 200_000_000)
    let done = try #require(record.operations.done)
    #expect(done > 0 && record.operations.verified == done)
    #expect(record.latency?.service.count == done)
    #expect(record.series?.map(\.done).reduce(0, +) == done)
    #expect((record.coldStart?.done ?? 0) > 0)
    #expect((record.client?.cpuTime ?? 0) > 0 && (record.client?.threadsPeak ?? 0) >= 4)
  }

  @Test func openLoopHasResponsesAndALag() async throws {
    let peer = try WrongPeer("right")
    let record = try await peer.record(
      operations: nil, duration: .milliseconds(300), warmup: .milliseconds(50), arrivals: .constant(rate: 500))
    #expect(record.valid, "\(record.reasons)")
    #expect(record.arrivals.scheduled == 150 && record.operations.due == 150)
    #expect(record.latency?.response?.count == record.operations.done)
    #expect((record.sendLag?.count ?? 0) > 0)
  }

  @Test func limitHasQueueing() async throws {
    let peer = try WrongPeer("right")
    let record = try await peer.record(operations: 60, limit: 2)
    #expect(record.valid, "\(record.reasons)")
    #expect(record.latency?.queueing?.count == 60 && (record.inFlight?.max ?? 9) <= 2)
  }
}
