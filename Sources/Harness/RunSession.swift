import Foundation
import Measurement
import Modes
import Records
import SystemCalls
import Workloads

/// A run as it is carried out: planned and checked as a whole, then trial by trial, each recorded before the next.
public struct RunSession {
  public struct Options: Sendable {
    /// The command line, for the record.
    public var command: [String]
    public var seed: UInt64
    public var processors: Processors
    /// Whether trials are carried out that will take minutes by arithmetic.
    public var isPatient: Bool

    public init(command: [String], seed: UInt64, processors: Processors, isPatient: Bool) {
      self.command = command
      self.seed = seed
      self.processors = processors
      self.isPatient = isPatient
    }
  }

  /// What whoever watches is told.
  public struct Progress: Sendable {
    public var done: Int
    public var total: Int
    public var label: String
    /// Seconds, as far as can be told.
    public var remaining: Double
  }

  public let folder: RunFolder
  private let suite: Suite
  private let plans: [TrialPlan]
  private let options: Options
  private let runID: String
  private let writer: RunWriter
  private let runner: TrialRunner
  /// Numbers of trials that have been recorded before.
  private let finished: Set<Int>

  // MARK: Planning

  /// Begins a run in `folder`. A fault found here leaves nothing written.
  public init(_ suite: Suite, in folder: RunFolder, options: Options) throws(HarnessFailure) {
    let targets = try Self.check(suite)
    let plans = Schedule.trials(of: suite, seed: options.seed)
    let runID = URL(fileURLWithPath: folder.path).lastPathComponent
    let record = RunRecord(
      runID: runID, started: ISO8601DateFormatter().string(from: Date()), tool: MachineFacts.tool,
      command: options.command, seed: options.seed, suite: try Self.value(suite), trialsPlanned: plans.count,
      environment: MachineFacts.environment(options.processors), isPatient: options.isPatient)
    let writer: RunWriter
    do throws(RunFolderFailure) {
      writer = try RunWriter(creating: folder, record)
    } catch {
      throw HarnessFailure(error.description)
    }
    self.init(suite, plans, options, folder, runID, writer, targets, finished: [])
  }

  /// Goes on with a run that was stopped: the trials that it has not recorded.
  public init(resuming folder: RunFolder) throws(HarnessFailure) {
    let run: Run
    do throws(RunFolderFailure) {
      run = try folder.read()
    } catch {
      throw HarnessFailure(error.description)
    }
    let suite: Suite
    do {
      suite = try JSONDecoder().decode(Suite.self, from: JSONEncoder().encode(run.record.suite))
    } catch {
      throw HarnessFailure("\(folder.recordPath): its suite cannot be read by this version; run it anew")
    }
    let processors = try Processors.current(
      client: run.record.environment.clientCPUs, server: run.record.environment.serverCPUs)
    let options = Options(
      command: run.record.command, seed: run.record.seed, processors: processors, isPatient: run.record.isPatient)
    let targets = try Self.check(suite)
    let writer: RunWriter
    do throws(RunFolderFailure) {
      writer = try RunWriter(resuming: folder)
    } catch {
      throw HarnessFailure(error.description)
    }
    self.init(
      suite, Schedule.trials(of: suite, seed: options.seed), options, folder, run.record.runID, writer, targets,
      finished: Set(run.trials.map(\.trial)))
  }

  private init(
    _ suite: Suite, _ plans: [TrialPlan], _ options: Options, _ folder: RunFolder, _ runID: String, _ writer: RunWriter,
    _ targets: [String: [String]], finished: Set<Int>
  ) {
    self.suite = suite
    self.plans = plans
    self.options = options
    self.folder = folder
    self.runID = runID
    self.writer = writer
    self.finished = finished
    runner = TrialRunner(processors: options.processors, targets: targets, folder: folder)
  }

  /// Looks for what would keep the run from succeeding: limits, and targets that do not answer. Answers the addresses of
  /// the targets, by experiment.
  private static func check(_ suite: Suite) throws(HarnessFailure) -> [String: [String]] {
    let feasibility = Feasibility.ofThisMachine()
    var targets: [String: [String]] = [:]
    for experiment in suite.experiments {
      for mode in experiment.modes {
        for concurrency in experiment.concurrency {
          if let objection = feasibility.objection(to: experiment, mode: mode, concurrency: concurrency) {
            throw HarnessFailure(objection)
          }
        }
      }
      guard case .http(let http) = experiment.workload, !http.targets.isEmpty else { continue }
      targets[experiment.name] = try http.targets.map { (target) throws(HarnessFailure) in try reach(target) }
    }
    return targets
  }

  /// The first of the target's addresses that takes a connection.
  private static func reach(_ target: HTTPTarget) throws(HarnessFailure) -> String {
    let addresses: [SocketAddress]
    do throws(SocketAddress.Failure) {
      addresses = try SocketAddress.all(host: target.host, port: target.port)
    } catch {
      throw HarnessFailure("target \(target): \(error)")
    }
    var lastError = Errno(ECONNREFUSED)
    for address in addresses {
      do throws(Errno) {
        let socket = try Socket.open(family: address.family, blocking: false)
        defer { socket.close() }
        if case .inProgress = try socket.connect(to: address) { try socket.awaitConnection(timeout: 5000) }
        return address.description
      } catch {
        lastError = error
      }
    }
    throw HarnessFailure(
      "target \(target) cannot be reached (\(lastError)); start the server, or name another --target")
  }

  private static func value(_ suite: some Encodable) throws(HarnessFailure) -> JSONValue {
    do {
      return try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(suite))
    } catch {
      throw HarnessFailure("the suite cannot be recorded: \(error)")
    }
  }

  // MARK: Carrying out

  /// Carries out what is left. Every trial that has finished is recorded, whatever ends the run.
  public func carryOut(_ report: (Progress) -> Void) throws(HarnessFailure) {
    // A child that is gone is found out by reading from it.
    ProcessControl.ignoreBrokenPipes()
    let left = plans.filter { !finished.contains($0.number) }.map { (plan: $0, skipped: reasonToSkip($0)) }
    var done = plans.count - left.count
    // Seconds, by what is expected of each trial; how long they really take sets the pace.
    var ahead = left.reduce(0.0) { $0 + ($1.skipped == nil ? $1.plan.expectedTime.seconds : 0) }
    var spent = 0.0
    var expected = 0.0
    for (plan, skipped) in left {
      if let signal = Interruption.signal { throw HarnessFailure(.interrupted(signal), "interrupted") }
      let started = MonotonicClock.now
      var record = TrialRecord(plan, of: runID, workload: try Self.value(plan.experiment.workload))
      let pace = expected > 0 ? max(1, spent / expected) : 1
      if let skipped {
        record.skipped = skipped
      } else {
        let result = try runner.run(plan) {
          report(
            Progress(
              done: done, total: plans.count, label: plan.label,
              remaining: max(0, ahead * pace - MonotonicClock.now.since(started).seconds)))
        }
        record.fill(with: result, hasWarmup: plan.experiment.warmup > .zero)
        spent += MonotonicClock.now.since(started).seconds
        expected += plan.expectedTime.seconds
        ahead -= plan.expectedTime.seconds
      }
      do throws(RunFolderFailure) {
        try writer.append(record)
      } catch {
        throw HarnessFailure(error.description)
      }
      done += 1
      report(Progress(done: done, total: plans.count, label: plan.label, remaining: max(0, ahead * pace)))
    }
  }

  private func reasonToSkip(_ plan: TrialPlan) -> TrialRecord.Skipped? {
    if let objection = plan.mode.objection(to: plan.experiment.workload) {
      return TrialRecord.Skipped(reason: "unsupported: \(objection)")
    }
    let predicted = plan.predictedWindow
    guard predicted > TrialPlan.usualDeadline, !options.isPatient else { return nil }
    return TrialRecord.Skipped(
      reason: "more than \(TrialPlan.usualDeadline) by arithmetic; --patient carries it out",
      predictedWall: predicted.count)
  }
}

extension TrialPlan {
  /// What it is, in a few words.
  var label: String {
    let rate = arrivals.rate.map { " at \(Int($0.rounded()))/s" } ?? ""
    return "\(experiment.name) \(mode.rawValue) × \(concurrency)\(rate)"
  }
}
