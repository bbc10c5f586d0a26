import Measurement
import SystemCalls
import Workloads

extension EpollLoop where L: ~Copyable {
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
          case .established(let socket):
            try watch(socket, at: place)
            step = lane.pointee.resume(.connected(now: MonotonicClock.now))
          case .inProgress(let socket):
            try watch(socket, at: place, connecting: true)
            slot.pointee.waits = .connection
            return
          }
        } catch {
          lanes.connections.close(lanes.connections.place(of: index))
          step = lane.pointee.resume(.failed(error, now: MonotonicClock.now))
        }
      case .send(let bytes):
        switch lanes.connections.socket(of: place).send(bytes) {
        case .bytes(let count) where count == bytes.count:
          step = lane.pointee.resume(.sent(slot.pointee.waits == .writable ? slot.pointee.total : count))
          slot.pointee.waits = .nothing
        case .bytes(let count):
          keep(place, UnsafeRawBufferPointer(rebasing: bytes[count...]), of: bytes.count)
          step = .send(slot.pointee.rest)
        case .wouldBlock:
          keep(place, bytes, of: bytes.count)
          guard !slot.pointee.watchesWrites else { return }
          do throws(Errno) {
            try epoll.modify(lanes.connections.socket(of: place).descriptor, Self.both, data: data(of: place))
            slot.pointee.watchesWrites = true
            return
          } catch {
            step = fail(index, error)
          }
        case .failed(let error): step = fail(index, error)
        }
      case .check:
        let found = slot.pointee.isReadable ? lanes.connections.socket(of: place).peek(into: buffer) : nil
        if found == nil { slot.pointee.isReadable = false }
        step = lane.pointee.resume(.checked(found, now: MonotonicClock.now))
      case .receive:
        guard slot.pointee.isReadable else {
          slot.pointee.waits = .readable
          return
        }
        slot.pointee.waits = .nothing
        switch lanes.connections.socket(of: place).receive(into: buffer) {
        case .bytes(let count):
          // A short read has drained the socket; later data brings a new edge.
          if count < buffer.count && !slot.pointee.hasEnded { slot.pointee.isReadable = false }
          let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
          step = lane.pointee.resume(.received(bytes, now: MonotonicClock.now))
        case .wouldBlock:
          slot.pointee.isReadable = false
          slot.pointee.hasEnded = false
        case .failed(let error): step = fail(index, error)
        }
      case .sleep(let deadline):
        timers.insert(lane: UInt32(index), deadline: deadline)
        return
      case .delay(let deadline):
        if slot.pointee.hasEnded {
          step = lane.pointee.resume(.ended(now: MonotonicClock.now))
        } else {
          timers.insertDelay(of: UInt32(index), deadline: deadline)
          return
        }
      case .yield:
        yielded.append(UInt32(index))
        return
      case .file(let request):
        if let pool = lanes.pool { return pool.submit(.file(request, on: lanes.file!.descriptor), for: index) }
        files.append(FileTurn(lane: UInt32(index), request: request))
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
      case .close, .finishSending, .abort: step = lanes.settle(step, of: index)
      case .finished:
        lanes.connections.closeAll(of: index)
        live.finish(index)
        return
      }
    }
  }
}
