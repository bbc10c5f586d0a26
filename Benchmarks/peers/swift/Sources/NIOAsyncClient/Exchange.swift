import NIOCore
import NIOHTTP1
import NIOPieces
import PeerContract

/// Operations on an open channel, one after another.
protocol Exchange: SendableMetatype {
  associatedtype Inbound: Sendable
  associatedtype Outbound: Sendable
  typealias Replies = NIOAsyncChannelInboundStream<Inbound>.AsyncIterator
  typealias Requests = NIOAsyncChannelOutboundWriter<Outbound>

  init(_ trial: Trial)
  static func addHandlers(to pipeline: ChannelPipeline.SynchronousOperations) throws

  /// Whether bytes of a reply to the operation in hand have come.
  var isAnswered: Bool { get }

  /// Does an operation and verifies it; throws what was wrong.
  mutating func run(_ number: UInt64, _ requests: Requests, _ replies: inout Replies) async throws
}

/// A message that comes back, window by window.
struct EchoExchange: Exchange {
  typealias Inbound = ByteBuffer
  typealias Outbound = ByteBuffer

  private(set) var isAnswered = false
  private let trial: Trial
  private var message = ByteBuffer()

  init(_ trial: Trial) { self.trial = trial }

  static func addHandlers(to pipeline: ChannelPipeline.SynchronousOperations) {}

  mutating func run(_ number: UInt64, _ requests: Requests, _ replies: inout Replies) async throws {
    isAnswered = false
    trial.writeMessage(of: number, into: &message)
    while let window = message.readSlice(length: min(message.readableBytes, Trial.echoWindow)), window.readableBytes > 0
    {
      try await requests.write(window)
      try await receive(window, &replies)
    }
  }

  private mutating func receive(_ window: ByteBuffer, _ replies: inout Replies) async throws {
    var received = ByteBuffer()
    while received.readableBytes < window.readableBytes {
      guard var bytes = try await replies.next() else { throw Failure(.prematureEnd) }
      isAnswered = true
      if received.readableBytes == 0 { received = bytes } else { received.writeBuffer(&bytes) }
    }
    guard received == window else {
      throw Failure(received.readableBytes > window.readableBytes ? .unexpectedBytes : .wrongContent)
    }
  }
}

/// A request and its reply, by the parts that NIOHTTP1 makes of it.
struct HTTPExchange: Exchange {
  typealias Inbound = HTTPClientResponsePart
  typealias Outbound = HTTPClientRequestPart

  private(set) var isAnswered = false
  private let trial: Trial
  private let headers: HTTPHeaders

  init(_ trial: Trial) {
    self.trial = trial
    headers = trial.requestHeaders
  }

  static func addHandlers(to pipeline: ChannelPipeline.SynchronousOperations) throws {
    try pipeline.addHTTPClientHandlers()
  }

  mutating func run(_ number: UInt64, _ requests: Requests, _ replies: inout Replies) async throws {
    isAnswered = false
    let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: trial.target(of: number), headers: headers)
    try await requests.write(contentsOf: [.head(head), .end(nil)])
    var status = 0
    var body = ByteBuffer()
    while let part = try await replies.next() {
      isAnswered = true
      switch part {
      case .head(let head): status = Int(head.status.code)
      case .body(var bytes): body.writeBuffer(&bytes)
      case .end:
        if let failure = body.withUnsafeReadableBytes({ trial.verify(number, status: status, body: $0) }) {
          throw failure
        }
        return
      }
    }
    throw Failure(.prematureEnd)
  }
}
