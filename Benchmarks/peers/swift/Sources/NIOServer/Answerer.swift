import NIOCore
import NIOHTTP1
import PeerContract

/// Answers with a greeting or an operation's content, after the delay that is asked for.
final class Answerer: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let content: Content
  private var target = ""
  private var keepsConnection = true

  init(_ content: Content) { self.content = content }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      target = head.uri
      keepsConnection = head.isKeepAlive
    case .body: break
    case .end:
      guard let asked = Asked(target) else { return reply(.badRequest, ByteBuffer(), context) }
      guard asked.delay > .zero else { return answer(asked, context) }
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      context.eventLoop.scheduleTask(in: asked.delay) {
        let (handler, context) = bound.value
        handler.answer(asked, context)
      }
    }
  }

  private func answer(_ asked: Asked, _ context: ChannelHandlerContext) {
    guard let size = asked.size else {
      let client = context.remoteAddress?.ipAddress ?? "UNIX"
      return reply(.ok, ByteBuffer(string: "Hello, \(client)!"), context)
    }
    var body = context.channel.allocator.buffer(capacity: size)
    content.withPieces(of: asked.operation, from: 0, count: size) { body.writeBytes($0) }
    reply(.ok, body, context)
  }

  private func reply(_ status: HTTPResponseStatus, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
    let headers = HTTPHeaders([("Content-Type", "text/plain"), ("Content-Length", "\(body.readableBytes)")])
    let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
    if !keepsConnection {
      let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
      written.whenComplete { _ in bound.value.close(promise: nil) }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// What a request asks for.
struct Asked {
  var delay = TimeAmount.zero
  var size: Int?
  var operation: UInt64 = 0

  init?(_ target: String) {
    guard let mark = target.firstIndex(of: "?") else { return }
    for field in target[target.index(after: mark)...].split(separator: "&") {
      let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      switch parts[0] {
      case "delay":
        guard let delay = Self.time(parts[1]) else { return nil }
        self.delay = delay
      case "size":
        guard let size = Int(parts[1]), size >= 0 else { return nil }
        self.size = size
      case "op":
        guard let operation = UInt64(parts[1]) else { return nil }
        self.operation = operation
      default: break
      }
    }
  }

  /// Reads a time such as `2ms`.
  private static func time(_ text: Substring) -> TimeAmount? {
    let digits = text.prefix(while: \.isNumber)
    guard let count = Int64(digits) else { return nil }
    return switch text.dropFirst(digits.count) {
    case "us": .microseconds(count)
    case "ms": .milliseconds(count)
    case "s": .seconds(count)
    default: nil
    }
  }
}

/// Sends back the received bytes, message by message, each after the delay that it asks for.
final class Echoer: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// What has come of a header, or while a message is delayed.
  private var received = ByteBuffer()
  /// Bytes of the message in hand that have not come.
  private var left = 0
  private var isDelayed = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    if isDelayed || left == 0 {
      received.writeBuffer(&bytes)
      if !isDelayed { takeMessages(context) }
    } else {
      send(&bytes, context)
      if bytes.readableBytes > 0 {
        received.writeBuffer(&bytes)
        takeMessages(context)
      }
    }
  }

  private func takeMessages(_ context: ChannelHandlerContext) {
    while left == 0, received.readableBytes >= Trial.echoHeader {
      let at = received.readerIndex
      left = Int(received.getInteger(at: at + 8, endianness: .little, as: UInt32.self) ?? 0)
      let delay = received.getInteger(at: at + 12, endianness: .little, as: UInt32.self) ?? 0
      guard left >= Trial.echoHeader else { return context.close(promise: nil) }
      guard delay > 0 else {
        sendReceived(context)
        continue
      }
      isDelayed = true
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      context.eventLoop.scheduleTask(in: .microseconds(Int64(delay))) {
        let (handler, context) = bound.value
        handler.isDelayed = false
        handler.sendReceived(context)
        handler.takeMessages(context)
      }
      return
    }
  }

  private func sendReceived(_ context: ChannelHandlerContext) {
    send(&received, context)
    if received.readableBytes == 0 { received.clear() }
  }

  private func send(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
    guard let piece = bytes.readSlice(length: min(left, bytes.readableBytes)) else { return }
    left -= piece.readableBytes
    context.writeAndFlush(wrapOutboundOut(piece), promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
