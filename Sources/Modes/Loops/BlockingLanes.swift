import Dispatch
import Glibc
import Measurement
import SystemCalls
import Workloads

/// Drives one lane from its beginning to its end in blocking calls, on the calling thread.
func driveBlocking<L: Lane & ~Copyable>(_ index: Int, of lanes: LaneTable<L>, permits: DispatchSemaphore) {
  let lane = lanes[index]
  var place = lanes.connections.place(of: index)
  let buffer = ThreadBuffer.current
  var step = lane.pointee.begin(now: MonotonicClock.now)
  while true {
    switch step {
    case .connect(let endpoint):
      do throws(Errno) {
        switch try lanes.connections.connect(index, to: endpoint, blocking: true) {
        case .open: step = lane.pointee.resume(.reached(now: MonotonicClock.now))
        case .established, .inProgress: step = lane.pointee.resume(.connected(now: MonotonicClock.now))
        }
        place = lanes.connections.place(of: index)
      } catch {
        step = lane.pointee.resume(.failed(error, now: MonotonicClock.now))
      }
    case .send(let bytes):
      do throws(Errno) {
        step = lane.pointee.resume(.sent(try lanes.connections.socket(of: place).sendAll(bytes)))
      } catch {
        step = lane.pointee.resume(.failed(error, now: MonotonicClock.now))
      }
    case .receive:
      do throws(Errno) {
        let count = try lanes.connections.socket(of: place).receiveAny(into: buffer)
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        step = lane.pointee.resume(.received(bytes, now: MonotonicClock.now))
      } catch {
        step = lane.pointee.resume(.failed(error, now: MonotonicClock.now))
      }
    case .check:
      // Only a system call can tell. A lane asks only after time has passed.
      let found = lanes.connections.socket(of: place).peek(into: buffer)
      step = lane.pointee.resume(.checked(found, now: MonotonicClock.now))
    case .sleep(let deadline):
      sleepBlocking(until: deadline)
      step = lane.pointee.resume(.woke(now: MonotonicClock.now))
    case .delay(let deadline):
      let hasEnded = delayBlocking(lanes.connections.socket(of: place), until: deadline)
      step = lane.pointee.resume(hasEnded ? .ended(now: MonotonicClock.now) : .woke(now: MonotonicClock.now))
    case .yield:
      SystemCall.giveWay()
      step = lane.pointee.resume(.woke(now: MonotonicClock.now))
    case .file(let request):
      step = lane.pointee.resume(.transferred(lanes.file!.perform(request), now: MonotonicClock.now))
    case .compute(let work):
      step = lane.pointee.resume(.computed(work.result(), now: MonotonicClock.now))
    case .acquire:
      permits.wait()
      step = lane.pointee.resume(.acquired(now: MonotonicClock.now))
    case .release:
      permits.signal()
      step = lane.pointee.resume(.released(now: MonotonicClock.now))
    case .close, .finishSending, .abort: step = lanes.settle(step, of: index)
    case .finished:
      lanes.connections.closeAll(of: index)
      return
    }
  }
}

/// Waits until a point in time or the peer's end; returns whether the end came first: ppoll(2).
private func delayBlocking(_ socket: Socket, until deadline: Instant) -> Bool {
  while true {
    let left = deadline.since(MonotonicClock.now)
    if let hasEnded = socket.awaitEnd(atMost: Int64(left.count)) { return hasEnded }
  }
}

/// Sleeps until a point in time: clock_nanosleep(2).
package func sleepBlocking(until deadline: Instant) {
  var time = timespec(
    tv_sec: Int(deadline.nanoseconds / 1_000_000_000), tv_nsec: Int(deadline.nanoseconds % 1_000_000_000))
  SystemCall.sleep(until: &time)
}
