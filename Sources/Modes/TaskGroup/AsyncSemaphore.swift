import Synchronization

/// A semaphore that suspends instead of blocking; first come, first served.
struct AsyncSemaphore: ~Copyable, Sendable {
  // Not private: the compiler (6.3) fails on a type of another file that holds a private one.
  struct State {
    var permits: Int
    var waiting: [UnsafeContinuation<Void, Never>] = []
    /// The number of continuations at the front that were resumed.
    var served = 0
  }

  private let state: Mutex<State>

  init(permits: Int) { state = Mutex(State(permits: permits)) }

  /// Resumes the continuation once there is a permit.
  func wait(_ continuation: UnsafeContinuation<Void, Never>) {
    let isAdmitted = state.withLock { state in
      if state.permits > 0 {
        state.permits -= 1
        return true
      }
      state.waiting.append(continuation)
      return false
    }
    if isAdmitted { continuation.resume() }
  }

  func signal() {
    let next = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      guard state.served < state.waiting.count else {
        state.permits += 1
        return nil
      }
      defer { state.served += 1 }
      let next = state.waiting[state.served]
      if state.served >= 1024 && state.served * 2 > state.waiting.count {
        state.waiting.removeFirst(state.served)
        state.served = 0
      }
      return next
    }
    next?.resume()
  }
}
