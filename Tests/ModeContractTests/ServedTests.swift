import Measurement
import Modes
import Plan
import TestSupport
import Testing
import Workloads

/// The number of lanes served, and the rest of a schedule, in every mode.
@Suite(.serialized, .fewAtOnce, .endsHangs) struct ServedTests {
  static let modes = OpenLoopTests.modes

  @Test(arguments: modes)
  func everyLaneThatTheModeCarriesIsServed(_ mode: ModeID) async throws {
    var spec = TrialSpec.counting(1, mode, .sleep(SleepSpec(duration: .milliseconds(1))), concurrency: 6)
    spec.operations = nil
    spec.duration = .milliseconds(300)
    let carried = mode.lanesUnderWay(for: 6)
    let outcome = try await Trial.finished(spec) { carried.contains($0.servedLanes) }
    #expect(carried.contains(outcome.servedLanes) && outcome.servedLanes <= outcome.busyLanes)
    #expect(outcome.arrivals == nil)
  }

  @Test(arguments: modes) func noLaneIsServedWhereNothingEnds(_ mode: ModeID) async throws {
    var spec = TrialSpec.counting(1, mode, .sleep(SleepSpec(duration: .seconds(30))), concurrency: 6)
    spec.operations = nil
    spec.duration = .milliseconds(50)
    #expect(try await Trial.finished(spec).servedLanes == 0)
  }

  @Test(arguments: modes.filter { $0.objection(to: .echo(EchoSpec { $0.ends = .both })) == nil })
  func ofPairsTheClientsAreCounted(_ mode: ModeID) async throws {
    let outcome = try await Trial.finished(
      .counting(400, mode, .echo(EchoSpec { $0.ends = .both }), concurrency: 4))
    #expect((1...4).contains(outcome.servedLanes) && outcome.busyLanes == 4)
  }

  @Test func pipelinedLanesAreCounted() async throws {
    let server = try RunningServer(.http)
    defer { server.stop() }
    var spec = TrialSpec.counting(
      400, .epoll, .http(HTTPSpec { $0.delay = .fixed(.milliseconds(1)) }), concurrency: 4, server: server)
    spec.pipeline = 4
    #expect(try await Trial.finished(spec).servedLanes == 4)
  }

  /// No scheduled operation is lost, started or not.
  @Test(arguments: modes, [Arrivals.constant(rate: 400), .poisson(rate: 400)])
  func allThatIsDueIsUnansweredWhereNothingEnds(_ mode: ModeID, _ arrivals: Arrivals) async throws {
    var spec = TrialSpec.counting(1, mode, .sleep(SleepSpec(duration: .seconds(30))), concurrency: 3)
    spec.operations = nil
    spec.duration = .milliseconds(100)
    spec.arrivals = arrivals
    let outcome = try await Trial.finished(spec)
    let arrived = try #require(outcome.arrivals)
    #expect(outcome.done == 0 && arrived.due == outcome.scheduled && arrived.unanswered == arrived.due)
    #expect(arrived.due > 10 && arrived.mostAge <= .milliseconds(100) && arrived.leastAge < arrived.mostAge)
    if arrivals.kind == "constant" { #expect(arrived.due == 40 && arrived.mostAge == .milliseconds(100)) }
  }

  @Test(arguments: modes)
  func whatIsLeftByAServerThatStopsIsCountedWithItsAge(_ mode: ModeID) async throws {
    let server = try FaultServer { $0 < 160 ? .healthy : .never }
    defer { server.stop() }
    var spec = TrialSpec(
      mode: mode, workload: WindowTests.patient, concurrency: 4, operations: nil, duration: .milliseconds(500),
      warmup: .zero, arrivals: .constant(rate: 400), deadline: .seconds(20), seed: 7,
      endpoints: [server.address.description], isOwnServer: true)
    spec.mayStayUnconnected = false
    let outcome = try await Trial.finished(spec) { $0.done == 160 }
    let arrived = try #require(outcome.arrivals)
    #expect(outcome.failuresByKind.isEmpty && arrived.due == 200)
    #expect(outcome.done + arrived.unanswered == 200, "every one of them is one or the other")
    #expect(outcome.done == 160 && arrived.mostAge == .milliseconds(100))
  }

  @Test(arguments: modes)
  func whatOneLaneHasNoTimeForIsCounted(_ mode: ModeID) async throws {
    var spec = TrialSpec.counting(1, mode, .sleep(SleepSpec(duration: .milliseconds(50))), concurrency: 1)
    spec.operations = nil
    spec.duration = .milliseconds(500)
    spec.arrivals = .constant(rate: 100)
    let outcome = try await Trial.finished(spec)
    let arrived = try #require(outcome.arrivals)
    #expect(arrived.due == 50 && outcome.done <= 9)
    #expect(outcome.done + arrived.unanswered == 50)
    #expect(arrived.mostAge >= .milliseconds(400))
  }

  @Test(arguments: modes)
  func nothingIsLeftOfANumberOfOperationsThatAreDone(_ mode: ModeID) async throws {
    var spec = TrialSpec.counting(50, mode, .sleep(SleepSpec(duration: .zero)), concurrency: 4)
    spec.arrivals = .constant(rate: 1000)
    let outcome = try await Trial.finished(spec)
    #expect(outcome.done == 50 && outcome.arrivals == ArrivalOutcome(due: 50))
  }

  /// Four lanes use a server that answers one connection at a time. It reaches three of them when the first has
  /// finished, or never.
  @Test func whatAServerGetsToLateOrNeverCountsFromItsIntendedStart() async throws {
    let server = try RunningServer(.http, mode: .blocking)
    defer { server.stop() }
    let workload = WorkloadSpec.http(
      HTTPSpec {
        $0.connection = .keepAlive
        $0.timeout = .zero
      })
    var spec = TrialSpec.counting(1, .epoll, workload, concurrency: 4, server: server)
    spec.operations = nil
    spec.duration = .milliseconds(400)
    spec.arrivals = .constant(rate: 250)
    let outcome = try await Trial.finished(spec)
    let (arrived, response) = (try #require(outcome.arrivals), try #require(outcome.response))
    #expect(arrived.due == 100 && response.count == outcome.done)
    #expect(outcome.done + arrived.unanswered == 100)
    // The lanes took the first four operations, one of which was answered at once.
    #expect(max(response.maximum ?? 0, arrived.mostAge.count) >= 380_000_000)
    #expect(outcome.service.maximum ?? 0 >= 380_000_000 || arrived.unanswered >= 3)
  }
}
