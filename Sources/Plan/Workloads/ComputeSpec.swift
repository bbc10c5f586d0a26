import Measurement

/// One operation is an `http` operation against the harness's own server, and then work for a processor.
/// `{"kind": "compute", "work": "1ms", "offload": "pool", "pool": 2, "delay": "2ms"}` has fields of `http` besides its own.
public struct ComputeSpec: WorkloadParameters {
  /// Where the work is done.
  public enum Offload: String, OptionChoice {
    /// By whoever carries the lane: its thread, its task, or the loop.
    case inline
    /// By a fixed number of threads, while the lane waits.
    case pool
    /// By a fixed number of processes, each behind a thread that passes requests and replies on.
    case processes
  }

  public var http: HTTPSpec
  /// How long the work takes a processor that does nothing else, by the calibration of the run.
  public var work = Nanoseconds.milliseconds(1)
  public var offload = Offload.inline
  /// How many threads, or processes; nil where the work is done inline.
  public var pool: Int?

  public static let usualPool = 2
  static let longestWork = Nanoseconds.seconds(10)
  public static let largestPool = 256

  public init() { self.init(http: HTTPSpec()) }

  public init(http: HTTPSpec) { self.http = http }

  public static let kind = "compute"
  public static let about = "an http request, then CPU work: inline, in a thread pool or in processes"
  public static let otherNames = ["cpu", "work"]

  public static let options: [WorkloadOption<ComputeSpec>] =
    [
      WorkloadOption(
        "work", \.work, "CPU time of each operation, after its reply", unlessGiven: "\(ComputeSpec().work)",
        part: .work, words: { $0.workWords }),
      WorkloadOption(
        "offload", \.placedOffload, "work inline, in a pool of threads, or in processes", placeholder: "WHERE",
        unlessGiven: "inline"),
      WorkloadOption(
        "pool", \.pool, FileSpec.poolHelp, placeholder: "LIST", expected: "a number of threads or processes",
        unlessGiven: "\(usualPool)"),
    ]
    + HTTPSpec.options.map { option in
      option.within(isOffered: !refused.keys.contains(option.key), { $0.http }, { $0.http = $1 })
    }

  /// What of `http` it does not go with, and why.
  private static let refused = [
    "targets": "are not asked: the work follows on replies of the own server",
    "faults": "go with the workloads http and echo",
    "gather": "goes with the workload http",
  ]

  /// Who works inline has no pool.
  private var placedOffload: Offload {
    get { offload }
    set {
      offload = newValue
      if newValue == .inline { pool = nil }
    }
  }

  public var spec: WorkloadSpec { .compute(self) }
  public var headline: String { http.headline }

  /// `1 ms of work each, left to 2 threads`.
  private var workWords: String {
    let count = pool.map { "\($0) " } ?? ""
    let one = pool == 1
    return switch offload {
    case .inline: "\(work.spaced) of work each, inline"
    case .pool: "\(work.spaced) of work each, left to \(count)\(one ? "thread" : "threads")"
    case .processes: "\(work.spaced) of work each, left to \(count)\(one ? "process" : "processes")"
    }
  }

  public var delay: Delay { http.delay }
  public var leastDuration: Nanoseconds { http.delay.mean + work }
  /// How many threads or processes the work is left to; 0 where it is done inline.
  public var workers: Int { offload == .inline ? 0 : pool ?? Self.usualPool }
  public var poolWidth: Int? { offload == .inline ? nil : workers }
  public var manner: String? { offload.rawValue }
  public var holdsUpOthers: Bool { true }
  public var timeout: Nanoseconds { http.timeout }
  public var descriptorsPerLane: Int { 1 }
  public var needsServer: Bool { true }
  public var usesPorts: Bool { true }
  public var usesLoopback: Bool { true }
  public var opensConnections: Bool { http.opensConnections }
  public var isLenient: Bool { http.isLenient }

  public func with(poolWidth: Int) -> ComputeSpec {
    var other = self
    other.pool = poolWidth
    return other
  }

  public var withoutOffload: ComputeSpec {
    var other = self
    (other.offload, other.pool) = (.inline, nil)
    return other
  }

  public var withoutWork: ComputeSpec {
    var other = withoutOffload
    other.work = .zero
    return other
  }

  public mutating func settle() {
    http.settle()
    if offload != .inline { pool = pool ?? Self.usualPool }
  }

  public func complaint() -> (key: String, text: String)? {
    if let complaint = http.complaint() { return complaint }
    if work > Self.longestWork { return ("work", "\(work) is over \(Self.longestWork)") }
    if pool != nil && offload == .inline { return ("pool", "goes with offload pool or processes") }
    if let pool, !(1...Self.largestPool).contains(pool) {
      return ("pool", "\(pool) is not a number of workers; it must be from 1 to \(Self.largestPool)")
    }
    let given = [("targets", !http.targets.isEmpty), ("faults", http.faults != nil), ("gather", http.gather)]
    return given.first { $0.1 }.map { key, _ in (key, Self.refused[key] ?? "") }
  }
}
