import Plan
import Records

/// The waits of an operation: where its threads and tasks wait, how long the processor then idles, and whom they wake.
struct OperationWaits {
  let trial: TrialRecord
  let own: SideCounts
  /// The side that is woken.
  let woken: SideCounts?
  /// Of the sockets, in the names of primitives.
  let kind: String
  let timing: PointTiming
  /// Of the side, and of both sides.
  let ownProcessors: Int?
  let processors: Int?
  let tool: String

  private typealias Parts = (parts: [OperationPart], missing: [String])

  /// What carries the lanes.
  private enum Manner {
    /// A thread per lane, or one after another.
    case threads
    /// A loop, or a loop that runs tasks itself.
    case loop
    /// Tasks on the default executor, which a loop resumes.
    case tasks
  }

  private var manner: Manner {
    let mode = ModeDescription.named(trial.mode)
    return switch mode?.carrier {
    case .shared: mode?.hasLoops == true ? .loop : .tasks
    case .oneLane, .threads, .growingPool, .cooperativePool: .threads
    // A program that sets up a loop may still receive in threads.
    case .unknown, nil: own.allEpollWaits + own.uring > own.receives / 10 ? .loop : .threads
    }
  }

  private var isSleep: Bool { if case .sleep? = trial.spec?.asked { true } else { false } }

  /// Whether a timer ends a wait of each operation.
  private var hasTimer: Bool {
    let isDelayed =
      switch trial.spec?.asked {
      case .sleep: true
      case .http(let http): trial.isServing && http.delay != .none
      case .echo(let echo): trial.isServing && echo.delay != .none
      default: false
      }
    return isDelayed && (manner == .tasks ? own.timerSettings : own.timedEpollWaits + own.uring) > 0
  }

  private var isFile: Bool { if case .file? = trial.spec?.asked { true } else { false } }

  /// Whether a pool of threads makes the calls to the file.
  private var isPooled: Bool { isFile && trial.pool != nil }

  private var isWholeSleep: Bool { isSleep && manner == .tasks && hasTimer }

  /// Whether the waits have one primitive, with all calls and allocations around them.
  var areWhole: Bool { isWholeSleep || isPooled }

  var all: (parts: [OperationPart], missing: [String]) {
    guard let ownProcessors, let processors else {
      return ([], ["switches have no cost, because the run does not have its CPUs"])
    }
    if isPooled { return ([hopToPool(ownProcessors)], []) }
    let waits =
      switch manner {
      case .threads: ofThreads(ownProcessors, processors)
      case .loop: ofLoop(ownProcessors, processors)
      case .tasks: ofTasks(ownProcessors, processors)
      }
    let wakes = self.wakes(processors)
    return (waits.parts + wakes.parts, waits.missing + wakes.missing)
  }

  /// - Parameter idle: nanoseconds; nil if that is not known.
  private static func remark(_ text: String? = nil, idle: Double?) -> String? {
    let remarks = [text, idle.map { "the CPU idles for \(WaitCosts.text($0)) a turn" }].compactMap { $0 }
    return remarks.isEmpty ? nil : remarks.joined(separator: "; ")
  }

  private func hopToPool(_ ownProcessors: Int) -> OperationPart {
    let primitive =
      switch manner {
      case .tasks: "task-pool-hop"
      case _ where trial.mode == "executor": "loop-task-pool-hop"
      case .threads, .loop: "loop-pool-hop"
      }
    let threads = trial.pool == FileSpec().pool ? "" : "; measured with a pool of \(FileSpec().pool) threads"
    return OperationPart(
      primitive: primitive, count: 1, lanes: timing.lanes, processors: ownProcessors,
      remark: "one for each operation, not counted; it has all switches and calls\(threads)")
  }

  private func uncounted(_ what: String) -> String { "\(what) were not counted: \(tool) does not" }

  // MARK: Manners

  /// Switches are first those of waits for messages, at most one for each call that may wait; then those of sleeps; then
  /// those of futexes, of which a hand-over takes two calls; the rest are between threads that both want to run.
  private func ofThreads(_ ownProcessors: Int, _ processors: Int) -> Parts {
    var parts = [
      OperationPart(
        primitive: "nanosleep", count: own.sleeps, lanes: timing.lanes, idle: timing.idleTurn,
        remark: Self.remark(idle: timing.idleTurn)),
      OperationPart(primitive: "epoll-wait", count: own.allEpollWaits),
    ]
    guard let switches = own.switches, let waits = own.receiveWaits else {
      return (parts + futexCalls, [uncounted("switches")])
    }
    parts.append(messageWaits("switch", waits, processors, "at most one for each call that may wait"))
    return (parts + otherSwitches(switches - waits - own.sleeps, ownProcessors) + futexCalls, [])
  }

  private func ofLoop(_ ownProcessors: Int, _ processors: Int) -> Parts {
    var parts = loopCalls
    let code: String? =
      switch trial.mode {
      case "executor": "\(kind)-loop-hop"
      case "epoll": "epoll-loop"
      default: nil
      }
    if let code {
      parts.append(
        OperationPart(
          primitive: code, count: max(messages, hasTimer ? 1 : 0), lanes: timing.lanes,
          remark: "one for each message or timer, not counted"))
    }
    if isFile && trial.mode == "executor" { parts.append(yield("loop-task-yield", 1)) }
    guard let switches = own.switches, let waits = own.loopWaits else {
      return (parts + futexCalls, [uncounted("switches")])
    }
    if messages > 0 {
      let remark =
        own.uring > 0 ? "waits in io_uring_enter as those in epoll_wait" : "at most one for each call that may wait"
      parts.append(messageWaits("epoll-switch", waits, processors, remark, isShared: true))
    }
    return (parts + otherSwitches(switches - waits, ownProcessors) + futexCalls, [])
  }

  /// The switches are those between the loop's thread and those of the tasks; what they cost has what tasks add.
  private func ofTasks(_ ownProcessors: Int, _ processors: Int) -> Parts {
    var parts = messages > 0 ? loopCalls : []
    if messages > 0 && processors == 1 {
      parts.append(
        OperationPart(
          primitive: "\(kind)-task-hop", count: messages, lanes: timing.lanes,
          remark: "one for each message that arrives, not counted; it has the switches between threads"))
      return (parts + handOvers(handOverSwitches, ownProcessors), [])
    }
    if isFile { return (parts + [yield("task-yield", ownProcessors)], []) }
    guard messages > 0 || isWholeSleep else { return (parts, []) }
    guard let switches = own.switches else { return (parts, [uncounted("switches")]) }
    if messages > 0 {
      let ofFutexes = min(switches, handOverSwitches)
      let remark = "all switches but those of futexes, with what they add to the tasks"
      parts.append(messageWaits("task-switch", switches - ofFutexes, processors, remark, isShared: true))
      parts += handOvers(ofFutexes, ownProcessors)
    } else {
      parts.append(
        OperationPart(
          primitive: "task-timer", count: 1, processors: ownProcessors, remark: "one for each operation, not counted"))
      parts.append(
        OperationPart(
          primitive: "task-sleep", count: switches, lanes: timing.lanes, idle: timing.idleTurn, isShared: true,
          processors: ownProcessors,
          remark: Self.remark("all switches, with what they add to the tasks", idle: timing.idleTurn)))
    }
    return (parts, [])
  }

  // MARK: Parts

  /// The switches of hand-overs that the tasks' own do not have, each with two calls of futex. Each wait of the loop may
  /// wake a thread of the pool, which waits again: a call each.
  private var handOverSwitches: Double { max(0, own.futex - 2 * own.allEpollWaits) / 2 }

  private func handOvers(_ switches: Double, _ ownProcessors: Int) -> [OperationPart] {
    let remark = "two calls of futex for each wait of the loop are the tasks' own"
    return [
      OperationPart(primitive: "futex-switch", count: switches, processors: ownProcessors, remark: remark),
      OperationPart(primitive: "futex-call", count: 2 * switches, remark: remark),
    ]
  }

  /// The messages that arrive.
  private var messages: Double {
    own.sendsByRing && !isSleep && !isFile
      ? (trial.hasBothEnds ? 2 : 1) / Double(trial.pipeline ?? 1) : own.receives
  }

  /// The calls of a loop, and its events and timers.
  private var loopCalls: [OperationPart] {
    var parts: [OperationPart] = []
    if own.uring > 0 {
      parts.append(OperationPart(primitive: "uring-enter", count: own.uring))
    } else {
      // A wait without messages has only its timer.
      parts.append(OperationPart(primitive: "epoll-wait", count: isSleep ? own.epollWaits : own.allEpollWaits))
      parts.append(
        OperationPart(primitive: "epoll-event", count: messages, remark: "one for each receive, not counted"))
    }
    if isSleep {
      // All lanes share the loop's waits.
      let waits = own.uring > 0 ? own.uring : own.timedEpollWaits
      let idle = waits > 0 ? timing.idle.map { $0 / waits } : nil
      parts.append(
        OperationPart(
          primitive: "epoll-timer", count: waits, lanes: 1, idle: idle,
          remark: Self.remark(own.uring > 0 ? "waits in io_uring_enter as those in epoll_pwait2" : nil, idle: idle)))
    }
    if hasTimer && manner == .loop {
      parts.append(OperationPart(primitive: "timer-heap", count: 1, remark: "one for each operation, not counted"))
    }
    return parts
  }

  /// Tasks let others have their turn before they make a call to a file themselves.
  private func yield(_ primitive: String, _ processors: Int) -> OperationPart {
    OperationPart(
      primitive: primitive, count: 1, lanes: timing.lanes, processors: processors,
      remark: "one for each operation, not counted")
  }

  private var futexCalls: [OperationPart] { [OperationPart(primitive: "futex-call", count: own.futex)] }

  /// On one processor, somebody else always runs. On two, the processor idles: while all lanes wait, or, if operations
  /// arrive independently, before each.
  private func messageWaits(
    _ primitive: String, _ count: Double, _ processors: Int, _ remark: String, isShared: Bool = false
  ) -> OperationPart {
    var part = OperationPart(
      primitive: "\(kind)-\(primitive)", count: count, lanes: timing.lanes, isShared: isShared,
      processors: processors, remark: remark)
    guard processors > 1 else { return part }
    if trial.arrivals.kind == "closed" {
      part.idle = timing.idleTurn
    } else {
      part.lanes = 1
      part.idle = count > 0 ? timing.idle.map { $0 / count } : nil
    }
    part.remark = Self.remark(remark, idle: part.idle)
    return part
  }

  private func otherSwitches(_ rest: Double, _ ownProcessors: Int) -> [OperationPart] {
    let ofFutexes = max(0, min(rest, own.futex / 2))
    return [
      OperationPart(
        primitive: "futex-switch", count: ofFutexes, processors: ownProcessors,
        remark: "at most one for two calls of futex"),
      OperationPart(primitive: "thread-switch", count: rest - ofFutexes, remark: "the other switches"),
    ]
  }

  private func wakes(_ processors: Int) -> Parts {
    // A task that is woken is part of what the tasks add.
    if trial.hasBothEnds && manner == .tasks { return ([], []) }
    guard let woken else {
      return own.sends > 0 ? ([], ["the wake-ups of the other side were not counted"]) : ([], [])
    }
    let isLoop = trial.hasBothEnds ? manner != .threads : woken.allEpollWaits + woken.uring > woken.receives / 10
    guard let waits = isLoop ? woken.loopWaitsForMessages : woken.receiveWaits else {
      return own.sends > 0 ? ([], ["the wake-ups of the other side were not counted"]) : ([], [])
    }
    return (
      [
        OperationPart(
          primitive: "\(kind)-wake", count: messages > 0 ? waits : 0, processors: processors,
          remark: "the waits of the side that is woken")
      ], []
    )
  }
}
