import Measurement

/// One operation is an HTTP/1.1 request and its reply.
public struct HTTPSpec: WorkloadParameters {
  public enum Connection: String, OptionChoice {
    /// One connection per lane, for as long as the server keeps it open.
    case keepAlive = "keep-alive"
    /// A new connection for every operation.
    case new
  }

  public var method = "GET"
  /// Whole header lines, such as `Accept: */*`. A `Host` line replaces the target's.
  public var headers: [String] = []
  public var body = ""
  /// Servers to use in turn, instead of the built-in one; `{i}` in a path is the operation's number.
  public var targets: [HTTPTarget] = []

  public var connection = Connection.keepAlive
  /// The built-in server's delay before it answers.
  public var delay = Delay.none
  /// The size of the built-in server's body; nil for the greeting.
  public var size: ByteCount?
  public var timeout = Nanoseconds.seconds(10)
  /// The built-in server's faults; nil for none.
  public var faults: FaultMix?
  /// Whether the replies are kept and written out in order.
  public var gather = false
  /// The maximum bytes and fields of a reply's head; nil for the defaults of a client.
  public var maxHead: ByteCount?
  public var maxFields: Int?
  /// Whether to accept replies that deviate from RFC 9112 in ways that common clients accept; nil for no.
  public var lenient: Bool?

  public init() {}

  public static let kind = "http"
  public static let about = "one HTTP/1.1 request with a verified reply, to the built-in server or any other"
  public static let otherNames = ["get", "web", "https"]

  public static let options: [WorkloadOption<HTTPSpec>] = [
    WorkloadOption(
      "method", \.method, "request method", placeholder: "NAME", unlessGiven: HTTPSpec().method, elsewhere: ["x"]
    ),
    WorkloadOption(
      "headers", \.headers,
      "header line; may be repeated; Host replaces the target's; {i} is the operation's number", flag: "header",
      elsewhere: ["h", "headers"]),
    WorkloadOption("body", \.body, "request body", elsewhere: ["b", "data"]),
    WorkloadOption(
      "targets", \.targets,
      "use this server instead of the built-in one; may be repeated; {i} is the operation's number", flag: "target",
      elsewhere: ["u", "url", "host", "uri"]),
    WorkloadOption(
      "connection", \.connection, "keep-alive, or new for each operation",
      unlessGiven: HTTPSpec().connection.rawValue,
      words: { $0.connection == .new ? "a new connection each" : "keep-alive" }),
    WorkloadOption(
      "size", \.size, "bytes of a body of the built-in server", unlessGiven: "a greeting", elsewhere: ["s", "bs"],
      words: { $0.size.map { "\($0.spaced) replies" } }),
    WorkloadOption("max_head", \.maxHead, "maximum size of a reply's head; 64KiB unless given"),
    WorkloadOption(
      "max_fields", \.maxFields, "maximum number of header fields in a reply; 1000 unless given",
      expected: "a number of fields"),
    WorkloadOption(
      "lenient", \.lenient, "accept spaces after a chunk size, and count such replies",
      words: { $0.isLenient ? "read leniently" : nil }),
    WorkloadOption("delay", \.delay, Delay.help, unlessGiven: "0", words: { $0.delay.words }),
    WorkloadOption("timeout", \.timeout, EchoSpec.timeoutHelp, unlessGiven: "\(HTTPSpec().timeout)"),
    WorkloadOption("faults", \.faults, FaultMix.help, part: .faults, words: { $0.faults?.words }),
    WorkloadOption("gather", \.gather, "keep the replies, in order, as replies/*.jsonl in the run's folder"),
  ]

  public var spec: WorkloadSpec { .http(self) }

  public var headline: String {
    let others = targets.count > 1 ? " and \(targets.count - 1) more" : ""
    return "HTTP \(method)" + (targets.first.map { " \($0)\(others)" } ?? "")
  }

  public var leastDuration: Nanoseconds { targets.isEmpty ? delay.mean + stalled : .zero }
  public var wait: Double? { delay.meanSeconds }
  public var descriptorsPerLane: Int { connection == .keepAlive ? max(1, addresses) : 1 }
  public var needsServer: Bool { targets.isEmpty }
  public var usesPorts: Bool { true }
  public var usesLoopback: Bool { targets.isEmpty }
  public var opensConnections: Bool { connection == .new }
  public var isLenient: Bool { lenient ?? false }
  public var features: [ModeDescription.Feature] { targets.isEmpty ? faults == nil ? [] : [.faults] : [.targets] }

  /// The number of distinct hosts and ports of the targets.
  package var addresses: Int { Set(targets.map(\.authority)).count }

  /// The header line that replaces the target's own Host, if there is one.
  var host: String? { headers.first(where: HTTPSyntax.isHost) }

  public mutating func settle() {
    faults = faults?.unlessEmpty
    if lenient == false { lenient = nil }
  }

  public func complaint() -> (key: String, text: String)? {
    if !HTTPSyntax.isToken(method) { return ("method", "'\(method)' is not an HTTP method") }
    if method == "CONNECT" { return ("method", "CONNECT opens a tunnel, which is not an operation") }
    if let complaint = headers.lazy.compactMap(Self.complaint(aboutHeader:)).first { return ("headers", complaint) }
    if headers.count(where: HTTPSyntax.isHost) > 1 { return ("headers", "have 'Host' twice; a request has one") }
    if !body.isEmpty && (method == "GET" || method == "HEAD") { return ("body", "goes with a method such as POST") }
    if !targets.isEmpty && (delay != .none || size != nil) {
      return ("targets", "cannot be combined with delay or size, which only the built-in server understands")
    }
    if size?.count ?? 0 > 1 << 30 { return ("size", "is over 1GiB") }
    if let complaint = WorkloadSpec.complaint(about: timeout) { return ("timeout", complaint) }
    if let maxHead, !(1 << 10...16 << 20).contains(maxHead.count) {
      return ("max_head", "\(maxHead) is outside 1KiB … 16MiB")
    }
    if let maxFields, !(1...10_000).contains(maxFields) {
      return ("max_fields", "\(maxFields) is not a number of fields; it must be from 1 to 10000")
    }
    guard let faults else { return nil }
    if !targets.isEmpty {
      return ("faults", "cannot be combined with targets; only the built-in server understands them")
    }
    return faults.complaint(within: timeout).map { ("faults", $0) }
  }

  private static func complaint(aboutHeader header: String) -> String? {
    if !HTTPSyntax.isField(header) { return "'\(header)' is not a header line such as 'Accept: */*'" }
    let name = header.prefix { $0 != ":" }.lowercased()
    if ["content-length", "transfer-encoding", "connection"].contains(name) {
      return "'\(name)' is set by the client itself"
    }
    return HTTPSyntax.isHost(header) ? HTTPSyntax.complaint(aboutHost: header) : nil
  }
}
