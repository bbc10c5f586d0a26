import Plan
import SystemCalls
import Workloads

extension TrialExecution {
  /// On the data file, which is opened before the window and verified after it.
  func runFile<M: Mode>(
    _ mode: M.Type, _ arrangement: Arrangement, _ file: FileSpec
  ) throws(TrialFailure) -> TrialOutcome {
    let layout = FileLayout(file, seed: spec.seed)
    let opened = try onDataFile { (path) throws(Errno) in try OpenFile(path, file) }
    defer { opened.close() }
    // A mode that has no choice makes the calls itself, whatever is asked for.
    let isOffloaded = file.offload == .pool && spec.mode.variant(doing: spec.workload) != nil
    let pool = try pool(of: isOffloaded ? file.pool : 0, arrangement, processes: false)
    defer { pool?.stop() }
    var outcome: TrialOutcome
    if spec.bystanders != nil, case .echo(let echo) = spec.workload.ofBystanders {
      let connections = try connected(mode, arrangement, arrangement.bystanderLanes)
      outcome = try measure(mode, arrangement, connections, file: opened, pool: pool) { group, lane in
        arrangement.isBystander(lane)
          ? EitherLane(second: ClientLane(client(echo), in: group, connectedTo: 0))
          : EitherLane<ClientLane<FileConversation>, ClientLane<EchoClient>>(
            first: ClientLane(FileConversation(file, layout: layout), in: group))
      }
    } else {
      outcome = try measure(mode, arrangement, table(arrangement), file: opened, pool: pool) { group, _ in
        ClientLane(FileConversation(file, layout: layout), in: group)
      }
    }
    if file.access == .write {
      // What was taken and came to nothing; in open loop, each lane may take one more that is too late.
      let failed =
        outcome.failuresByKind.values.reduce(0, +) + UInt64(outcome.unfinishedAges.count)
        + (outcome.scheduled == nil ? 0 : UInt64(laneCount))
      outcome.damagedSectors = try onDataFile { (path) throws(Errno) in
        try DataFile.damagedSectors(
          path, layout, operations: outcome.operations.upperBound, failed: failed)
      }
    }
    return outcome
  }

  private func onDataFile<R>(_ body: (_ path: String) throws(Errno) -> R) throws(TrialFailure) -> R {
    let path = spec.file ?? "the data file"
    do throws(Errno) {
      return try body(path)
    } catch {
      throw TrialFailure(description: "\(path): \(error) (\(error.symbol))")
    }
  }
}
