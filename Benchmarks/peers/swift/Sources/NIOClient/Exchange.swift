import NIOCore
import NIOHTTP1
import NIOPieces
import PeerContract

/// The last handler of a lane's channel: turns what comes into the reply to the operation in hand, and judges it.
protocol ReplyHandler: ChannelInboundHandler, SendableMetatype {
  init(_ trial: Trial)

  /// Called once for each operation, with what was wrong.
  var completion: ((Failure?) -> Void)? { get set }
  /// Whether bytes of a reply have come.
  var isAnswered: Bool { get }

  /// Sends an operation's request.
  func send(_ number: UInt64, on channel: any Channel)
}

extension ReplyHandler {
  func complete(_ failure: Failure?) {
    let completion = self.completion
    self.completion = nil
    completion?(failure)
  }

  func channelInactive(context: ChannelHandlerContext) {
    complete(Failure(.prematureEnd))
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    complete(Failure(error))
    context.close(promise: nil)
  }
}

/// A message that comes back, window by window.
final class EchoHandler: ReplyHandler {
  typealias InboundIn = ByteBuffer

  var completion: ((Failure?) -> Void)?
  private(set) var isAnswered = false
  private let trial: Trial
  private var message = ByteBuffer()
  private var received = ByteBuffer()

  init(_ trial: Trial) { self.trial = trial }

  func send(_ number: UInt64, on channel: any Channel) {
    isAnswered = false
    trial.writeMessage(of: number, into: &message)
    sendWindow(on: channel)
  }

  private var window: ByteBuffer {
    message.getSlice(at: message.readerIndex, length: min(message.readableBytes, Trial.echoWindow))!
  }

  private func sendWindow(on channel: any Channel) {
    received.clear()
    channel.writeAndFlush(window, promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    isAnswered = true
    received.writeBuffer(&bytes)
    let window = window
    guard received.readableBytes >= window.readableBytes else { return }
    guard received == window else {
      return complete(Failure(received.readableBytes > window.readableBytes ? .unexpectedBytes : .wrongContent))
    }
    message.moveReaderIndex(forwardBy: window.readableBytes)
    if message.readableBytes > 0 { sendWindow(on: context.channel) } else { complete(nil) }
  }
}

/// A request and its reply, by the parts that NIOHTTP1 makes of it.
final class HTTPHandler: ReplyHandler {
  typealias InboundIn = HTTPClientResponsePart

  var completion: ((Failure?) -> Void)?
  private(set) var isAnswered = false
  private let trial: Trial
  private let headers: HTTPHeaders
  private var number: UInt64 = 0
  private var status = 0
  private var body = ByteBuffer()

  init(_ trial: Trial) {
    self.trial = trial
    headers = trial.requestHeaders
  }

  func send(_ number: UInt64, on channel: any Channel) {
    self.number = number
    isAnswered = false
    body.clear()
    let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: trial.target(of: number), headers: headers)
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    isAnswered = true
    switch unwrapInboundIn(data) {
    case .head(let head): status = Int(head.status.code)
    case .body(var bytes): body.writeBuffer(&bytes)
    case .end: complete(body.withUnsafeReadableBytes { trial.verify(number, status: status, body: $0) })
    }
  }
}
