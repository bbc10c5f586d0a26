import Dispatch
import Synchronization

extension Bench {
  static let dispatch = [
    Bench("dispatch-hop", "a block that goes from one serial DispatchQueue to another", on: [1, 2]) { sampler in
      let queues = [DispatchQueue(label: "one"), DispatchQueue(label: "other")]
      sampler.sample { turns in
        Chain.run(turns) { turn, next in queues[turn & 1].async(execute: next) }
      }
    }
  ]
}

/// Blocks that each start the next one.
final class Chain: @unchecked Sendable {
  private var left: Int
  private let start: (Int, @escaping @Sendable () -> Void) -> Void
  private let finished = DispatchSemaphore(value: 0)

  private init(_ count: Int, start: @escaping (Int, @escaping @Sendable () -> Void) -> Void) {
    left = count
    self.start = start
  }

  /// Runs so many blocks, one after another, while the calling thread waits.
  /// - Parameter start: starts a block, given the number of those left.
  static func run(_ count: Int, start: @escaping (Int, @escaping @Sendable () -> Void) -> Void) {
    let chain = Chain(count, start: start)
    chain.next()
    chain.finished.wait()
  }

  private func next() {
    guard left > 0 else {
      finished.signal()
      return
    }
    left -= 1
    start(left) { self.next() }
  }
}
