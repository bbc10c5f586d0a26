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
    let stalled = UInt64((faults?.stall ?? 0) * Double(timeout.count))
    return switch self {
    case .sleep(let spec): spec.duration
    case .echo(let spec): Nanoseconds(spec.delay.mean.count + stalled)
    case .http(let spec): spec.targets.isEmpty ? Nanoseconds(spec.delay.mean.count + stalled) : .zero
    case .file: .zero
    case .compute(let spec): Nanoseconds(spec.http.delay.mean.count + spec.work.count)
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

/// One operation waits for `duration`.
public struct SleepSpec: Hashable, Sendable, Codable {
  public var duration: Nanoseconds = .seconds(1)

  public init(duration: Nanoseconds = .seconds(1)) { self.duration = duration }

  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, of: CodingKeys.self, besides: ["kind"])
    duration = try fields.value(.duration) ?? duration
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case duration }
}

/// One operation sends `size` bytes and receives them back.
public struct EchoSpec: Hashable, Sendable, Codable {
  public enum Transport: String, Codable, Sendable, CaseIterable { case tcp, unix }
  /// Where the far end is: in the server's process, or in the mode under test beside the near one.
  public enum Ends: String, Codable, Sendable, CaseIterable { case server, both }

  public var transport = Transport.tcp
  public var size = ByteCount(64)
  public var delay = Delay.none
  public var ends = Ends.server
  public var timeout = Nanoseconds.seconds(10)
  /// What the server is to do wrong; nil for nothing.
  public var faults: FaultMix?

  public init() {}

  public init(from decoder: any Decoder) throws { try self.init(from: decoder, besides: ["kind"]) }

  init(from decoder: any Decoder, besides: [String]) throws {
    let fields = try StrictFields(decoder, of: CodingKeys.self, besides: besides)
    transport = try fields.value(.transport) ?? transport
    size = try fields.value(.size) ?? size
    delay = try fields.value(.delay) ?? delay
    ends = try fields.value(.ends) ?? ends
    timeout = try fields.value(.timeout) ?? timeout
    faults = try (fields.value(.faults) as FaultMix?)?.unlessEmpty
    try fields.check(
      .size, size.count >= EchoClient.smallestSize && size.count <= Int(UInt32.max),
      "is outside 16B (the header that asks for the answer) … 4GiB")
    guard let faults else { return }
    try fields.check(.faults, ends == .server, "are those of a server of its own, and go with ends server")
    try fields.check(
      .faults, faults.reset == 0 || transport == .tcp, "have a reset, which a UNIX socket does not know; use tcp")
    if let complaint = faults.complaint(within: timeout) { try fields.check(.faults, false, complaint) }
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case transport, size, delay, ends, timeout, faults }
}

/// One operation is an HTTP/1.1 request and its reply.
public struct HTTPSpec: Hashable, Sendable, Codable {
  public enum Connection: String, Codable, Sendable, CaseIterable {
    /// One connection per lane, for as long as the server keeps it.
    case keepAlive = "keep-alive"
    /// A new connection for every operation.
    case new
  }

  public var method = "GET"
  /// Whole header lines, such as `Accept: */*`.
  public var headers: [String] = []
  public var body = ""
  /// Servers to ask instead of the one that the harness starts, in turn; `{i}` in a path is the operation's number.
  public var targets: [HTTPTarget] = []

  public var connection = Connection.keepAlive
  /// Asked of the harness's own server: how long it waits before it answers.
  public var delay = Delay.none
  /// Asked of the harness's own server: the body's size; nil asks for the greeting.
  public var size: ByteCount?
  public var timeout = Nanoseconds.seconds(10)
  /// What the harness's own server is to do wrong; nil for nothing.
  public var faults: FaultMix?
  /// Whether the replies are kept, and written out in order.
  public var gather = false

  /// To how many hosts and ports the targets lead.
  var addresses: Int { Set(targets.map(\.authority)).count }

  public init() {}

  public init(from decoder: any Decoder) throws { try self.init(from: decoder, besides: ["kind"]) }

  init(from decoder: any Decoder, besides: [String]) throws {
    let fields = try StrictFields(decoder, of: CodingKeys.self, besides: besides)
    method = try fields.value(.method) ?? method
    headers = try fields.value(.headers) ?? headers
    body = try fields.value(.body) ?? body
    targets = try fields.value(.targets) ?? targets
    connection = try fields.value(.connection) ?? connection
    delay = try fields.value(.delay) ?? delay
    size = try fields.value(.size)
    timeout = try fields.value(.timeout) ?? timeout
    faults = try (fields.value(.faults) as FaultMix?)?.unlessEmpty
    gather = try fields.value(.gather) ?? gather
    try check(fields)
  }

  private func check(_ fields: StrictFields<CodingKeys>) throws {
    try fields.check(.method, HTTPSyntax.isToken(method), "'\(method)' is not an HTTP method")
    try fields.check(.method, method != "CONNECT", "CONNECT opens a tunnel, which is not an operation")
    for header in headers {
      try fields.check(.headers, HTTPSyntax.isField(header), "'\(header)' is not a header line such as 'Accept: */*'")
      let name = header.prefix { $0 != ":" }.lowercased()
      try fields.check(
        .headers, !["host", "content-length", "transfer-encoding", "connection"].contains(name),
        "'\(name)' is set by the client itself")
    }
    try fields.check(.body, body.isEmpty || (method != "GET" && method != "HEAD"), "goes with a method such as POST")
    let asks = delay != .none || size != nil
    try fields.check(
      .targets, targets.isEmpty || !asks, "cannot be told a delay or a size; those are asked of the own server")
    try fields.check(.size, (size?.count ?? 0) <= 1 << 30, "is over 1GiB")
    guard let faults else { return }
    try fields.check(.faults, targets.isEmpty, "are asked of the own server; a target cannot be told")
    if let complaint = faults.complaint(within: timeout) { try fields.check(.faults, false, complaint) }
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case method, headers, body, targets, connection, delay, size, timeout, faults, gather
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
