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
  /// For waits: how long the processor idles while each lane waits once, in nanoseconds; nil if that is not known.
  var idle: Double?
  /// For waits: whether all lanes share them.
  var isShared = false
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
  ///   - timed: the timed trials of the same point, which tell how long the processors idle.
  ///   - environment: has the CPUs of both sides.
  init(of trial: TrialRecord, timed: [TrialRecord] = [], on environment: Environment) {
    guard let audit = trial.audit, let operations = audit.operations, operations > 0,
      let counts = trial.isServing ? audit.server : audit.client
    else {
      missing.append("the processes of the mode were not counted")
      return
    }
    let isAlone = trial.hasBothEnds
    let cpus = (
      own: trial.isServing ? environment.serverCPUs : environment.clientCPUs,
      other: trial.isServing ? environment.clientCPUs : environment.serverCPUs
    )
    let timing = PointTiming(timed, of: trial, on: cpus.own)
    let own = SideCounts(counts, operations, switches: timing.switches, connects: trial.opensConnections)
    let other = (trial.isServing ? audit.client : audit.server).map {
      SideCounts($0, operations, switches: timing.switchesOfOther, connects: trial.opensConnections)
    }
    let kind = trial.spec?.asked.usesPorts == false ? "unix" : "tcp"
    let ownProcessors = cpus.own.map { Self.processors($0) }
    let processors = isAlone ? ownProcessors : cpus.own.map { Self.processors($0 + (cpus.other ?? [])) }
    let waits = OperationWaits(
      trial: trial, own: own, woken: isAlone ? own : other, kind: kind, timing: timing,
      ownProcessors: ownProcessors, processors: processors, tool: audit.tool)

    addLane(of: trial)
    if case .file(let file)? = trial.spec?.asked {
      addReads(of: file, own)
    } else {
      addTransfers(of: trial, own, kind, timing.lanes)
    }
    add("epoll-add", own.epollAdds)
    if trial.opensConnections { addConnections(own, isServing: trial.isServing, on: processors ?? 1) }
    add(waits.all)
    if let asked = trial.operations.asked, asked < UInt64(Self.fewOperations * timing.lanes) {
      missing.append("starting the lanes has no primitive, and only \(asked) operations share it")
    }
    if waits.areWhole { return }
    if let allocations = own.allocations {
      add("allocation", allocations, size: 64, "each as one of 64 bytes")
    } else {
      missing.append("allocations were not counted")
    }
    if let others = own.others {
      add("kernel-entry", others, "other system calls: at least their entry; those of setting up are left out")
    } else {
      missing.append("system calls were not counted")
    }
  }

  /// For each lane, of a trial without a warm-up. With so few, first steps are a large share of each: threads and pages of
  /// memory that are used for the first time.
  private static let fewOperations = 10

  /// Primitives are measured on one processor and on two.
  private static func processors(_ cpus: [Int]) -> Int { min(2, Set(cpus).count) }

  private mutating func add(
    _ primitive: String, less: String? = nil, _ count: Double, size: Double? = nil, lanes: Int? = nil,
    _ remark: String? = nil
  ) {
    add([OperationPart(primitive: primitive, less: less, count: count, size: size, lanes: lanes, remark: remark)])
  }

  private mutating func add(_ waits: (parts: [OperationPart], missing: [String])) {
    add(waits.parts)
    missing += waits.missing
  }

  /// Less is what rounding leaves of a difference.
  private mutating func add(_ more: [OperationPart]) { parts += more.filter { $0.count > 1e-9 } }

  /// The code of the harness itself.
  private mutating func addLane(of trial: TrialRecord) {
    switch trial.spec?.asked {
    case .sleep: add("sleep-lane", 1)
    case .http(let http): addLane(of: http, isServing: trial.isServing)
    case .compute(let compute):
      addLane(of: compute.http, isServing: trial.isServing)
      if let work = trial.work { add("computation", Double(work.iterations) / 1000) }
    case .file(let file) where file.access == .read: add("file-lane", 1, size: Double(file.size.count))
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

  private mutating func addLane(of http: HTTPSpec, isServing: Bool) {
    let size = http.size.map { Double($0.count) }
    let remark = size == nil ? "as with a reply of 17 bytes" : nil
    if isServing {
      add("http-server-lane", 1, size: size, remark)
    } else {
      add("http-lanes", less: "http-server-lane", 1, size: size, remark)
    }
  }

  private mutating func addReads(of file: FileSpec, _ own: SideCounts) {
    if file.access == .write { return missing.append("writes of files have no primitive") }
    if file.direct { return missing.append("reads past the page cache have no primitive") }
    let size = Double(file.size.count)
    add("file-read", own.fileReads, size: size)
    // Opening the file reads it once.
    if own.fileReads < 0.5 && own.uring > 0 {
      add("uring-file-read", 1, size: size, "as many as the workload has, not counted")
    }
  }

  private mutating func addTransfers(of trial: TrialRecord, _ own: SideCounts, _ kind: String, _ lanes: Int) {
    guard let bytes = trial.bytes, let done = trial.operations.done, done > 0 else { return }
    let ends = trial.hasBothEnds ? 2.0 : 1
    let (there, back) = (Double(bytes.sent) / Double(done), Double(bytes.received) / Double(done))
    guard there + back > 0 else { return }
    let (sent, received) = trial.isServing ? (back, there) : (there, back)
    if own.sendsByRing {
      let remark = "as many as the workload has, not counted"
      // Requests in flight together are sent together.
      let together = Double(trial.pipeline ?? 1)
      add("\(kind)-uring-send", ends / together, size: sent * together, lanes: lanes, remark)
      add("\(kind)-uring-receive", ends / together, size: received * together, lanes: lanes, remark)
      return
    }
    if own.sends > 0 { add("\(kind)-send", own.sends, size: ends * sent / own.sends, lanes: lanes) }
    if own.receives > 0 { add("\(kind)-receive", own.receives, size: ends * received / own.receives, lanes: lanes) }
  }

  /// Each operation has a connection of its own, with a message each way.
  private mutating func addConnections(_ own: SideCounts, isServing: Bool, on processors: Int) {
    func part(_ primitive: String, _ count: Double, _ remark: String? = nil) -> OperationPart {
      OperationPart(primitive: primitive, count: count, processors: processors, remark: remark)
    }
    let inferred = "one for each operation, not counted"
    add([
      part("tcp-connect", own.connects),
      isServing && own.sendsByRing ? part("tcp-accept", 1, inferred) : part("tcp-accept", own.accepts),
      part("tcp-first-send", 1, inferred), part("tcp-first-receive", 1, inferred),
      part("tcp-close", own.closes),
    ])
  }
}

extension TrialRecord {
  /// Whether client and server are one process.
  var hasBothEnds: Bool { if case .echo(let echo)? = spec { echo.ends == .both } else { false } }

  /// Whether each operation opens a connection.
  var opensConnections: Bool {
    switch spec?.asked {
    case .http(let http): http.connection == .new
    case .compute(let compute): compute.http.connection == .new
    default: false
    }
  }
}
