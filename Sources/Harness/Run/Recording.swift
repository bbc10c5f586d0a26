import Foundation
import Measurement
import Plan
import Records

extension TrialRecord {
  /// The record of a trial that has not run yet.
  init(_ plan: TrialPlan, of runID: String, workload: JSONValue) {
    self.init(
      runID: runID, experiment: plan.experiment.name, trial: plan.number, round: plan.round, order: plan.order,
      seed: plan.seed, at: plan.coordinates, workload: workload,
      operations: TrialRecord.Operations(asked: plan.experiment.operations))
    repeats = plan.repeats
  }

  /// Adds the trial's result, and judges its validity.
  /// - Parameters:
  ///   - foreignBound: the maximum share of one CPU for other processes.
  ///   - maxSkew: how far apart hosts may start.
  mutating func fill(
    with result: TrialRunner.Result, doing workload: WorkloadSpec, hasWarmup: Bool,
    foreignBound: Double = RunRecord.usualForeignBound, maxSkew: Nanoseconds = HostRoles.usualMaxSkew
  ) {
    switch result {
    case .failed(let reason), .unstarted(let reason, host: _):
      reasons = ["broken: \(reason)"]
    case .audited(let partial, let served, let audit):
      operations = partial.operations
      // An audit may end early: what was asked was only the most that it may do.
      operations.asked = nil
      checksum = partial.checksum
      bytes = partial.bytes
      content = partial.content
      take(partial.lanes, doing: workload)
      self.audit = audit
      let faults = AskedFaults(workload, seed: seed, partial, isAudit: true)
      reasons = (partial.breaches ?? []) + Validity.reasons(ofAudit: self, served: served, faults: faults)
      valid = reasons.isEmpty
    case .measured(let partial, let server, let machine, let leading):
      operations = partial.operations
      checksum = partial.checksum
      bytes = partial.bytes
      content = partial.content
      wall = partial.wall
      if let done = partial.operations.done, partial.wall > 0 {
        throughput = Double(done) / (Double(partial.wall) / 1e9)
      }
      latency = partial.latency
      latency?.response?.count(missing: operations.missing)
      lanesServed = partial.lanesServed
      connectionsOpened = partial.connectionsOpened
      reconnected = partial.reconnected
      sendLag = partial.sendLag
      pacerLag = partial.pacerLag
      longestQuiet = partial.longestQuiet
      lenientReads = partial.lenientReads
      arrivals.scheduled = partial.scheduled
      inFlight = partial.inFlight
      series = partial.series
      coldStart = partial.coldStart
      take(partial.lanes, doing: workload)
      client = partial.usage
      client?.edgeLag = partial.window.map { $0.lag(openRead: $0.openRead, closeRead: $0.closeRead) }
      self.server = server
      hosts = leading?.hosts
      // Of several hosts, each has its own.
      self.machine = hosts == nil ? machine : nil
      startSkew = leading?.skew
      connectWall = leading?.connectWall
      closeWall = leading?.closeWall
      let judged = Validity.reasons(
        self, ranOutOfTime: partial.ranOutOfTime, hasWarmup: hasWarmup,
        faults: AskedFaults(workload, seed: seed, partial), damagedSectors: partial.damagedSectors,
        bounds: DisturbanceBounds(foreign: foreignBound, maxSkew: maxSkew, doing: workload))
      reasons = (partial.breaches ?? []) + judged
      isSaturated = Validity.isSaturated(self)
      valid = reasons.isEmpty
    }
  }

  /// Adds the classes of lanes, and the bystanders' workload if it differs.
  private mutating func take(_ classes: [String: LaneClass]?, doing workload: WorkloadSpec) {
    lanes = classes?.mapValues { lanes in
      var lanes = lanes
      lanes.latency?.response?.count(missing: lanes.operations.missing)
      return lanes
    }
    guard let manner = bystanders?.manner, workload.ofBystanders != workload else { return }
    lanes?[manner]?.workload = (try? JSONValue(encoding: workload.ofBystanders)).map(RecordedWorkload.init)
  }
}

extension JSONValue {
  init(encoding value: some Encodable) throws {
    self = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
  }
}
