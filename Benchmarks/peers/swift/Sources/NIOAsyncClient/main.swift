import NIOPieces
import PeerContract

// A client on SwiftNIO's asynchronous channels: a task per lane, which writes to and reads from its NIOAsyncChannel.

do {
  let trial = try Trial()
  switch trial.plan.workload {
  case .http: try await run(trial, HTTPExchange.self)
  case .echo: try await run(trial, EchoExchange.self)
  case .sleep:
    trial.ready()
    await finish(trial) { index in await Lane<EchoExchange>(trial: trial, index: index).sleep() }
  }
} catch {
  fail("\(error)")
}

func run<Conversation: Exchange>(_ trial: Trial, _: Conversation.Type) async throws {
  let lanes = (0..<trial.plan.lanes).map { Lane<Conversation>(trial: trial, index: $0) }
  var connections: [Lane<Conversation>.Connection] = []
  if trial.plan.keepsConnections {
    for lane in lanes { connections.append(try await lane.connect()) }
  }
  trial.ready()
  await finish(trial) { [connections] index in
    await lanes[index].run(on: connections.isEmpty ? nil : connections[index])
  }
}

/// Runs all lanes until none has anything left to do, or the window has ended; ends the program.
func finish(_ trial: Trial, _ runLane: @escaping @Sendable (Int) async -> Void) async {
  let remaining = trial.remaining
  await withTaskGroup(of: Void.self) { group in
    group.addTask {
      await withDiscardingTaskGroup { lanes in
        for index in 0..<trial.plan.lanes { lanes.addTask { await runLane(index) } }
      }
    }
    if let remaining { group.addTask { await pause(until: Trial.now + remaining) } }
    await group.next()
    trial.done()
  }
}
