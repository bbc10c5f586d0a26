import Dispatch
import Glibc
import Measurement
import Synchronization
import Workloads

@testable import SystemCalls

/// What a faulty server does with one operation.
enum Fault: String, CaseIterable, Sendable {
  // Right answers in unusual forms.
  case healthy, chunked, closeDelimited, closesAfterwards
  /// Closes without announcing it.
  case closesSilently
  // Complete but wrong answers.
  case notFound, unavailable, moved
  // No answers.
  case reset, resetAtOnce, premature, prematureAtOnce, garbage, wrongContent, extraBytes
  // The same, with more bytes after the place of the error.
  case badLength, lastingGarbage
  // Answers that take too long.
  case never, drip
  // Unexpected answers: a second one soon after the first; one after 60 ms.
  case twice, late

  /// The kind under which the operation is counted; nil if it is verified.
  var kind: OutcomeKind? {
    switch self {
    case .healthy, .chunked, .closeDelimited, .closesAfterwards, .closesSilently, .twice, .late: nil
    case .notFound: .status(404)
    case .unavailable: .status(503)
    case .moved: .status(301)
    case .reset, .resetAtOnce: .errno(Errno(ECONNRESET))
    case .premature, .prematureAtOnce: .prematureEnd
    case .garbage, .lastingGarbage: .fault(.malformedStatusLine)
    case .badLength: .fault(.badContentLength)
    case .wrongContent: .wrongContent
    case .extraBytes: .unexpectedBytes
    case .never, .drip: .timeout
    }
  }

  /// Faults after which the connection ends by itself.
  static let prompt = allCases.filter { ![.badLength, .lastingGarbage, .never, .drip, .twice, .late].contains($0) }
}

/// A server on its own threads that answers each operation by a script. HTTP requests name the operation in their
/// target, as `/17` or `/?size=64&op=17`; echo messages do in their header.
final class FaultServer: Sendable {
  enum Dialect { case http, echo }

  typealias Script = @Sendable (_ operation: UInt64) -> Fault

  /// The content of every reply is this long.
  static let bodySize = 64
  private static let dripInterval: Int32 = 20

  let address: SocketAddress
  private let listener: Socket
  private let script: Script
  private let dialect: Dialect
  private let connections = Mutex<Set<Int32>>([])
  private let threads = DispatchGroup()

  init(_ dialect: Dialect = .http, _ script: @escaping Script) throws {
    self.dialect = dialect
    self.script = script
    listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
    try listener.setBlocking(true)
    address = try listener.localAddress()
    let (listener, threads) = (listener, threads)
    threads.enter()
    try Thread(name: "fault-accept") { [unowned self] in
      while let accepted = try? listener.accept() { begin(accepted.0) }
      threads.leave()
    }.detach()
  }

  /// Ends all connections and waits for the threads.
  func stop() {
    listener.shutdown()
    // The accepting thread may be about to add one more.
    repeat {
      connections.withLock { for descriptor in $0 { Socket(descriptor: descriptor).shutdown() } }
    } while threads.wait(timeout: .now() + .milliseconds(20)) == .timedOut
    listener.close()
  }

  private func begin(_ socket: Socket) {
    connections.withLock { _ = $0.insert(socket.descriptor) }
    threads.enter()
    let body: @Sendable () -> Void = { [unowned self] in
      try? socket.setBlocking(true)
      let resets = serve(socket)
      connections.withLock { _ = $0.remove(socket.descriptor) }
      if resets {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket.descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
      }
      socket.close()
      threads.leave()
    }
    do {
      try Thread(name: "fault-serve", body).detach()
    } catch {
      body()
    }
  }

  /// Answers until the connection ends. Returns true if it must be reset.
  private func serve(_ socket: Socket) -> Bool {
    var ahead: [UInt8] = []
    while true {
      let request: (operation: UInt64, bytes: [UInt8])?
      switch dialect {
      case .http: request = Self.nextRequest(socket, &ahead)
      case .echo: request = Self.nextMessage(socket, &ahead)
      }
      guard let (operation, bytes) = request else { return false }
      let fault = script(operation)
      let isOpen = dialect == .http ? answer(fault, operation, on: socket) : echo(bytes, fault, on: socket)
      if !isOpen {
        if fault == .reset || fault == .resetAtOnce { return true }
        finish(socket)
        return false
      }
    }
  }

  /// Sends nothing more, and reads the rest: closing with unread bytes would reset the connection.
  private func finish(_ socket: Socket) {
    Glibc.shutdown(socket.descriptor, Int32(SHUT_WR))
    takeAll(socket)
  }

  private func takeAll(_ socket: Socket) {
    var rest: [UInt8] = []
    while Self.receive(socket, &rest) { rest = [] }
  }

  // MARK: Requests

  private static func nextRequest(_ socket: Socket, _ ahead: inout [UInt8]) -> (UInt64, [UInt8])? {
    while true {
      if let end = ahead.firstRange(of: Array("\r\n\r\n".utf8)) {
        let target = String(decoding: ahead[..<end.lowerBound], as: UTF8.self).split(separator: " ")[1]
        ahead.removeFirst(end.upperBound)
        let digits = target.contains("op=") ? target.split(separator: "op=")[1] : target.dropFirst()
        return (UInt64(digits.prefix { $0.isNumber }) ?? 0, [])
      }
      guard receive(socket, &ahead) else { return nil }
    }
  }

  private static func nextMessage(_ socket: Socket, _ ahead: inout [UInt8]) -> (UInt64, [UInt8])? {
    while ahead.count < bodySize { guard receive(socket, &ahead) else { return nil } }
    let message = Array(ahead.prefix(bodySize))
    ahead.removeFirst(bodySize)
    return (message.withUnsafeBytes { UInt64(littleEndian: $0.load(as: UInt64.self)) }, message)
  }

  private static func receive(_ socket: Socket, _ ahead: inout [UInt8]) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 4096)
    guard case .bytes(let count) = chunk.withUnsafeMutableBytes({ socket.receive(into: $0) }), count > 0 else {
      return false
    }
    ahead += chunk[..<count]
    return true
  }

  // MARK: Answers

  /// Returns false if the connection must be closed.
  private func answer(_ fault: Fault, _ operation: UInt64, on socket: Socket) -> Bool {
    let body = Array(Pattern.content(of: operation, from: 0, count: Self.bodySize))
    func reply(_ body: [UInt8], status: String = "200 OK", fields: String = "Content-Length: 64\r\n") -> [UInt8] {
      Array("HTTP/1.1 \(status)\r\n\(fields)\r\n".utf8) + body
    }
    switch fault {
    case .healthy: return send(reply(body), on: socket)
    case .chunked:
      let first = Array("10\r\n".utf8) + body[..<16] + Array("\r\n".utf8)
      let second = Array("30;x=y\r\n".utf8) + body[16...] + Array("\r\n0\r\nX-Trailer: 1\r\n\r\n".utf8)
      return send(reply(first, fields: "Transfer-Encoding: chunked\r\n"), on: socket) && send(second, on: socket)
    case .closeDelimited:
      _ = send(reply(body, fields: ""), on: socket)
      return false
    case .closesAfterwards:
      _ = send(reply(body, fields: "Content-Length: 64\r\nConnection: close\r\n"), on: socket)
      return false
    case .closesSilently:
      _ = send(reply(body), on: socket)
      return false
    case .twice:
      guard send(reply(body), on: socket) else { return false }
      _ = poll(nil, 0, 5)
      return send(reply(body), on: socket)
    case .late:
      _ = poll(nil, 0, 60)
      return send(reply(body), on: socket)
    case .notFound: return send(reply(body, status: "404 Not Found"), on: socket)
    case .unavailable:
      let fields = "Content-Length: 64\r\nConnection: close\r\n"
      _ = send(reply(body, status: "503 Service Unavailable", fields: fields), on: socket)
      return false
    case .moved:
      let fields = "Location: /\r\nContent-Length: 0\r\n"
      return send(reply([], status: "301 Moved Permanently", fields: fields), on: socket)
    case .reset, .premature:
      _ = send(reply(Array(body.prefix(20))), on: socket)
      return false
    case .resetAtOnce, .prematureAtOnce: return false
    case .garbage, .lastingGarbage:
      let line = "\u{1}\u{2} this is no reply\r\n"
      _ = send(Array(String(repeating: line, count: fault == .garbage ? 1 : 9).utf8), on: socket)
      return false
    case .badLength: return send(reply(body, fields: "Content-Length: -64\r\n"), on: socket)
    case .wrongContent: return send(reply(body.map { $0 ^ 1 }), on: socket)
    case .extraBytes: return send(reply(body) + [0], on: socket)
    case .never:
      takeAll(socket)
      return false
    case .drip: return drip(reply(body), on: socket)
    }
  }

  private func echo(_ message: [UInt8], _ fault: Fault, on socket: Socket) -> Bool {
    switch fault {
    case .reset, .premature:
      _ = send(Array(message.prefix(20)), on: socket)
      return false
    case .resetAtOnce, .prematureAtOnce: return false
    case .wrongContent: return send(message.dropLast() + [message[message.count - 1] ^ 1], on: socket)
    case .extraBytes: return send(message + [0], on: socket)
    case .never: return true
    case .drip: return drip(message, on: socket)
    default: return send(message, on: socket)
    }
  }

  private func send(_ bytes: [UInt8], on socket: Socket) -> Bool {
    (try? bytes.withUnsafeBytes { try socket.sendAll($0) }) != nil
  }

  private func drip(_ bytes: [UInt8], on socket: Socket) -> Bool {
    for byte in bytes {
      guard send([byte], on: socket) else { return false }
      _ = poll(nil, 0, Self.dripInterval)
    }
    return true
  }

  /// The connections to the server that this process leaves open.
  var connectionsLeftOpen: [String] { address.connectionsLeftOpen }
}

extension SocketAddress {
  /// The connections to this address that this process leaves open, by their own addresses. Those of other tests, which may
  /// dial the port of a server that has gone, soon end. One that is forgotten stays.
  var connectionsLeftOpen: [String] {
    var open = openConnections
    for _ in 0..<3000 where !open.isEmpty {
      Interruption.pause(milliseconds: 10)
      open = openConnections
    }
    return open
  }

  /// The whole address is compared: a client that is bound to another one may have the same port.
  private var openConnections: [String] {
    (0..<Int32(8192)).compactMap { descriptor in
      let peer = try? SocketAddress { (address, length) throws(Errno) in
        guard getpeername(descriptor, address, length) == 0 else { throw .current }
      }
      guard peer?.description == description else { return nil }
      return (try? Socket(descriptor: descriptor).localAddress().description) ?? "closed meanwhile"
    }
  }
}
