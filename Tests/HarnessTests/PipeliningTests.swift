import Measurement
import Modes
import Plan
import Records
import TestSupport
import Testing
import Workloads

@testable import Harness

/// Several requests in flight on a connection: what it goes with, what modes it is carried out in, and what is recorded.
@Suite(.endsHangs) struct PipeliningTests {
  private static func http(_ change: (inout HTTPSpec) -> Void = { _ in }) -> WorkloadSpec {
    var spec = HTTPSpec()
    change(&spec)
    return .http(spec)
  }

  private static func experiment(
    _ pipeline: Int?, _ workload: WorkloadSpec = http(), _ change: (inout Experiment) -> Void = { _ in }
  ) -> Experiment {
    var experiment = Experiment(
      name: "x", workload: workload, modes: [.epoll], concurrency: [2], pipeline: pipeline, rounds: 1)
    change(&experiment)
    return experiment
  }

  private static func refusal(of experiment: Experiment) -> String? {
    do {
      _ = try Suite(name: "s", about: "", experiments: [experiment]).validated()
      return nil
    } catch {
      return error.description
    }
  }

  private static let target = try! HTTPTarget(parsing: "http://a/")

  private static let noHTTP = "goes with the workload http, and serve with its protocol"

  static let refused: [(experiment: Experiment, complaint: String)] = [
    (experiment(0), "0 is not a number of requests; it must be at least 1"),
    (experiment(2, .echo(EchoSpec())), noHTTP),
    (experiment(2, .sleep(SleepSpec())), noHTTP),
    (experiment(2, .serve(ServeSpec(.echo(EchoSpec())))), noHTTP),
    (
      experiment(2) {
        $0.arrivals = "poisson"
        $0.rates = [10]
      }, "goes with arrivals closed, not with a rate or slo"
    ),
    (experiment(2) { $0.limits = AxisValues(1) }, "cannot be combined with limit"),
    (experiment(2, http { $0.connection = .new }), "needs connection keep-alive"),
    (
      experiment(2, http { $0.targets = [target, target] }),
      "needs a single target; with several, operations take turns"
    ),
    (
      experiment(2, http { $0.method = "PATCH" }),
      "needs a method that may be repeated after a lost connection (GET, HEAD, PUT, DELETE, OPTIONS, TRACE), not "
        + "with PATCH"
    ),
    (
      // 27 bytes, and a header line of 2,021.
      experiment(
        17,
        http { change in
          change.targets = [target]
          change.headers = ["X: " + String(repeating: "x", count: 2016)]
        }),
      "17 requests of up to 2048 bytes may fill the buffers of both sides; at most 16 fit into 32KiB"
    ),
  ]

  @Test(arguments: refused) func pipelineIsRefusedInOneLine(_ experiment: Experiment, complaint: String) {
    #expect(Self.refusal(of: experiment) == "experiments[0].pipeline: \(complaint)")
  }

  static let accepted: [Experiment] = [
    experiment(nil), experiment(1, .echo(EchoSpec())), experiment(24), experiment(697),
    experiment(2, http { $0.method = "HEAD" }), experiment(24, .serve(ServeSpec())),
    experiment(2, http { $0.targets = [target] }),
    experiment(
      2,
      http {
        $0.method = "PUT"
        $0.body = "x"
      }),
  ]

  @Test(arguments: accepted) func pipelineIsAccepted(_ experiment: Experiment) {
    #expect(Self.refusal(of: experiment) == nil)
  }

  private func plans(_ experiment: Experiment) -> [TrialPlan] {
    Agenda.plans(of: Suite(name: "s", about: "", experiments: [experiment]), seed: 1)
  }

  @Test func trialsAreSkippedWhereTheModeSendsOneRequestAtATime() {
    let all = Self.experiment(2) { $0.modes = ModeID.allCases }
    for plan in plans(all) where plan.mode.unavailability == nil {
      let reason = plan.reasonToSkip(isPatient: false)?.reason
      let isBuilt = plan.mode == .epoll || plan.mode == .uring
      let name = plan.mode.rawValue
      #expect(
        reason
          == (isBuilt
            ? nil
            : "unsupported: \(name) sends one request at a time; pipelining is built in epoll and uring only"))
    }
    let served = Self.experiment(2, .serve(ServeSpec())) { $0.modes = ModeID.allCases.filter { $0 != .null } }
    #expect(plans(served).allSatisfy { $0.reasonToSkip(isPatient: false)?.reason.hasPrefix("unsupported") != true })
    let single = Self.experiment(1) { $0.modes = ModeID.allCases }
    #expect(plans(single).allSatisfy { $0.reasonToSkip(isPatient: false)?.reason.hasPrefix("unsupported") != true })
    #expect(Schedule.audits(of: all, seed: 1, after: 0).map(\.mode) == [.epoll, .uring])
  }

  @Test func predictionIsKeptWhereTheServerWaitsForOneRequestAfterAnother() async throws {
    let slow = Self.http { $0.delay = .fixed(.milliseconds(10)) }
    for pipeline in [1, 4] {
      let plan = plans(Self.experiment(pipeline, slow) { $0.operations = 24 })[0]
      #expect(plan.predictedWindow == .milliseconds(120))
      let record = try await RealTrial.counting(24, slow, server: .http).with {
        $0.spec.concurrency = 2
        $0.spec.pipeline = pipeline
      }.carriedOut()
      #expect(try #require(record.wall) >= plan.predictedWindow.count)
    }
  }

  @Test func roomForThePipelineIsPartOfWhatIsNeeded() {
    // 62 requests of 512 bytes for each of 1,024 lanes.
    let long = Self.http {
      $0.targets = [Self.target]
      $0.headers = ["X: " + String(repeating: "x", count: 512 - 27 - 5)]
    }
    func objection(_ pipeline: Int?, memory: UInt64) -> String? {
      Feasibility(descriptorLimit: 4096, ephemeralPorts: 32768...60999, availableMemory: memory).objection(
        to: Self.experiment(pipeline, long), mode: .epoll, concurrency: 1024)
    }
    #expect(objection(1, memory: 30 << 20) == nil)
    #expect(objection(62, memory: 60 << 20) == nil)
    #expect(objection(62, memory: 50 << 20)?.contains("about 52 MiB of memory are needed") == true)
  }

  @Test func depthIsRecordedWhereThereIsOne() {
    for (pipeline, recorded) in [(nil, nil), (1, nil), (24, 24)] as [(Int?, Int?)] {
      let record = TrialRecord(plans(Self.experiment(pipeline))[0], of: "run", workload: .object([:]))
      #expect(record.pipeline == recorded)
    }
  }

  @Test func pipelinedTrialIsValidByLittlesLawAndByTheCountsOfBothEnds() async throws {
    try await RealTrial.lasting(.milliseconds(300), Self.http(), server: .http).with {
      $0.spec.concurrency = 2
      $0.spec.pipeline = 24
    }.expectReasons([])
  }
}
