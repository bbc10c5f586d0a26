import Dispatch
import Measurement
import SystemCalls
import Workloads

extension Acceptor where L: ~Copyable {
  /// Waits in blocking calls for a permit, of which each slot has one, and for a connection. Returns its lane, or nil
  /// once the server is to stop.
  func acceptBlocking(_ permits: DispatchSemaphore) -> Int? {
    permits.wait()
    while true {
      switch accept() {
      case .lane(let lane): return lane
      case .turnedAway: continue
      case .nobody, .exhausted: sleepBlocking(until: MonotonicClock.now + Self.pause)
      case .stopped:
        permits.signal()
        return nil
      }
    }
  }

  /// Drives a lane to its end on the calling thread.
  func carryBlocking(_ lane: Int, _ permits: DispatchSemaphore) {
    driveBlocking(lane, of: lanes, permits: permits)
    retire(lane)
    permits.signal()
  }
}
