import NIOCore
import NIOPieces
import NIOPosix
import PeerContract

/// A lane on an event loop: takes an operation, waits for its time, connects where there is no connection, exchanges,
/// and again. All of it happens on that loop.
final class Lane<Handler: ReplyHandler>: @unchecked Sendable {
  private let trial: Trial
  private let index: Int
  private let loop: any EventLoop
  private let ended: EventLoopPromise<Void>
  private let isHTTP: Bool
  private var connection: (channel: any Channel, handler: Handler)?
  private var isUsed = false
  private var timer: Scheduled<Void>?

  init(_ trial: Trial, index: Int, on loop: any EventLoop) {
    self.trial = trial
    self.index = index
    self.loop = loop
    isHTTP = trial.plan.workload == .http
    ended = loop.makePromise()
  }

  /// Connects. TCP_NODELAY is set by NIO itself.
  func connect() -> EventLoopFuture<Void> {
    let bootstrap = ClientBootstrap(group: loop).channelInitializer { [trial, isHTTP] channel in
      channel.eventLoop.makeCompletedFuture {
        if isHTTP { try channel.pipeline.syncOperations.addHTTPClientHandlers() }
        try channel.pipeline.syncOperations.addHandler(Handler(trial))
      }
    }
    let channel =
      switch trial.endpoint {
      case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
      case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
      case nil: fail("there is no endpoint")
      }
    return channel.flatMapThrowing { channel in
      self.connection = (channel, try channel.pipeline.syncOperations.handler(type: Handler.self))
      self.isUsed = false
    }
  }

  /// Does operations until none is left.
  func run() -> EventLoopFuture<Void> {
    loop.execute { self.next() }
    return ended.futureResult
  }

  private func next() {
    guard let operation = trial.take(lane: index) else { return ended.succeed() }
    if let due = operation.due {
      wait(until: due) {
        self.trial.begin(operation, at: Trial.now)
        self.begin(operation)
      }
    } else {
      begin(operation)
    }
  }

  private func begin(_ operation: Trial.Operation) {
    if trial.plan.workload == .sleep {
      wait(until: Trial.now + trial.sleep) { self.finish(operation, nil) }
      return
    }
    if let timeout = trial.timeout {
      timer = loop.scheduleTask(in: .nanoseconds(Int64(timeout))) {
        self.connection?.handler.completion = nil
        self.finish(operation, Failure(.timeout))
      }
    }
    attempt(operation, isLast: false)
  }

  private func attempt(_ operation: Trial.Operation, isLast: Bool) {
    guard let connection else {
      connect().whenComplete { result in
        switch result {
        case .success: self.attempt(operation, isLast: isLast)
        case .failure(let error): self.finish(operation, Failure(error))
        }
      }
      return
    }
    connection.handler.completion = { failure in
      let isStale = self.isUsed && !connection.handler.isAnswered && failure?.isOfClosedConnection == true
      // A fault is asked for once: the server counts those that it did.
      if isStale && !isLast && self.trial.fault(of: operation.number) == 0 {
        self.close()
        self.attempt(operation, isLast: true)
      } else {
        self.finish(operation, failure)
      }
    }
    connection.handler.send(operation.number, on: connection.channel)
  }

  private func finish(_ operation: Trial.Operation, _ failure: Failure?) {
    timer?.cancel()
    timer = nil
    isUsed = true
    if failure != nil || !trial.plan.keepsConnections { close() }
    trial.finish(operation, failure)
    next()
  }

  private func close() {
    connection?.channel.close(promise: nil)
    connection = nil
  }

  private func wait(until instant: UInt64, _ body: @escaping () -> Void) {
    let now = Trial.now
    guard now < instant else { return body() }
    nonisolated(unsafe) let body = body
    loop.assumeIsolated().scheduleTask(in: .nanoseconds(Int64(instant - now))) { self.wait(until: instant, body) }
  }
}
