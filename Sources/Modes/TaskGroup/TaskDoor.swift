import Measurement
import SystemCalls
import Workloads

extension Door where L: ~Copyable {
  /// What tasks wait on: the lanes, and beyond them the listener and the signal to stop.
  var waiterCount: Int { lanes.count + 2 }
  fileprivate var listenerIndex: Int { lanes.count }
  fileprivate var stopIndex: Int { lanes.count + 1 }
}

extension TaskWaiter {
  /// Registers the listener and the signal to stop.
  func register<L: Lane & ~Copyable>(_ door: Door<L>) throws(Errno) {
    try register(door.listener, at: door.listenerIndex, alsoWritable: false)
    try register(Socket(descriptor: door.stop.descriptor), at: door.stopIndex, alsoWritable: false)
  }

  /// A task that accepts, with a child task per connection, until the server is to stop.
  func serve<L: Lane & ~Copyable>(_ door: Door<L>) async {
    let shared = UnsafeMutablePointer<LaneTable<L>>.allocate(capacity: 1)
    shared.initialize(to: door.lanes)
    defer { shared.deallocate() }
    nonisolated(unsafe) let lanes = UnsafePointer(shared)
    await withDiscardingTaskGroup { group in
      group.addTask { await accept(at: door, lanes) }
      await readable(door.stopIndex)
      group.cancelAll()
      endSleeps()
    }
  }

  /// A permit stands for a slot: above as many connections as there are slots, the next ones wait in the backlog.
  private func accept<L: Lane & ~Copyable>(at door: Door<L>, _ lanes: UnsafePointer<LaneTable<L>>) async {
    nonisolated(unsafe) let lanes = lanes
    await withDiscardingTaskGroup { group in
      await acquire(door.listenerIndex)
      while true {
        switch door.accept() {
        case .lane(let lane):
          do throws(Errno) {
            try register(door.lanes.connections.socket(of: lane), at: lane, alsoWritable: false)
          } catch {
            door.turnAway(lane)
            continue
          }
          group.addTask {
            await drive(lane, of: lanes)
            door.retire(lane)
            release()
          }
          await acquire(door.listenerIndex)
        // Whoever comes again and again does not keep a thread from its tasks.
        case .turnedAway: await Task.yield()
        case .nobody: await readable(door.listenerIndex)
        case .exhausted: await sleep(door.listenerIndex, until: MonotonicClock.now + Door<L>.pause)
        case .stopped: return
        }
      }
    }
  }
}
