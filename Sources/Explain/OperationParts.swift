import Plan
import Records

/// A primitive, and how often an operation has it.
struct OperationPart: Equatable {
  var primitive: String
  /// A primitive that the first one contains, and the operation does not.
  var less: String?
  /// Occurrences per operation.
  var count: Double
  /// Bytes of an occurrence; nil for primitives without a size.
  var size: Double?
  var lanes: Int?
  var processors = 1
  /// What of it is inferred, and not counted.
  var remark: String?

  var name: String { less.map { "\(primitive) − \($0)" } ?? primitive }
}

/// The parts of an operation of the side under test, as an audit counted them.
struct OperationParts {
  private(set) var parts: [OperationPart] = []
  /// What is not known, in words.
  private(set) var missing: [String] = []

  /// - Parameters:
  ///   - trial: an audited trial.
  ///   - environment: has the CPUs of both sides.
  init(of trial: TrialRecord, on environment: Environment) {
    guard let audit = trial.audit, let operations = audit.operations, operations > 0,
      let counts = trial.isServing ? audit.server : audit.client
    else {
      missing.append("the processes of the mode were not counted")
      return
    }
    let isAlone = trial.hasBothEnds
    let own = Side(counts, operations)
    let other = (trial.isServing ? audit.client : audit.server).map { Side($0, operations) }
    let cpus = (
      own: trial.isServing ? environment.serverCPUs : environment.clientCPUs,
      other: trial.isServing ? environment.clientCPUs : environment.serverCPUs
    )
    let ownProcessors = cpus.own.map { Self.processors($0) }
    let processors = isAlone ? ownProcessors : cpus.own.map { Self.processors($0 + (cpus.other ?? [])) }
    let lanes = ModeDescription.named(trial.mode)?.carrier == .oneLane ? 1 : trial.concurrency
    let kind = trial.spec?.asked.usesPorts == false ? "unix" : "tcp"

    addLane(of: trial)
    let messages = addTransfers(of: trial, own, kind, lanes)
    addContinuations(of: trial, messages, lanes)
    addWaits(own, waking: isAlone ? own : other, kind, lanes, ownProcessors, processors, audit.tool)
    add("futex-call", own.futex)
    if let allocations = own.allocations {
      add("allocation", allocations, size: 64, "each as one of 64 bytes")
    } else {
      missing.append("allocations were not counted")
    }
    if let others = own.others {
      add("kernel-entry", others, "other system calls: at least their entry")
    } else {
      missing.append("system calls were not counted")
    }
  }

  /// Primitives are measured on one processor and on two.
  private static func processors(_ cpus: [Int]) -> Int { min(2, Set(cpus).count) }

  private mutating func add(
    _ primitive: String, less: String? = nil, _ count: Double, size: Double? = nil, lanes: Int? = nil,
    on processors: Int = 1, _ remark: String? = nil
  ) {
    // Less is what rounding leaves of a difference.
    guard count > 1e-9 else { return }
    parts.append(
      OperationPart(
        primitive: primitive, less: less, count: count, size: size, lanes: lanes, processors: processors,
        remark: remark))
  }

  /// The code of the harness itself.
  private mutating func addLane(of trial: TrialRecord) {
    switch trial.spec?.asked {
    case .sleep: add("sleep-lane", 1)
    case .http:
      if trial.isServing {
        add("http-server-lane", 1)
      } else {
        add("http-lanes", less: "http-server-lane", 1, "as with a reply of 17 bytes")
      }
    case .echo(let echo):
      let size = Double(echo.size.count)
      if trial.hasBothEnds {
        add("echo-lanes", 1, size: size)
      } else if trial.isServing {
        add("echo-server-lane", 1, size: size)
      } else {
        add("echo-lanes", less: "echo-server-lane", 1, size: size)
      }
    case let other: missing.append("the lanes of \(other?.kind ?? "this workload") have no primitive")
    }
  }

  /// Returns the number of messages that arrive per operation.
  private mutating func addTransfers(of trial: TrialRecord, _ own: Side, _ kind: String, _ lanes: Int) -> Double {
    guard let bytes = trial.bytes, let done = trial.operations.done, done > 0 else { return 0 }
    let ends = trial.hasBothEnds ? 2.0 : 1
    let (there, back) = (Double(bytes.sent) / Double(done), Double(bytes.received) / Double(done))
    let (sent, received) = trial.isServing ? (back, there) : (there, back)
    if own.uring > 0, own.sends < ends / 2 {
      let remark = "as many as the workload has, not counted"
      add("uring-enter", own.uring)
      add("\(kind)-uring-send", ends, size: sent, lanes: lanes, remark)
      add("\(kind)-uring-receive", ends, size: received, lanes: lanes, remark)
      return ends
    }
    if own.sends > 0 { add("\(kind)-send", own.sends, size: ends * sent / own.sends, lanes: lanes) }
    if own.receives > 0 { add("\(kind)-receive", own.receives, size: ends * received / own.receives, lanes: lanes) }
    if own.epollWaits > 0 {
      add("epoll-wait", own.epollWaits)
      add("epoll-event", own.receives, "one for each receive, not counted")
    }
    return own.receives
  }

  /// How tasks go on in each mode that suspends them.
  private static let continuations = ["taskgroup": "continuation-queue", "executor": "continuation"]

  private mutating func addContinuations(of trial: TrialRecord, _ messages: Double, _ lanes: Int) {
    guard let primitive = Self.continuations[trial.mode] else { return }
    add(
      primitive, messages, lanes: primitive == "continuation" ? nil : lanes,
      "one for each message that arrives, not counted")
  }

  /// Switches are first those of waits for messages, at most one for each call that may wait; then those of futexes, of
  /// which a hand-over takes two calls; the rest are between threads that both want to run.
  private mutating func addWaits(
    _ own: Side, waking woken: Side?, _ kind: String, _ lanes: Int, _ ownProcessors: Int?, _ processors: Int?,
    _ tool: String
  ) {
    guard let ownProcessors, let processors else {
      missing.append("switches have no cost, because the run does not have its CPUs")
      return
    }
    if let switches = own.switches, let waits = own.messageWaits {
      let ofFutexes = min(switches - waits, own.futex / 2)
      add(
        "\(kind)\(own.place)-switch", waits, lanes: lanes, on: processors,
        own.uring > 0 ? "waits in io_uring_enter as those in epoll_wait" : "at most one for each call that may wait")
      add("futex-switch", ofFutexes, on: ownProcessors, "at most one for two calls of futex")
      add("thread-switch", switches - waits - ofFutexes, "the other switches")
    } else {
      missing.append("switches were not counted: \(tool) does not")
    }
    if let woken, let waits = woken.messageWaits {
      add("\(kind)\(woken.place)-wake", waits, lanes: lanes, on: processors, "the waits of the side that is woken")
    } else if own.sends > 0 {
      missing.append("the wake-ups of the other side were not counted")
    }
  }

  /// The counts of one side per operation.
  private struct Side {
    let sends: Double
    let receives: Double
    let epollWaits: Double
    let futex: Double
    let uring: Double
    let switches: Double?
    let allocations: Double?
    /// All other system calls.
    let others: Double?

    init(_ counts: TrialRecord.Counts, _ operations: UInt64) {
      func each(_ count: UInt64) -> Double { Double(count) / Double(operations) }
      func calls(_ names: String...) -> Double { each(names.compactMap { counts.byName?[$0] }.reduce(0, +)) }
      sends = calls("sendto", "sendmsg")
      receives = calls("recvfrom", "recvmsg")
      epollWaits = calls("epoll_wait", "epoll_pwait", "epoll_pwait2")
      futex = calls("futex")
      uring = calls("io_uring_enter")
      switches = counts.switches.map(each)
      allocations = counts.allocations.map(each)
      let known = sends + receives + epollWaits + futex + uring
      others = counts.byName == nil ? nil : counts.syscalls.map { max(0, each($0) - known) }
    }

    /// The switches while a call waits for a message, at most.
    var messageWaits: Double? {
      switches.map { min($0, epollWaits > 0 ? epollWaits : uring > 0 ? uring : receives) }
    }
    /// Where it waits, in the names of primitives.
    var place: String { epollWaits > 0 || uring > 0 ? "-epoll" : "" }
  }
}

extension TrialRecord {
  /// Whether client and server are one process.
  fileprivate var hasBothEnds: Bool { if case .echo(let echo)? = spec { echo.ends == .both } else { false } }
}
