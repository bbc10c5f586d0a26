import Dispatch
import Glibc
import Measurement
import Plan
import Synchronization
import SystemCalls
import Workloads

extension ModeID {
  public static let threads = ModeID("threads")
}

/// A POSIX thread per lane, in blocking calls: `dispatch` without its limit on threads.
enum ThreadsMode: Mode {
  static let description = ModeDescription(
    .threads, .reference, "a POSIX thread per lane, with a small stack, in blocking calls",
    otherNames: ["pthread", "pthreads"], .init("#7F7F7F", dash: 3, marker: 4, ink: 244), .threads)

  static let blocks = true
  static let isMultithreaded = true

  /// Bytes; untouched pages take no memory.
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

  /// The calling thread accepts; each connection has a thread. If the system cannot create a thread, the accepted
  /// connection waits for one.
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

/// Holds threads back until all of them exist, so that either all lanes are driven or none.
private final class StartingGun: Sendable {
  private let gate = DispatchGroup()
  private let isCalledOff = Atomic(false)

  init() { gate.enter() }

  func fire() { gate.leave() }

  func callOff() {
    isCalledOff.store(true, ordering: .releasing)
    gate.leave()
  }

  /// Waits for the start; returns whether it takes place.
  func wait() -> Bool {
    gate.wait()
    return !isCalledOff.load(ordering: .acquiring)
  }
}
