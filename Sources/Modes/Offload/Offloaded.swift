import Synchronization
import SystemCalls

/// The work that a pool has completed for one loop and the loop has not taken yet. It consists of a lock-free list that
/// any thread may add to (Treiber, "Systems programming: coping with parallelism", 1986) and an eventfd that the loop
/// waits on.
struct Offloaded: ~Copyable {
  private typealias Request = OffloadPool.Request

  /// The address of the latest completed request; 0 for none.
  private let newest = Atomic<UInt>(0)
  private let wakeUp: WakeUp

  init() throws(Errno) { wakeUp = try WakeUp() }

  /// Becomes readable with the first request completed since `drain`.
  var descriptor: Int32 { wakeUp.descriptor }

  func append(_ request: UnsafeMutablePointer<OffloadPool.Request>) {
    var newest = newest.load(ordering: .relaxed)
    while true {
      request.pointee.next = UnsafeMutablePointer(bitPattern: newest)
      let (exchanged, seen) = self.newest.weakCompareExchange(
        expected: newest, desired: UInt(bitPattern: request), ordering: .releasing)
      if exchanged { break }
      newest = seen
    }
    if newest == 0 { wakeUp.signal() }
  }

  /// Takes all completed requests and calls `body` for each, oldest first, with its lane and the result of
  /// `Work.perform`.
  @inline(__always)
  func drain(_ body: (_ lane: Int, _ result: Int) -> Void) {
    var rest = UnsafeMutablePointer<Request>(bitPattern: newest.exchange(0, ordering: .acquiring))
    var first: UnsafeMutablePointer<Request>?
    while let request = rest {
      rest = request.pointee.next
      request.pointee.next = first
      first = request
    }
    while let request = first {
      // The call may reuse the request, so that its link is read first.
      first = request.pointee.next
      body(Int(request.pointee.lane), request.pointee.result)
    }
  }
}
