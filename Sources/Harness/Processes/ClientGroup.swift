import Measurement
import Records
import SystemCalls

/// The times and the memory that the harness observed while it coordinated the client processes.
struct StartTimings {
  var connectWall: UInt64
  var closeWall: UInt64?
  var memory: MachineUsage.Memory
  /// What each process of a trial over several hosts has recorded; nil for a trial of this machine.
  var parts: [PartialRecord]?
  var hosts: [TrialRecord.Host]?
  var skew: TrialRecord.StartSkew?
}

/// The client processes of a trial, followed to their records. Coordinated clients start at one instant, when each has
/// connected its lanes. None closes a held connection before all are done.
struct ClientGroup {
  let processes: [ChildProcess]
  /// The time limit for a process's next word.
  let patience: Nanoseconds
  /// Whether lanes hold their connections.
  let holds: Bool
  /// Brings processes on other hosts to their start; nil if all are on this machine.
  var rendezvous: Rendezvous?
  /// How many of the last processes measure beside the others, and are no part of the trial's record.
  var observers = 0

  enum End {
    case ended(PartialRecord, StartTimings?)
    /// Why there is no record.
    case failed(String)
  }

  /// The time between the start order and the start: the order must reach all processes.
  private var lead: Nanoseconds { .milliseconds(5) + .microseconds(UInt64(processes.count) * 200) }

  /// - Parameters:
  ///   - begun: when they got their plans.
  ///   - before: the machine's memory at that time; nil if they are not coordinated.
  func follow(
    from begun: Instant, before: MachineMemory?, idle: () -> Void
  ) throws(HarnessFailure) -> End {
    var leading: StartTimings?
    var closing = begun
    if let before {
      if let failure = try hear(.ready, idle: idle) { return .failed(failure) }
      let connectWall = MonotonicClock.now.since(begun).count
      let connected = MachineFacts.memory
      if let rendezvous {
        if let failure = try rendezvous.prepare(idle: idle) { return .failed(failure) }
        rendezvous.begin(after: lead)
      } else {
        tell("\((MonotonicClock.now + lead).nanoseconds)")
      }
      var memory = MachineUsage.Memory(before: before, connected: connected, closed: before)
      if holds {
        if let failure = try hear(.done, idle: idle) { return .failed(failure) }
        memory.done = MachineFacts.memory
        closing = MonotonicClock.now
        tell("close")
      }
      leading = StartTimings(connectWall: connectWall, memory: memory)
    }
    var parts: [PartialRecord] = []
    for process in processes {
      let line = try hear(process, idle: idle)
      if let failure = failure(line, of: process) { return .failed(failure) }
      guard let part: PartialRecord = line.flatMap(TrialRunner.decode) else {
        return .failed("its record is unreadable")
      }
      parts.append(rendezvous?.here(part, of: parts.count) ?? part)
    }
    if let rendezvous {
      if let failure = try rendezvous.finish(idle: idle) { return .failed(failure) }
      leading?.parts = parts
    }
    leading?.memory.closed = MachineFacts.memory
    if holds { leading?.closeWall = MonotonicClock.now.since(closing).count }
    do {
      return .ended(try PartialRecord(merging: Array(parts.dropLast(observers))), leading)
    } catch {
      return .failed("its histogram is unreadable (\(error))")
    }
  }

  private func tell(_ line: String) {
    for process in processes { process.send(line) }
  }

  /// Waits until every process has said a word. Returns why one did not; nil if all did.
  private func hear(_ word: ClientWord, idle: () -> Void) throws(HarnessFailure) -> String? {
    for process in processes {
      let line = try hear(process, idle: idle)
      if let failure = failure(line, of: process) { return failure }
      let said: ClientWord? = line.flatMap(TrialRunner.decode)
      guard said == word else { return "it was not \(word.rawValue) when the others were" }
    }
    return nil
  }

  private func hear(_ process: ChildProcess, idle: () -> Void) throws(HarnessFailure) -> String? {
    guard let hosted = hosted(process) else {
      return try TrialRunner.await(process, patience: patience, idle: idle)
    }
    return try hosted.hear(patience: patience, idle: idle)
  }

  /// The process on another host that a launcher has started; nil on this machine.
  private func hosted(_ launcher: ChildProcess) -> HostedProcess? {
    rendezvous?.clients.first { $0.child === launcher }
  }

  private func failure(_ line: String?, of process: ChildProcess) -> String? {
    let hosted = hosted(process)
    guard let line else {
      return hosted?.verdict(after: patience) ?? TrialRunner.verdict(process, after: patience)
    }
    let failure: ChildFailure? = TrialRunner.decode(line)
    return failure.map { failure in hosted.map { "on host '\($0.host)': \(failure.error)" } ?? failure.error }
  }
}
