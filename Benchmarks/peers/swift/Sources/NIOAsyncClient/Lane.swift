import NIOCore
import NIOPieces
import NIOPosix
import PeerContract

/// A lane, in a task of its own: takes an operation, waits for its time, connects where there is no connection, exchanges,
/// and again.
struct Lane<Conversation: Exchange>: Sendable {
  typealias Connection = NIOAsyncChannel<Conversation.Inbound, Conversation.Outbound>

  let trial: Trial
  let index: Int

  /// Connects. TCP_NODELAY is set by NIO itself.
  func connect() async throws -> Connection {
    let timeout = trial.timeout.map { TimeAmount.nanoseconds(Int64($0)) }
    let wrap: @Sendable (any Channel) -> EventLoopFuture<Connection> = { channel in
      channel.eventLoop.makeCompletedFuture {
        try Conversation.addHandlers(to: channel.pipeline.syncOperations)
        if let timeout { try channel.pipeline.syncOperations.addHandler(OperationTimeout(timeout)) }
        return try Connection(wrappingChannelSynchronously: channel)
      }
    }
    let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
    return switch trial.endpoint {
    case .tcp(let host, let port): try await bootstrap.connect(host: host, port: port, channelInitializer: wrap)
    case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: wrap)
    case nil: fail("there is no endpoint")
    }
  }

  /// Does operations until none is left, over one connection after another.
  /// - Parameter connection: one that is open already.
  func run(on connection: Connection?) async {
    var connection = connection
    var repeated: Trial.Operation?
    while let operation = if let repeated { repeated } else { await next() } {
      repeated = nil
      do {
        let open = if let connection { connection } else { try await connect() }
        repeated = await converse(over: open, from: operation)
      } catch {
        trial.finish(operation, Failure(error))
      }
      connection = nil
    }
  }

  /// Does operations over a connection until it has to be closed, or none is left.
  /// - Returns: an operation that is to be done once more, on a new connection, as this one was found closed.
  private func converse(over connection: Connection, from first: Trial.Operation) async -> Trial.Operation? {
    var repeated: Trial.Operation?
    // An error of closing is not one of an operation.
    try? await connection.executeThenClose { inbound, requests in
      var (replies, conversation, isUsed) = (inbound.makeAsyncIterator(), Conversation(trial), false)
      var operation: Trial.Operation? = first
      while let current = operation {
        do {
          try await conversation.run(current.number, requests, &replies)
          trial.finish(current, nil)
        } catch {
          let failure = Failure(error)
          let isStale = isUsed && !conversation.isAnswered && failure.isOfClosedConnection
          // A fault is asked for once: the server counts those that it did.
          if isStale && trial.fault(of: current.number) == 0 {
            repeated = current
          } else {
            trial.finish(current, failure)
          }
          return
        }
        guard trial.plan.keepsConnections else { return }
        isUsed = true
        operation = await next()
      }
    }
    return repeated
  }

  private func next() async -> Trial.Operation? {
    guard let operation = trial.take(lane: index) else { return nil }
    if let due = operation.due {
      await pause(until: due)
      trial.begin(operation, at: Trial.now)
    }
    return operation
  }

  /// Sleeps for each operation.
  func sleep() async {
    while let operation = await next() {
      await pause(until: Trial.now + trial.sleep)
      trial.finish(operation, nil)
    }
  }
}

/// Sleeps until an instant, in ns. Nobody cancels the task.
func pause(until instant: UInt64) async {
  while case let now = Trial.now, now < instant { try? await Task.sleep(nanoseconds: instant - now) }
}

/// Closes a channel on which an operation takes too long, with the error that its lane then sees.
final class OperationTimeout: ChannelOutboundHandler {
  typealias OutboundIn = NIOAny

  private let timeout: TimeAmount
  /// Of the operation that was written last.
  private var deadline = NIODeadline.distantFuture
  private var isScheduled = false

  init(_ timeout: TimeAmount) { self.timeout = timeout }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    deadline = .now() + timeout
    if !isScheduled { schedule(context) }
    context.write(data, promise: promise)
  }

  /// Once for all operations until then: most are over long before.
  private func schedule(_ context: ChannelHandlerContext) {
    isScheduled = true
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(deadline: deadline) {
      let (handler, context) = bound.value
      guard context.channel.isActive else { return }
      guard NIODeadline.now() >= handler.deadline else { return handler.schedule(context) }
      context.fireErrorCaught(Failure(.timeout))
      context.close(promise: nil)
    }
  }
}
