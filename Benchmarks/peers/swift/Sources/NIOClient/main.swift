import NIOCore
import NIOPosix
import PeerContract

// A client on SwiftNIO: an event loop per processor, a channel per lane.

do {
  let trial = try Trial()
  switch trial.plan.workload {
  case .http: try run(trial, HTTPHandler.self)
  case .echo, .sleep: try run(trial, EchoHandler.self)
  }
} catch {
  fail("\(error)")
}

func run<Handler: ReplyHandler>(_ trial: Trial, _: Handler.Type) throws -> Never {
  let group = MultiThreadedEventLoopGroup.singleton
  let lanes = (0..<trial.plan.lanes).map { Lane<Handler>(trial, index: $0, on: group.next()) }
  if trial.plan.workload != .sleep && trial.plan.keepsConnections {
    for lane in lanes { try lane.connect().wait() }
  }
  trial.ready()
  let ended = EventLoopFuture.andAllComplete(lanes.map { $0.run() }, on: group.next())
  let closed = group.next().makePromise(of: Void.self)
  ended.cascade(to: closed)
  if let remaining = trial.remaining {
    group.next().scheduleTask(in: .nanoseconds(Int64(remaining))) { closed.succeed() }
  }
  try closed.futureResult.wait()
  trial.done()
}
