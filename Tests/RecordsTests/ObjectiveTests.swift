import Foundation
import Measurement
import Plan
import Records
import Testing

@Suite struct ObjectiveTests {
  static let objective = Objective(.p99, below: .milliseconds(10))

  /// A valid trial of an open loop that did all it was to do, in 3 ms each.
  static func trial(
    rate: Double? = 2000, round: Int = 1, latency: UInt64 = 3_000_000, samples: Int = 2000,
    _ change: (inout TrialRecord) -> Void = { _ in }
  ) -> TrialRecord {
    var trial = TrialRecord(
      runID: "r", experiment: "x", trial: 1, round: round, order: 1, seed: 1, mode: "epoll", workload: .null,
      concurrency: 8, operations: .init(), arrivals: .init(kind: rate == nil ? "closed" : "constant", rate: rate),
      valid: true, reasons: [])
    var latencies = LatencyHistogram()
    for _ in 0..<samples { latencies.record(latency) }
    trial.latency = .init(service: LatencySummary(latencies), response: LatencySummary(latencies))
    trial.throughput = 5000
    trial.operations.done = UInt64(samples)
    if rate != nil { trial.arrivals.scheduled = UInt64(samples) }
    change(&trial)
    return trial
  }

  @Test(arguments: [
    ("p99<10ms", Objective(.p99, below: .milliseconds(10))), ("p50<1.5s", Objective(.p50, below: .milliseconds(1500))),
    ("p90<800ns", Objective(.p90, below: Nanoseconds(800))), ("p99.9<2min", Objective(.p999, below: .seconds(120))),
  ]) func objectiveIsWhatItIsWrittenAs(_ text: String, _ objective: Objective) throws {
    #expect(try Objective(parsing: text) == objective)
    #expect(objective.description == text)
    let coded = try JSONDecoder().decode([Objective].self, from: JSONEncoder().encode([objective]))
    #expect(coded == [objective])
  }

  @Test(arguments: [
    "", "p99", "p99<", "<10ms", "p99<10", "p99 < 10ms", "p99<=10ms", "p99>10ms", "p95<10ms", "P99<10ms", "p99.90<10ms",
    "p99<0ms", "p99<-1ms", "p99<10ms ", "p99<10ms<20ms", "mean<10ms",
  ]) func textThatIsNoObjectiveIsRefusedInOneLine(_ text: String) {
    let failure = #expect(throws: Objective.Malformed.self) { try Objective(parsing: text) }
    #expect(
      failure?.description
        == "'\(text)' is not an objective such as 'p99<10ms'; the percentiles are p50, p90, p99, p99.9")
  }

  @Test func objectiveIsMetWhenThePercentileIsBelowTheBound() {
    #expect(Self.objective.isMet(by: Self.trial()))
    #expect(!Self.objective.isMet(by: Self.trial(latency: 10_000_000)))
  }

  @Test func objectiveIsOfTheResponseTime() {
    #expect(!Self.objective.isMet(by: Self.trial { $0.latency?.response?.p99 = 12_000_000 }))
    #expect(Self.objective.isMet(by: Self.trial { $0.latency?.service.p99 = 12_000_000 }))
    #expect(!Self.objective.isMet(by: Self.trial { $0.latency?.response = nil }))
  }

  @Test func objectiveIsNotMetByATrialThatIsNotValid() {
    #expect(!Self.objective.isMet(by: Self.trial { $0.valid = false }))
  }

  @Test func objectiveIsNotMetByAClosedLoop() { #expect(!Self.objective.isMet(by: Self.trial(rate: nil))) }

  @Test(arguments: [(2000, 1980, true), (2000, 1979, false), (20, 19, true), (20, 18, false), (2000, 2010, true)])
  func scheduleMustBeDoneButForOnePartInAHundred(_ scheduled: UInt64, _ done: UInt64, isMet: Bool) {
    let trial = Self.trial {
      $0.arrivals.scheduled = scheduled
      $0.operations.done = done
    }
    #expect(Self.objective.isMet(by: trial) == isMet)
  }

  @Test func longestTimeDecidesWhenThereAreTooFewSamplesForThePercentile() {
    let few = Self.trial(samples: 100)
    #expect(few.latency?.response?.p99 == nil && Self.objective.isMet(by: few))
    #expect(!Self.objective.isMet(by: Self.trial(latency: 11_000_000, samples: 100)))
    #expect(!Self.objective.isMet(by: Self.trial(samples: 0)))
  }

  @Test func bracketLiesBetweenTheRatesThatWereMetAndMissedInItsRound() {
    let trials =
      [Self.trial(rate: nil), Self.trial(rate: nil, round: 2) { $0.throughput = nil }]
      + [100, 300, 200].map { Self.trial(rate: $0) } + [500, 400].map { Self.trial(rate: $0, latency: 50_000_000) }
      + [Self.trial(rate: 50, round: 3, latency: 50_000_000), Self.trial(rate: 70, round: 3)]
      + [Self.trial(rate: nil, round: 4) { $0.skipped = .init(reason: "why") }]
    let expected = [
      1: Bracket(saturation: 5000, highestMet: 300, lowestMissed: 400), 2: Bracket(),
      3: Bracket(highestMet: nil, lowestMissed: 50),
    ]
    #expect(brackets(of: trials, objective: Self.objective) == expected)
    #expect(brackets(of: trials.reversed(), objective: Self.objective) == expected)
    #expect(brackets(of: [], objective: Self.objective).isEmpty)
  }

  @Test func trialThatTheMachineDisturbedSaysNothingOfItsRate() {
    func invalid(_ reasons: String...) -> [Int: Bracket] {
      let trial = Self.trial(rate: 100) {
        $0.valid = false
        $0.reasons = reasons
      }
      return brackets(of: [trial], objective: Self.objective)
    }
    #expect(invalid("steal: some") == [1: Bracket()] && invalid("late-edge: some", "broken: why") == [1: Bracket()])
    #expect(invalid("client-saturated: all") == [1: Bracket(lowestMissed: 100)])
    #expect(invalid("steal: some", "failures: much") == [1: Bracket(lowestMissed: 100)])
  }

  @Test func runKnowsTheObjectivesOfItsExperiments() {
    var record = Sample.run
    #expect(record.objectives.isEmpty)
    record.suite = .object([
      "experiments": .array([
        .object(["name": .string("a"), "slo": .string("p99<10ms")]), .object(["name": .string("b")]), .null,
        .object(["name": .string("c"), "slo": .string("soon")]),
      ])
    ])
    #expect(record.objectives == ["a": Self.objective])
  }
}
