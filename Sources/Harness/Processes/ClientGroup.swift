import Measurement
import Records
import SystemCalls

/// What the harness saw that led the client processes of a trial.
struct StartTimings {
  var connectWall: UInt64
  var closeWall: UInt64?
  var memory: MachineUsage.Memory
}

/// The client processes of a trial, followed to their records. Where they are led, all of them start at one instant, once
/// each has its lanes connected; and none closes a connection that is held before all are done.
struct ClientGroup {
  let processes: [ChildProcess]
  /// For a process to say its next word.
  let patience: Nanoseconds
  /// Whether lanes hold their connections.
  let holds: Bool

  enum End {
    case ended(PartialRecord, StartTimings?)
    /// Why there is no record.
    case failed(String)
  }

  /// The time from the order to start until the start: the order has to reach all of them.
  private var lead: Nanoseconds { .milliseconds(5) + .microseconds(UInt64(processes.count) * 200) }

  /// - Parameters:
  ///   - begun: when they were told their plans.
  ///   - before: the machine's memory then; nil where they are not led.
  func follow(
    from begun: Instant, before: MachineMemory?, idle: () -> Void
  ) throws(HarnessFailure) -> End {
    var leading: StartTimings?
    var closing = begun
    if let before {
      if let failure = try hear(.ready, idle: idle) { return .failed(failure) }
      let connectWall = MonotonicClock.now.since(begun).count
      let connected = MachineFacts.memory
      tell("\((MonotonicClock.now + lead).nanoseconds)")
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
      let line = try TrialRunner.await(process, patience: patience, idle: idle)
      if let failure = failure(line, of: process) { return .failed(failure) }
      guard let part: PartialRecord = line.flatMap(TrialRunner.decode) else {
        return .failed("its record could not be read")
      }
      parts.append(part)
    }
    leading?.memory.closed = MachineFacts.memory
    if holds { leading?.closeWall = MonotonicClock.now.since(closing).count }
    do {
      return .ended(try PartialRecord(merging: parts), leading)
    } catch {
      return .failed("its histogram could not be read (\(error))")
    }
  }

  private func tell(_ line: String) {
    for process in processes { process.send(line) }
  }

  /// Waits until every process has said a word. Answers why one did not.
  private func hear(_ word: ClientWord, idle: () -> Void) throws(HarnessFailure) -> String? {
    for process in processes {
      let line = try TrialRunner.await(process, patience: patience, idle: idle)
      if let failure = failure(line, of: process) { return failure }
      let said: ClientWord? = line.flatMap(TrialRunner.decode)
      guard said == word else { return "it was not \(word.rawValue) when the others were" }
    }
    return nil
  }

  private func failure(_ line: String?, of process: ChildProcess) -> String? {
    guard let line else { return TrialRunner.verdict(process, after: patience) }
    let failure: ChildFailure? = TrialRunner.decode(line)
    return failure?.error
  }
}
