import Measurement

/// A workload with its parameters, as suites and plans write it: `{"kind": "http", "delay": "2ms"}`.
public enum WorkloadSpec: Hashable, Sendable {
  case sleep(SleepSpec)
  case echo(EchoSpec)
  case http(HTTPSpec)
  case file(FileSpec)
  case compute(ComputeSpec)
  case serve(ServeSpec)

  public static let kinds = ["sleep", "echo", "http", "file", "compute", "serve"]
  /// What kinds are called elsewhere.
  public static let otherNames = [
    "timer": "sleep", "wait": "sleep", "tcp": "echo", "unix": "echo", "socket": "echo", "ping": "echo", "get": "http",
    "web": "http", "https": "http", "disk": "file", "io": "file", "read": "file", "write": "file", "cpu": "compute",
    "work": "compute", "server": "serve",
  ]

  public var kind: String {
    switch self {
    case .sleep: "sleep"
    case .echo: "echo"
    case .http: "http"
    case .file: "file"
    case .compute: "compute"
    case .serve: "serve"
    }
  }

  /// How long one operation takes at least, on average: those that the server stalls take all of their time.
  public var leastDuration: Nanoseconds {
    let stalled = Nanoseconds(UInt64(saturating: (faults?.stall ?? 0) * Double(timeout.count)))
    return switch self {
    case .sleep(let spec): spec.duration
    case .echo(let spec): spec.delay.mean + stalled
    case .http(let spec): spec.targets.isEmpty ? spec.delay.mean + stalled : .zero
    case .file: .zero
    case .compute(let spec): spec.http.delay.mean + spec.work
    case .serve(let spec): spec.workload.leastDuration
    }
  }

  /// How long one operation keeps a processor of the client busy, by what is asked for.
  public var work: Nanoseconds { if case .compute(let spec) = self { spec.work } else { .zero } }

  /// How many compute for the lanes, beside whoever carries them.
  public var workers: Int { if case .compute(let spec) = self { spec.workers } else { 0 } }

  /// How many threads or processes work is left to; nil where it is left to none. To be set only where it is not.
  public var pool: Int? {
    get {
      switch self {
      case .file(let spec): spec.offload == .pool ? spec.pool : nil
      case .compute(let spec): spec.offload == .inline ? nil : spec.workers
      case .sleep, .echo, .http, .serve: nil
      }
    }
    set {
      guard let newValue else { return }
      switch self {
      case .file(var spec):
        spec.pool = newValue
        self = .file(spec)
      case .compute(var spec):
        spec.pool = newValue
        self = .compute(spec)
      case .sleep, .echo, .http, .serve: return
      }
    }
  }

  /// The widest pool that it may have.
  public var largestPool: Int { if case .compute = self { ComputeSpec.largestPool } else { FileSpec.largestPool } }

  /// What lanes beside it do: the same, but that those beside a file wait for messages, as a file cannot be waited for.
  public var ofBystanders: WorkloadSpec { if case .file = self { .echo(EchoSpec()) } else { self } }

  /// The longest time that a suite may ask for.
  public static let longestTime = Nanoseconds.seconds(30 * 86_400)

  /// What is wrong with a time that is too long, if it is.
  package static func complaint(about time: Nanoseconds?) -> String? {
    time.flatMap { $0 > longestTime ? "\($0) is too long; at most \(longestTime), which are 30 days" : nil }
  }

  /// How long one operation may take; zero for no limit.
  public var timeout: Nanoseconds {
    switch self {
    case .sleep, .file: .zero
    case .echo(let spec): spec.timeout
    case .http(let spec): spec.timeout
    case .compute(let spec): spec.http.timeout
    case .serve(let spec): spec.workload.timeout
    }
  }

  /// Descriptors that one lane takes in the process of the client.
  public var descriptorsPerLane: Int {
    switch self {
    case .sleep, .file: 0
    case .echo(let spec): spec.ends == .both ? 2 : 1
    case .http(let spec): spec.connection == .keepAlive ? max(1, spec.addresses) : 1
    case .compute: 1
    case .serve(let spec): spec.workload.descriptorsPerLane
    }
  }

  /// Whether the harness has to start a server for it.
  public var needsServer: Bool {
    switch self {
    case .sleep, .file: false
    case .echo(let spec): spec.ends == .server
    case .http(let spec): spec.targets.isEmpty
    case .compute, .serve: true
    }
  }
}

extension WorkloadSpec {
  /// Whether its client takes replies that are not quite as RFC 9112 has them.
  public var isLenient: Bool {
    switch self {
    case .sleep, .echo, .file: false
    case .http(let spec): spec.lenient ?? false
    case .compute(let spec): spec.http.lenient ?? false
    case .serve(let spec): spec.workload.isLenient
    }
  }
}

extension WorkloadSpec: Codable {
  private enum CodingKeys: String, CodingKey { case kind }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try container.decode(String.self, forKey: .kind)
    switch kind {
    case "sleep": self = .sleep(try SleepSpec(from: decoder))
    case "echo": self = .echo(try EchoSpec(from: decoder))
    case "http": self = .http(try HTTPSpec(from: decoder))
    case "file": self = .file(try FileSpec(from: decoder))
    case "compute": self = .compute(try ComputeSpec(from: decoder))
    case "serve": self = .serve(try ServeSpec(from: decoder))
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container,
        debugDescription: Spelling.isNot(kind, "a workload", among: Self.kinds, aliases: Self.otherNames))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    switch self {
    case .sleep(let spec): try spec.encode(to: encoder)
    case .echo(let spec): try spec.encode(to: encoder)
    case .http(let spec): try spec.encode(to: encoder)
    case .file(let spec): try spec.encode(to: encoder)
    case .compute(let spec): try spec.encode(to: encoder)
    case .serve(let spec): try spec.encode(to: encoder)
    }
  }
}
