import Foundation
import Measurement
import Modes
import Plan
import Records
import SystemCalls
import Workloads

/// A run: planned and checked as a whole, then measured trial by trial, each recorded before the next.
public struct RunSession {
  public struct Options: Sendable {
    /// The command line, to be recorded.
    public var command: [String]
    public var seed: UInt64
    public var processors: Processors
    /// Whether to run trials that are predicted to take minutes.
    public var isPatient: Bool
    /// Nil for the suite's number of rounds.
    public var precision: Precision?
    /// Whether each experiment ends with an audit of every point.
    public var audits: Bool
    /// The folder of data files; nil for the run's folder.
    public var fileFolder: String?
    /// The maximum CPU time of other processes on a trial's CPUs, as a share of one CPU.
    public var foreignBound: Double
    /// The hosts of the trials' processes; nil if all are on this machine.
    public var cluster: Cluster?

    public init(
      command: [String], seed: UInt64, processors: Processors, isPatient: Bool, precision: Precision? = nil,
      audits: Bool = false, fileFolder: String? = nil, foreignBound: Double = RunRecord.usualForeignBound
    ) {
      self.command = command
      self.seed = seed
      self.processors = processors
      self.isPatient = isPatient
      self.precision = precision
      self.audits = audits
      self.fileFolder = fileFolder
      self.foreignBound = foreignBound
    }
  }

  /// The progress of a run, for display.
  public struct Progress: Sendable {
    public var done: Int
    /// The maximum number of trials, if measurements decide.
    public var total: Int
    public var label: String
    /// The estimated seconds that remain; the maximum, like `total`.
    public var remaining: Double
  }

  public let folder: RunFolder
  let options: Options
  private let runID: String
  private let writer: RunWriter
  private let runner: TrialRunner
  /// The agenda before the first trial.
  private let agenda: Agenda
  /// The trials that were recorded earlier, by number.
  private let recorded: [Int: TrialRecord]
  /// The limit experiments that the suite asks for and that have no record.
  let limits: [Limit]

  // MARK: Planning

  /// Begins a run in `folder`. An error here leaves nothing written.
  public init(_ suite: Suite, in folder: RunFolder, options: Options) throws(HarnessFailure) {
    let files = DataFiles(in: options.fileFolder, of: folder)
    Leftovers.remove(beside: folder, files)
    let targets = try Self.check(suite, files, options.cluster)
    if options.audits, let shared = suite.experiments.first(where: { $0.shares.count > 1 || $0.each != nil }) {
      throw HarnessFailure(
        .usage, "an audit counts one client process: leave out processes or each in experiment '\(shared.name)'"
      )
    }
    let agenda = Agenda(suite, options)
    let auditTool = options.audits ? try AuditTool.find() : nil
    let calibration = suite.computes ? try Calibration.measure(on: options.processors.client) : nil
    let runID = folder.name
    var record = RunRecord(
      runID: runID, started: ISO8601DateFormatter().string(from: Date()), tool: MachineFacts.tool,
      command: options.command, seed: options.seed, suite: try Self.value(suite), trialsPlanned: agenda.certainTrials,
      environment: options.cluster?.clientEnvironment ?? MachineFacts.environment(options.processors),
      isPatient: options.isPatient,
      precision: options.precision?.halfWidth, maxRounds: options.precision?.maxRounds,
      audit: options.audits ? true : nil, fileFolder: options.fileFolder,
      fileSystem: suite.hasFiles ? FileSystem.name(at: DataFiles.nearestFolder(files.parent)) : nil)
    record.modes = Peers.described(
      ModeID.known.filter { mode in suite.experiments.contains { $0.modes.contains(mode) } })
    record.calibration = calibration
    record.foreignBound = options.foreignBound
    record.cluster = options.cluster?.record
    let writer: RunWriter
    do throws(RunFolderFailure) {
      writer = try RunWriter(creating: folder, record)
    } catch {
      throw HarnessFailure(error)
    }
    self.init(
      agenda, options, folder, runID, writer, targets, files, calibration, auditTool, recorded: [],
      limits: suite.limits ?? [])
  }

  /// Lines to show before a run begins: the number of trials, their maximum time, the size of their records, and the
  /// needs of points that several processes share.
  public var announcements: [String] {
    guard recorded.isEmpty else { return [] }
    let feasibility = Feasibility.ofThisMachine()
    var lines: [String] = []
    // Of other hosts, it knows less than of this machine.
    for experiment in agenda.experiments where options.cluster == nil {
      let most = experiment.concurrency.max() ?? 0
      lines += experiment.modes.lazy.compactMap {
        feasibility.announcement(of: experiment, mode: $0, concurrency: most)
      }.prefix(1)
    }
    if let copies = options.cluster?.copies {
      lines.append("this program was copied for the run to \(copies.hosts.sorted().joined(separator: ", "))")
    }
    let most = agenda.most
    func count(_ number: Int, _ one: String, _ several: String) -> String? {
      number == 0 ? nil : "\(number) \(number == 1 ? one : several)"
    }
    let parts = [
      count(most.trials, "trial", "trials"), count(limits.count, "experiment on limits", "experiments on limits"),
    ].compactMap { $0 }.joined(separator: " and ")
    let seconds = most.seconds + Limits.expectedSeconds(of: limits)
    let megabytes = (agenda.expectedBytes + 500_000) / 1_000_000
    let disk = megabytes > 0 ? " and \(megabytes) MB on the disk" : ""
    return lines + ["suite \(agenda.suiteName): \(parts), about \(Self.span(seconds: seconds))\(disk)"]
  }

  /// Current disturbances on this machine, one line each; takes half a second. If a whole CPU of foreign load is
  /// tolerated, there are no warnings.
  public var warnings: [String] {
    options.foreignBound < 1 && options.cluster == nil ? Doctor.disturbances(on: options.processors) : []
  }

  private static func span(seconds: Double) -> String {
    seconds < 90 ? "\(max(1, Int(seconds.rounded()))) s" : "\(Int((seconds / 60).rounded())) min"
  }

  /// The suite of a run, as it was planned. Throws if a peer that it needs is not known here.
  /// - Parameter path: of the record, for messages.
  public static func suite(of record: RunRecord, at path: String) throws(HarnessFailure) -> Suite {
    try Peers.require(record.modes ?? [])
    do {
      return try JSONDecoder().decode(Suite.self, from: JSONEncoder().encode(record.suite))
    } catch {
      throw HarnessFailure("\(path): this version cannot read its suite; start a new run")
    }
  }

  /// Continues a stopped run with the trials that it has not recorded.
  public init(resuming folder: RunFolder) throws(HarnessFailure) {
    let record: RunRecord
    do throws(RunFolderFailure) {
      record = try folder.read().record
    } catch {
      throw HarnessFailure(error)
    }
    if let parts = record.mergedFrom {
      let names = parts.map(\.run.runID).joined(separator: ", ")
      throw HarnessFailure("\(folder.path) is merged from \(names): go on with one of those, and merge again")
    }
    let suite = try Self.suite(of: record, at: folder.recordPath)
    let cluster = try record.cluster.map { (cluster) throws(HarnessFailure) in
      try Cluster.gathered(of: cluster, for: suite)
    }
    let processors: Processors
    if let cluster {
      processors = cluster.processors
    } else {
      processors = try Processors.current(client: record.environment.clientCPUs, server: record.environment.serverCPUs)
    }
    let precision = record.precision.map {
      Precision(halfWidth: $0, maxRounds: record.maxRounds ?? Precision.usualMaxRounds)
    }
    var options = Options(
      command: record.command, seed: record.seed, processors: processors, isPatient: record.isPatient,
      precision: precision, audits: record.audit ?? false,
      fileFolder: record.fileFolder, foreignBound: record.foreignBound ?? RunRecord.usualForeignBound)
    options.cluster = cluster
    let files = DataFiles(in: options.fileFolder, of: folder)
    Leftovers.remove(beside: folder, files)
    let targets = try Self.check(suite, files, cluster)
    let auditTool = options.audits ? try AuditTool.find() : nil
    let writer: RunWriter
    let run: Run
    do throws(RunFolderFailure) {
      writer = try RunWriter(resuming: folder)
      // Read again: another writer may have ended only now.
      run = try folder.read()
    } catch {
      throw HarnessFailure(error)
    }
    self.init(
      Agenda(suite, options), options, folder, record.runID, writer, targets, files, record.calibration, auditTool,
      recorded: run.trials, limits: run.limits == nil ? suite.limits ?? [] : [])
  }

  private init(
    _ agenda: Agenda, _ options: Options, _ folder: RunFolder, _ runID: String, _ writer: RunWriter,
    _ targets: [String: [String]], _ files: DataFiles, _ calibration: RunRecord.Calibration?, _ auditTool: AuditTool?,
    recorded: [TrialRecord], limits: [Limit]
  ) {
    self.agenda = agenda
    self.options = options
    self.folder = folder
    self.runID = runID
    self.writer = writer
    self.limits = limits
    self.recorded = Dictionary(recorded.map { ($0.trial, $0) }) { first, _ in first }
    runner = TrialRunner(
      processors: options.processors, targets: targets, folder: folder, files: files, calibration: calibration,
      cluster: options.cluster, auditTool: auditTool)
  }

  /// Checks what could make the run fail: limits, and unreachable targets. Returns the addresses of the targets, by
  /// experiment.
  private static func check(
    _ suite: Suite, _ files: DataFiles, _ cluster: Cluster?
  ) throws(HarnessFailure) -> [String: [String]] {
    if let cluster {
      try cluster.checkLimits(of: suite)
      return [:]
    }
    try Cluster.checkNeeds(of: suite, nil)
    if suite.experiments.contains(where: \.usesLoopback), let objection = Loopback.objection {
      throw HarnessFailure(objection)
    }
    let feasibility = Feasibility.ofThisMachine(filesIn: DataFiles.nearestFolder(files.parent))
    var targets: [String: [String]] = [:]
    for experiment in suite.experiments {
      for mode in experiment.modes where experiment.optional != true {
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

  /// The first address of the target that accepts a connection.
  static func reach(_ target: HTTPTarget) throws(HarnessFailure) -> String {
    let addresses: [SocketAddress]
    do throws(SocketAddress.Failure) {
      addresses = try SocketAddress.all(host: target.resolvable, port: target.port)
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
    throw HarnessFailure("target \(target) cannot be reached (\(lastError))", remedy: .otherTarget)
  }

  private static func value(_ suite: some Encodable) throws(HarnessFailure) -> JSONValue {
    do {
      return try JSONValue(encoding: suite)
    } catch {
      throw HarnessFailure("the suite cannot be recorded: \(error)")
    }
  }

  // MARK: Carrying out

  /// Runs the remaining trials. Every finished trial is recorded, however the run ends.
  /// - Returns: one line for each point that missed the precision.
  public func carryOut(_ report: (Progress) -> Void) throws(HarnessFailure) -> [String] {
    // A child's death shows when its output ends.
    ProcessControl.ignoreBrokenPipes()
    defer {
      runner.files.remove()
      options.cluster?.copies?.remove()
    }
    var agenda = agenda
    var replies = ContenderReplies()
    var done = 0
    // In seconds. The ratio of actual to expected time scales the estimate.
    var spent = 0.0
    var expected = 0.0
    while let plan = agenda.next() {
      if let record = recorded[plan.number] {
        guard agenda.take(record) else {
          throw HarnessFailure(
            "\(folder.trialsPath): trial \(plan.number) differs from this version's plan; start a new run")
        }
        replies.take(record)
        done += 1
        continue
      }
      if let signal = Interruption.signal { throw HarnessFailure(.interrupted(signal), "interrupted") }
      let started = MonotonicClock.now
      var record = TrialRecord(plan, of: runID, workload: try Self.value(plan.workload))
      record.work = runner.work(of: plan)
      if plan.isAudit { record.audit = runner.auditTool.map { TrialRecord.Audit(tool: $0.kind.rawValue) } }
      let pace = expected > 0 ? max(1, spent / expected) : 1
      if let skipped = try reasonToSkip(plan) {
        record.skipped = skipped
      } else {
        let most = agenda.most
        let result = try runner.run(plan) {
          let remaining = max(0, most.seconds * pace - MonotonicClock.now.since(started).seconds)
          report(Progress(done: done, total: done + most.trials, label: plan.label, remaining: remaining))
        }
        try expectHost(after: result)
        record.fill(
          with: result, doing: plan.workload, hasWarmup: plan.experiment.warmup > .zero,
          foreignBound: options.foreignBound,
          maxSkew: options.cluster?.roles.maxSkew ?? HostRoles.usualMaxSkew)
        replies.judge(&record)
        spent += MonotonicClock.now.since(started).seconds
        expected += plan.expectedTime.seconds
      }
      do throws(RunFolderFailure) {
        try writer.append(record)
      } catch {
        throw HarnessFailure(error)
      }
      agenda.take(record)
      done += 1
      let most = agenda.most
      report(Progress(done: done, total: done + most.trials, label: plan.label, remaining: most.seconds * pace))
    }
    try carryOutLimits(report)
    return agenda.shortfalls
  }
}

extension RunSession {
  /// Throws if nothing can be started any more on a host where a process of the trial did not start. Otherwise all
  /// remaining trials would break. The trial is not recorded, so that a resumed run has it.
  private func expectHost(after result: TrialRunner.Result) throws(HarnessFailure) {
    guard case .unstarted(_, let host) = result, let cluster = options.cluster,
      let absence = try cluster.absence(of: host, idle: { cluster.copies?.renew() })
    else { return }
    throw HarnessFailure("no process can be started any more \(absence)", remedy: .hostAndResuming(folder: folder.path))
  }

  /// Why a trial is skipped; nil if it runs.
  private func reasonToSkip(_ plan: TrialPlan) throws(HarnessFailure) -> TrialRecord.Skipped? {
    if let skipped = plan.reasonToSkip(isPatient: options.isPatient) { return skipped }
    if let lack = Cluster.lack(of: plan.experiment, options.cluster?.roles) {
      return TrialRecord.Skipped(reason: "unavailable: \(lack.text)")
    }
    if let cluster = options.cluster {
      return cluster.shortage(of: plan.experiment, plan.mode, plan.concurrency).map {
        TrialRecord.Skipped(reason: "unavailable: on host '\($0.host)', \($0.text)")
      }
    }
    if plan.experiment.optional == true, plan.mode != .null {
      var feasibility = Feasibility.ofThisMachine()
      // The free space is not updated: an existing file takes some of it.
      feasibility.memoryFileSystem = Feasibility.memoryFileSystem(of: DataFiles.nearestFolder(runner.files.parent))
      if let shortage = feasibility.shortage(of: plan.experiment, plan.mode, plan.concurrency) {
        return TrialRecord.Skipped(reason: "unavailable: \(shortage)")
      }
    }
    return try runner.files.reasonToSkip(plan.workload)
  }
}

extension Suite {
  fileprivate var hasFiles: Bool { experiments.contains { $0.workload.file != nil } }
}

extension Agenda {
  init(_ suite: Suite, _ options: RunSession.Options) {
    self.init(
      suite, seed: options.seed, processors: options.processors.client.count, precision: options.precision,
      isPatient: options.isPatient, audits: options.audits)
  }
}
