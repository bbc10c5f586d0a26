import Foundation

/// What the harness asks of a client. Spans are nanoseconds, sizes are bytes.
public struct Plan: Decodable, Sendable {
  public enum Workload: String, Decodable, Sendable { case sleep, echo, http }

  public var contract: Int
  public var workload: Workload
  public var lanes: Int
  public var endpoint: String?
  var count: UInt64?
  var duration: UInt64?
  var warmup: UInt64?
  var capacity: UInt64
  var timeout: UInt64?
  var starts: String?
  var sleep: UInt64?
  public var size: Int?
  var delay: UInt32?
  var delays: String?
  var faults: String?
  var connection: String?
  var greeting: String?
  var content: String?
  var rows: String
  var record: Bool?

  enum CodingKeys: String, CodingKey {
    case contract, workload, lanes, endpoint, count
    case duration = "duration_ns"
    case warmup = "warmup_ns"
    case capacity
    case timeout = "timeout_ns"
    case starts
    case sleep = "sleep_ns"
    case size
    case delay = "delay_us"
    case delays, faults, connection, greeting, content, rows, record
  }

  public var keepsConnections: Bool { connection != "new" }
}

/// Where a server listens.
public enum Endpoint: Sendable {
  case tcp(host: String, port: Int)
  case unix(path: String)

  public init?(_ text: String) {
    if text.hasPrefix("unix:") {
      self = .unix(path: String(text.dropFirst("unix:".count)))
      return
    }
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]) else { return nil }
    self = .tcp(host: String(text[..<colon]), port: port)
  }

  /// The value of a request's Host field.
  public var authority: String {
    switch self {
    case .tcp(let host, let port): "\(host):\(port)"
    case .unix: "localhost"
    }
  }
}

/// Why an operation was not verified, with the errno or the status.
public struct Failure: Error {
  public enum Outcome: UInt16, Sendable {
    case verified = 0
    case errno, timeout, wrongContent, prematureEnd, status, malformed, unexpectedBytes
    case unfinished = 255
  }

  public var outcome: Outcome
  public var detail: UInt16

  public init(_ outcome: Outcome, detail: Int = 0) {
    self.outcome = outcome
    self.detail = UInt16(clamping: detail)
  }
}

/// Tells the harness why the client cannot start, and exits.
public func fail(_ reason: String) -> Never {
  say("failed " + reason.split(whereSeparator: \.isNewline).joined(separator: " "))
  exit(0)
}

func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
