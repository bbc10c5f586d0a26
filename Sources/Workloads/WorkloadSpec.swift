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

/// One operation waits for `duration`.
public struct SleepSpec: Hashable, Sendable, Codable {
  public var duration: Nanoseconds = .seconds(1)

  public init(duration: Nanoseconds = .seconds(1)) { self.duration = duration }

  public init(from decoder: any Decoder) throws {
    let fields = try StrictFields(decoder, of: CodingKeys.self, besides: ["kind"])
    duration = try fields.value(.duration) ?? duration
    if let complaint = WorkloadSpec.complaint(about: duration) { try fields.check(.duration, false, complaint) }
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
    if let complaint = WorkloadSpec.complaint(about: timeout) { try fields.check(.timeout, false, complaint) }
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
  /// Whole header lines, such as `Accept: */*`. A `Host` among them stands in place of the target's.
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
  /// The most bytes, and the most fields, that the head of a reply may have; nil for those of ``HTTPReader/Rules/client``.
  public var maxHead: ByteCount?
  public var maxFields: Int?
  /// Whether replies are taken that are not as RFC 9112 has them where common clients take them; absent where not.
  public var lenient: Bool?

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
    maxHead = try fields.value(.maxHead)
    maxFields = try fields.value(.maxFields)
    lenient = try (fields.value(.lenient) as Bool?).flatMap { $0 ? true : nil }
    try check(fields)
  }

  private func check(_ fields: StrictFields<CodingKeys>) throws {
    try fields.check(.method, HTTPSyntax.isToken(method), "'\(method)' is not an HTTP method")
    try fields.check(.method, method != "CONNECT", "CONNECT opens a tunnel, which is not an operation")
    for header in headers {
      try fields.check(.headers, HTTPSyntax.isField(header), "'\(header)' is not a header line such as 'Accept: */*'")
      let name = header.prefix { $0 != ":" }.lowercased()
      try fields.check(
        .headers, !["content-length", "transfer-encoding", "connection"].contains(name),
        "'\(name)' is set by the client itself")
      if HTTPSyntax.isHost(header), let complaint = HTTPSyntax.complaint(aboutHost: header) {
        try fields.check(.headers, false, complaint)
      }
    }
    try fields.check(.headers, headers.count(where: HTTPSyntax.isHost) < 2, "have 'Host' twice; a request has one")
    try fields.check(.body, body.isEmpty || (method != "GET" && method != "HEAD"), "goes with a method such as POST")
    let asks = delay != .none || size != nil
    try fields.check(
      .targets, targets.isEmpty || !asks, "cannot be told a delay or a size; those are asked of the own server")
    try fields.check(.size, (size?.count ?? 0) <= 1 << 30, "is over 1GiB")
    if let complaint = WorkloadSpec.complaint(about: timeout) { try fields.check(.timeout, false, complaint) }
    if let maxHead {
      try fields.check(.maxHead, (1 << 10...16 << 20).contains(maxHead.count), "\(maxHead) is outside 1KiB … 16MiB")
    }
    if let maxFields {
      try fields.check(
        .maxFields, (1...10_000).contains(maxFields),
        "\(maxFields) is not a number of fields; it must be from 1 to 10000")
    }
    guard let faults else { return }
    try fields.check(.faults, targets.isEmpty, "are asked of the own server; a target cannot be told")
    if let complaint = faults.complaint(within: timeout) { try fields.check(.faults, false, complaint) }
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case method, headers, body, targets, connection, delay, size, timeout, faults, gather
    case maxHead = "max_head"
    case maxFields = "max_fields"
    case lenient
  }
}

extension HTTPSpec {
  /// The header line that stands in place of the target's own, if there is one.
  var host: String? { headers.first(where: HTTPSyntax.isHost) }

  /// How replies are read.
  var rules: HTTPReader.Rules {
    var rules = HTTPReader.Rules.client
    if let maxHead { (rules.head, rules.line) = (maxHead.count, maxHead.count) }
    rules.fields = maxFields ?? rules.fields
    rules.isLenient = lenient ?? false
    return rules
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
