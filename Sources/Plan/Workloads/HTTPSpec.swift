import Measurement

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
  /// The most bytes, and the most fields, that the head of a reply may have; nil for those that a client has unless told.
  public var maxHead: ByteCount?
  public var maxFields: Int?
  /// Whether replies are taken that are not as RFC 9112 has them where common clients take them; absent where not.
  public var lenient: Bool?

  /// To how many hosts and ports the targets lead.
  var addresses: Int { Set(targets.map(\.authority)).count }

  /// The header line that stands in place of the target's own, if there is one.
  var host: String? { headers.first(where: HTTPSyntax.isHost) }

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
