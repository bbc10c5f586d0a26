import Glibc
import Measurement
import Modes
import Plan
import SystemCalls
import Workloads

/// Two slips of servers written for a tutorial, with a client that keeps its connections.
enum KeepAliveSlips {
  private static let timeout = Nanoseconds.milliseconds(300)

  /// What the server waits for before it answers.
  private enum Request { case head, endOfInput }

  /// How the server answers.
  private struct Reply {
    var head: String
    var closes: Bool

    static let withLength = Reply(head: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", closes: false)
    static func withoutLength(closes: Bool) -> Reply { Reply(head: "HTTP/1.1 200 OK\r\n\r\n", closes: closes) }
  }

  static func carryOut() throws -> LimitResult {
    let waits = try ask(Request.endOfInput, .withLength)
    let answers = try ask(Request.head, .withLength)
    let open = try ask(Request.head, .withoutLength(closes: false))
    let closed = try ask(Request.head, .withoutLength(closes: true))
    func observations(_ name: String, _ outcome: TrialOutcome, hangs: Bool) -> [LimitResult.Observation] {
      [
        LimitResult.Observation(
          "\(name): verified", .operations, exactly: hangs ? 0 : 1, measured: outcome.verified),
        LimitResult.Observation(
          "\(name): timed out", .operations, exactly: hangs ? 1 : 0, measured: outcome.failuresByKind[.timeout] ?? 0),
      ]
    }
    let hanging = [waits, answers, open, closed].map {
      ($0.failuresByKind[.timeout] ?? 0) > 0 ? "hung" : "was answered"
    }
    return LimitResult(
      .keepAliveSlips,
      observations("server reads to the end of input", waits, hangs: true)
        + observations("server reads to the end of the head", answers, hangs: false)
        + observations("no Content-Length, left open", open, hangs: true)
        + observations("no Content-Length, closed", closed, hangs: false),
      "A client that keeps its connection \(hanging[0]) where the server read to the end of input and \(hanging[1]) where "
        + "it read to the end of the head; without Content-Length it \(hanging[2]) as long as the connection stayed open "
        + "and \(hanging[3]) once it was closed.")
  }

  /// One operation over keep-alive, within its time.
  private static func ask(_ request: Request, _ reply: Reply) throws -> TrialOutcome {
    let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0), count: 1, blocking: true)[0]
    let address = try listener.localAddress()
    let server = try SystemCalls.Thread(name: "slip") {
      // One connection; what the client opens after it has given up is not answered.
      guard let connection = try? listener.accept(blocking: true)?.0 else { return }
      serve(connection, request, reply)
    }
    defer {
      listener.close()
      server.join()
    }
    var http = HTTPSpec()
    http.targets = [try HTTPTarget(parsing: "http://\(address)/")]
    http.timeout = timeout
    return try Trial.run(
      TrialSpec(
        mode: .epoll, workload: .http(http), concurrency: 1, operations: 1, duration: nil, warmup: .zero,
        deadline: .seconds(5), seed: 1, endpoints: [address.description], isOwnServer: false))
  }

  private static func serve(_ connection: Socket, _ request: Request, _ reply: Reply) {
    defer { connection.close() }
    var received: [UInt8] = []
    var isAnswered = false
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
    defer { bytes.deallocate() }
    while case .bytes(let count) = connection.receive(into: bytes) {
      received += bytes[..<count]
      let isWhole = request == .head ? received.suffix(4).elementsEqual("\r\n\r\n".utf8) : count == 0
      if isWhole && !isAnswered {
        _ = try? Array((reply.head + "ok").utf8).withUnsafeBytes { try connection.sendAll($0) }
        isAnswered = true
        if reply.closes { return }
      }
      if count == 0 { return }
    }
  }
}
