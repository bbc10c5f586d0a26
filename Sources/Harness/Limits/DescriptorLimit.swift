import Glibc
import Measurement
import Modes
import Plan
import SystemCalls

/// What does each mode do when descriptors run out?
enum DescriptorLimit {
  private static let limit = 256
  private static let concurrency = 2 * limit
  private static let duration = Nanoseconds.milliseconds(400)
  private static let delay = Nanoseconds.milliseconds(50)

  static func carryOut(brief: Bool) throws -> LimitResult {
    let server = try LimitServer(.http, capacity: concurrency)
    let processors = try Affinity.current().count
    let modes = ModeID.allCases.filter { mode in
      mode != .null && mode.unavailability == nil && (!brief || mode.kind == .headline)
    }
    var observations: [LimitResult.Observation] = []
    var exhausted: [String] = []
    var left = 0
    for mode in modes {
      // A first trial opens the descriptors that a mode keeps for good, such as its timers. They are not a leak.
      _ = try trial(mode, lanes: 1, server)
      _ = try Trial.run(sleep(mode))
      let before = ProcFile.openDescriptors ?? 0
      ProcessControl.setDescriptorLimit(limit)
      let outcome = try trial(mode, lanes: concurrency, server)
      ProcessControl.raiseDescriptorLimit()
      let after = ProcFile.openDescriptors ?? 0
      let refused = outcome.failuresByKind[.errno(.tooManyOpen)] ?? 0
      let others = outcome.failuresByKind.values.reduce(0, +) - refused
      let name = mode.rawValue
      observations.append(
        LimitResult.Observation("\(name): verified", .operations, atLeast: 1, measured: outcome.verified))
      let runsOut = inHand(by: mode, processors: processors) > limit - before
      observations.append(
        runsOut
          ? LimitResult.Observation("\(name): failed by EMFILE", .operations, atLeast: 1, measured: refused)
          : LimitResult.Observation("\(name): failed by EMFILE", .operations, exactly: 0, measured: refused))
      observations.append(
        LimitResult.Observation("\(name): failed otherwise", .operations, exactly: 0, measured: others))
      observations.append(
        LimitResult.Observation("\(name): left open", .descriptors, exactly: 0, measured: after - before))
      if refused > 0 { exhausted.append(name) }
      left += after - before
    }
    withExtendedLifetime(server) {}
    let spared = modes.map(\.rawValue).filter { !exhausted.contains($0) }
    return LimitResult(
      .descriptors, observations,
      "With \(limit) descriptors for \(concurrency) lanes, \(list(exhausted)) met EMFILE and went on; \(list(spared)) "
        + "held fewer; \(left == 0 ? "none" : "\(left)") stayed open.")
  }

  private static func list(_ names: [String]) -> String { names.isEmpty ? "no mode" : names.joined(separator: ", ") }

  private static func trial(_ mode: ModeID, lanes: Int, _ server: LimitServer) throws -> TrialOutcome {
    var http = HTTPSpec()
    http.connection = .new
    http.delay = .fixed(delay)
    return try Trial.run(
      TrialSpec(
        mode: mode, workload: .http(http), concurrency: lanes, operations: lanes == 1 ? 1 : nil,
        duration: lanes == 1 ? nil : duration, warmup: .zero, deadline: .seconds(10), seed: 1,
        endpoints: [server.address], isOwnServer: true))
  }

  private static func sleep(_ mode: ModeID) -> TrialSpec {
    TrialSpec(
      mode: mode, workload: .sleep(SleepSpec(duration: .milliseconds(1))), concurrency: 1, operations: 1, duration: nil,
      warmup: .zero, deadline: .seconds(10), seed: 1, endpoints: [], isOwnServer: false)
  }

  /// The highest number of operations, each with a connection, that a mode has in flight.
  private static func inHand(by mode: ModeID, processors: Int) -> Int {
    switch mode {
    case .dispatchConcurrent: processors + 1 + Int(duration.seconds.rounded(.up))
    case .taskgroupBlocking: max(2, processors)
    case .dispatch: mode.threads(for: concurrency)
    default: mode.lanes(for: concurrency)
    }
  }
}

extension Errno {
  fileprivate static let tooManyOpen = Errno(EMFILE)
}
