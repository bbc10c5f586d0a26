import Foundation
import Plan
import Testing

@testable import Workloads

@Suite struct FaultMixTests {
  private static func mix(_ rates: [FaultKind: Double]) -> FaultMix {
    var mix = FaultMix()
    for (kind, rate) in rates { mix[kind] = rate }
    return mix
  }

  private static let all = mix([.reset: 0.01, .truncate: 0.02, .stall: 0.005, .garbage: 0.04, .drip: 0.1])

  // MARK: Drawing

  @Test func faultIsAFunctionOfSeedAndOperationAlone() {
    let copy = Self.all
    let forwards = (0..<2000 as Range<UInt64>).map { Self.all.drawn(seed: 3, operation: $0) }
    let backwards = (0..<2000 as Range<UInt64>).reversed().map { copy.drawn(seed: 3, operation: $0) }
    #expect(forwards == backwards.reversed())
    #expect(forwards != (0..<2000 as Range<UInt64>).map { Self.all.drawn(seed: 4, operation: $0) })
  }

  /// Each count is binomial: within five standard deviations, which one draw in a million leaves.
  @Test(arguments: [UInt64(1), 7, 0xdead_beef]) func ratesAreMetUniformly(seed: UInt64) {
    let operations: UInt64 = 200_000
    let blocks = stride(from: 0, to: operations, by: 20_000).map { $0..<($0 + 20_000) }
    for block in blocks + [0..<operations] {
      let counts = Self.all.counts(seed: seed, operations: block)
      for kind in FaultKind.allCases {
        let expected = Self.all[kind] * Double(block.count)
        let deviation = (expected * (1 - Self.all[kind])).squareRoot()
        #expect(abs(Double(counts[kind] ?? 0) - expected) < 5 * deviation, "\(kind) in \(block)")
      }
    }
  }

  @Test func operationsThatMeetAFaultAreOthersThanThoseWithLongDelays() {
    // A fault comes with a draw near 0, and so would the longest of exponential delays.
    let delay = Delay.exponential(mean: .milliseconds(1))
    let faulty = (0..<50_000 as Range<UInt64>).filter { Self.all.drawn(seed: 7, operation: $0) != nil }
    let mean = faulty.map { Double(delay.drawn(seed: 7, operation: $0).count) }.reduce(0, +) / Double(faulty.count)
    #expect((0.9e6...1.1e6).contains(mean))
  }

  @Test func certainFaultMeetsEveryOperationAndNoneMeetsNone() {
    for kind in FaultKind.allCases {
      #expect(Self.mix([kind: 1]).counts(seed: 5, operations: 0..<500) == [kind: 500])
    }
    #expect(FaultMix().counts(seed: 5, operations: 0..<500).isEmpty)
  }

  // MARK: Reading and writing

  @Test(arguments: [
    ("reset:0.01", [FaultKind.reset: 0.01]), ("stall:0.005,drip:1e-3", [.stall: 0.005, .drip: 0.001]),
    (
      "reset:0.2,truncate:0.2,stall:0.2,garbage:0.2,drip:0.2",
      [
        .reset: 0.2, .truncate: 0.2, .stall: 0.2, .garbage: 0.2, .drip: 0.2,
      ]
    ), ("reset:0", [:]),
  ]) func mixIsReadAndRoundTrips(text: String, rates: [FaultKind: Double]) throws {
    let read = try FaultMix(parsing: text)
    #expect(read == Self.mix(rates))
    #expect(try JSONDecoder().decode(FaultMix.self, from: JSONEncoder().encode(read)) == read)
  }

  @Test func faultsThatAreNotAskedForAreAbsent() throws {
    let text = String(decoding: try JSONEncoder().encode(Self.mix([.reset: 0.5])), as: UTF8.self)
    #expect(text == #"{"reset":0.5}"#)
  }

  @Test(arguments: [
    ("", "'' is not a fault and its rate, such as reset:0.01"),
    ("reset", "'reset' is not a fault and its rate, such as reset:0.01"),
    ("reset:often", "'reset:often' is not a fault and its rate, such as reset:0.01"),
    ("reset:0.1,", "'' is not a fault and its rate, such as reset:0.01"),
    ("crash:0.1", "'crash' is not a fault; there are reset, truncate, stall, garbage, drip"),
    ("reset:0.1,reset:0.2", "'reset:0.1,reset:0.2' names reset twice"),
    ("reset:1.5", "'reset:1.5': 1.5 is not a rate per operation, from 0 to 1"),
    ("reset:-0.1", "'reset:-0.1': -0.1 is not a rate per operation, from 0 to 1"),
    ("reset:nan", "'reset:nan': nan is not a rate per operation, from 0 to 1"),
    (
      "reset:0.75,drip:0.5",
      "'reset:0.75,drip:0.5' adds up to 1.25; the sum must be at most 1, as an operation meets at most one fault"
    ),
  ]) func mixIsRefusedWhereItIsWrong(text: String, complaint: String) {
    let failure = #expect(throws: FaultMix.Malformed.self) { try FaultMix(parsing: text) }
    #expect(failure?.description == complaint)
  }

  @Test func everyKindHasACodeOfItsOwn() {
    for kind in FaultKind.allCases { #expect(FaultKind(code: kind.code) == kind) }
    #expect(FaultKind(code: 0) == nil && FaultKind(code: 6) == nil)
  }
}
