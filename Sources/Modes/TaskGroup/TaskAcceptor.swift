import Measurement
import SystemCalls
import Workloads

extension Acceptor where L: ~Copyable {
  /// The places on which tasks wait: one per lane, one for the listener, one for the signal to stop.
  var waiterCount: Int { lanes.count + 2 }
  fileprivate var listenerIndex: Int { lanes.count }
  fileprivate var stopIndex: Int { lanes.count + 1 }
}

extension TaskWaiter {
  /// Registers the listener and the signal to stop.
  func register<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) throws(Errno) {
    try register(acceptor.listener, at: acceptor.listenerIndex, alsoWritable: false)
    try register(Socket(descriptor: acceptor.stop.descriptor), at: acceptor.stopIndex, alsoWritable: false)
  }

  /// Runs a task that accepts, with a child task per connection, until the server is to stop.
  func serve<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) async {
    let shared = UnsafeMutablePointer<LaneTable<L>>.allocate(capacity: 1)
    shared.initialize(to: acceptor.lanes)
    defer { shared.deallocate() }
    nonisolated(unsafe) let lanes = UnsafePointer(shared)
    await withDiscardingTaskGroup { group in
      group.addTask { await accept(at: acceptor, lanes) }
      await readable(acceptor.stopIndex)
      group.cancelAll()
      endSleeps()
    }
  }

  /// A permit stands for a slot. When all slots are taken, further connections wait in the backlog.
  private func accept<L: Lane & ~Copyable>(at acceptor: Acceptor<L>, _ lanes: UnsafePointer<LaneTable<L>>) async {
    nonisolated(unsafe) let lanes = lanes
    await withDiscardingTaskGroup { group in
      await acquire(acceptor.listenerIndex)
      while true {
        switch acceptor.accept() {
        case .lane(let lane):
          do throws(Errno) {
            try register(acceptor.lanes.connections.socket(of: lane), at: lane, alsoWritable: false)
          } catch {
            acceptor.turnAway(lane)
            continue
          }
          group.addTask {
            await drive(lane, of: lanes)
            acceptor.retire(lane)
            release()
          }
          await acquire(acceptor.listenerIndex)
        // A client that reconnects again and again must not keep a thread from its tasks.
        case .turnedAway: await Task.yield()
        case .nobody: await readable(acceptor.listenerIndex)
        case .exhausted: await sleep(acceptor.listenerIndex, until: MonotonicClock.now + Acceptor<L>.pause)
        case .stopped: return
        }
      }
    }
  }
}
