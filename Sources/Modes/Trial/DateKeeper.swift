import SystemCalls
import Workloads

/// Updates the date of a server's replies at the start of each second, on its own thread, which sleeps in between.
final class DateKeeper: Sendable {
  private let date: Shared
  private let stopSignal: Signal
  private let thread: Thread

  private final class Shared: @unchecked Sendable {
    let pointer = UnsafeMutablePointer<HTTPDate>.allocate(capacity: 1)
    init() { pointer.initialize(to: HTTPDate()) }
    deinit {
      pointer.deinitialize(count: 1)
      pointer.deallocate()
    }
  }

  private final class Signal: Sendable {
    let wakeUp: WakeUp
    init() throws(Errno) { wakeUp = try WakeUp() }
  }

  init() throws(Errno) {
    let date = Shared()
    let stopSignal = try Signal()
    thread = try Thread(name: "date") {
      var isStopped = false
      while !isStopped { isStopped = stopSignal.wakeUp.wait(atMost: date.pointer.pointee.refresh()) }
    }
    (self.date, self.stopSignal) = (date, stopSignal)
  }

  /// Valid as long as the keeper lives.
  var pointer: UnsafePointer<HTTPDate> { UnsafePointer(date.pointer) }

  /// Ends the thread.
  func stop() {
    stopSignal.wakeUp.signal()
    thread.join()
  }
}
