import Measurement
import SystemCalls
import Workloads

extension UringLoop where L: ~Copyable {
  /// Drives the lane from `first` to the next step that must wait.
  mutating func advance(_ index: Int, _ first: Step) {
    let lane = lanes[index]
    var place = lanes.connections.place(of: index)
    var slot = slots + place
    var step = first
    while true {
      switch step {
      case .connect(let endpoint):
        do throws(Errno) {
          let reaching = try lanes.connections.connect(index, to: endpoint, blocking: false)
          place = lanes.connections.place(of: index)
          slot = slots + place
          switch reaching {
          case .open: step = lane.pointee.resume(.reached(now: MonotonicClock.now))
          case .established:
            step = lane.pointee.resume(.connected(now: MonotonicClock.now))
          case .inProgress(let socket):
            ring.awaitWritable(socket, data: data(.connection, of: place))
            pendingCount += 1
            slot.pointee.waits = .connection
            return
          }
        } catch {
          step = fail(index, error)
        }
      case .send(let bytes):
        slot.pointee.rest = bytes
        slot.pointee.total = bytes.count
        slot.pointee.sending = ring.sendAtOnce(
          bytes, on: lanes.connections.socket(of: place), data: data(.sendAtOnce, of: place))
        sends.append(UInt32(place))
        return
      case .check: step = lane.pointee.resume(.checked(found(at: place), now: MonotonicClock.now))
      case .receive:
        if let (buffer, byteCount) = arrived.popFirst(of: &slot.pointee.arrived) {
          slot.pointee.waits = .nothing
          let bytes = UnsafeRawBufferPointer(start: buffers[buffer], count: byteCount)
          step = lane.pointee.resume(.received(bytes, now: MonotonicClock.now))
          buffers.giveBack(buffer)
        } else if slot.pointee.hasEnded {
          slot.pointee.waits = .nothing
          step = end(place)
        } else {
          slot.pointee.waits = .arrival
          if !slot.pointee.isReceiving { receive(place) }
          return
        }
      case .sleep(let deadline):
        timers.insert(lane: UInt32(index), deadline: deadline)
        return
      case .delay(let deadline):
        if slot.pointee.hasEnded {
          step = end(place)
        } else {
          if !slot.pointee.isReceiving { awaitEnd(place) }
          timers.insertDelay(of: UInt32(index), deadline: deadline)
          return
        }
      case .yield:
        yielded.append(UInt32(index))
        return
      case .file(let request):
        let turn = FileTurn(lane: UInt32(index), request: request)
        if fileCount < lanes.file!.depth { submit(turn) } else { files.append(turn) }
        return
      case .compute(let work):
        if let pool = lanes.pool { return pool.submit(.compute(work), for: index) }
        step = lane.pointee.resume(.computed(work.result(), now: MonotonicClock.now))
      case .acquire:
        guard permits.take(for: UInt32(index)) else { return }
        step = lane.pointee.resume(.acquired(now: MonotonicClock.now))
      case .release:
        permits.giveBack()
        step = lane.pointee.resume(.released(now: MonotonicClock.now))
      case .close, .finishSending, .abort:
        if case .close = step { cancelRequests(of: place) }
        step = lanes.settle(step, of: index)
      case .finished:
        for place in lanes.connections.places(of: index) { cancelRequests(of: place) }
        lanes.connections.closeAll(of: index)
        live.finish(index)
        return
      }
    }
  }
}
