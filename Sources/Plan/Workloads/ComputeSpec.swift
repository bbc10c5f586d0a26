import Measurement

/// One operation is an `http` operation against the built-in server, followed by CPU work. `{"kind": "compute", "work":
/// "1ms", "offload": "pool", "pool": 2, "delay": "2ms"}` adds fields to those of `http`.
public struct ComputeSpec: WorkloadParameters {
  /// Where the work runs.
  public enum Offload: String, OptionChoice {
    /// On whatever carries the lane: its thread, its task or its loop.
    case inline
    /// In a fixed number of threads, while the lane waits.
    case pool
    /// In a fixed number of processes; a thread in front of each passes requests and replies.
    case processes
  }

  public var http: HTTPSpec
  /// The CPU time of the work on an otherwise idle CPU, by the run's calibration.
  public var work = Nanoseconds.milliseconds(1)
  public var offload = Offload.inline
  /// The number of threads or processes; nil if the work is inline.
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

  /// The options of `http` that `compute` refuses, with the reasons.
  private static let refused = [
    "targets": "cannot be combined with compute, which uses the built-in server",
    "faults": "go with the workloads http and echo",
    "gather": "goes with the workload http",
  ]

  /// Setting `inline` removes the pool.
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
  /// The number of threads or processes to offload to; 0 if the work is inline.
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
