import Dispatch
import Glibc
import Measurement
import Plan
import Synchronization
import SystemCalls
import Workloads

/// A POSIX thread per lane, in blocking calls: `dispatch` without a limit to its threads.
enum ThreadsMode: Mode {
  static let id = ModeID.threads
  static let blocks = true
  static let isMultithreaded = true

  /// Bytes; pages that are not touched take no memory.
  static let stackSize = 64 << 10

  static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) throws(Errno) {
    let permits = DispatchSemaphore(value: lanes.limit ?? lanes.count)
    let start = StartingGun()
    var threads: [SystemCalls.Thread] = []
    threads.reserveCapacity(lanes.count)
    defer { for thread in threads { thread.join() } }
    do throws(Errno) {
      for index in 0..<lanes.count {
        let thread = try SystemCalls.Thread(name: "lane", stackSize: stackSize) {
          if start.wait() { driveBlocking(index, of: lanes, permits: permits) }
        }
        threads.append(thread)
      }
    } catch {
      start.callOff()
      throw error
    }
    start.fire()
  }

  /// The calling thread accepts; each connection has a thread. Where the system makes no more threads, whoever has been
  /// accepted waits for one.
  static func serve<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) {
    let group = DispatchGroup()
    let permits = DispatchSemaphore(value: acceptor.lanes.count)
    while let lane = acceptor.acceptBlocking(permits) {
      group.enter()
      var thread: SystemCalls.Thread?
      while thread == nil {
        thread = try? SystemCalls.Thread(name: "lane", stackSize: stackSize) {
          acceptor.carryBlocking(lane, permits)
          group.leave()
        }
        if thread == nil { sleepBlocking(until: MonotonicClock.now + Acceptor<L>.pause) }
      }
      thread?.detach()
    }
    group.wait()
  }
}

/// Holds threads back until all of them are there, so that either every lane is driven or none.
private final class StartingGun: Sendable {
  private let gate = DispatchGroup()
  private let isCalledOff = Atomic(false)

  init() { gate.enter() }

  func fire() { gate.leave() }

  func callOff() {
    isCalledOff.store(true, ordering: .releasing)
    gate.leave()
  }

  /// Whether to go.
  func wait() -> Bool {
    gate.wait()
    return !isCalledOff.load(ordering: .acquiring)
  }
}
