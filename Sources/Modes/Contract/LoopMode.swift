import Synchronization
import SystemCalls
import Workloads

/// A mode whose loop has one thread. On several processors it runs one loop on each. Each loop has its part of the
/// lanes and its own recorder. While they measure, the loops share only the number of the next operation.
protocol LoopMode: Mode {
  /// Drives the lanes to their end on the calling thread.
  static func loop<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) throws(Errno)
  /// Serves on the calling thread until the server is to stop.
  static func loop<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) throws(Errno)
}

extension LoopMode {
  static var blocks: Bool { false }
  static var isMultithreaded: Bool { false }

  static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) throws(Errno) {
    guard lanes.arrangement.parts > 1 else { return try loop(lanes) }
    try onProcessors(lanes.arrangement.parts) { (part) throws(Errno) in try loop(lanes.part(part)) }
  }

  static func serve<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) throws(Errno) {
    guard acceptor.parts > 1 else { return try loop(acceptor) }
    try onProcessors(acceptor.parts) { (part) throws(Errno) in
      try loop(acceptor.part(part))
    } orGiveUp: {
      acceptor.stop.signal()
    }
  }

  /// Runs one loop on each processor, the first on the calling thread.
  /// - Parameter giveUp: called if one of them fails, so that the others end.
  private static func onProcessors(
    _ parts: Int, _ body: @escaping @Sendable (Int) throws(Errno) -> Void,
    orGiveUp giveUp: @escaping @Sendable () -> Void = {}
  ) throws(Errno) {
    let processors = try Affinity.current()
    let failure = Failure()
    let run: @Sendable (Int) -> Void = { part in
      failure.catching { () throws(Errno) in
        try Affinity.set([processors[part % processors.count]])
        try body(part)
      } orElse: {
        giveUp()
      }
    }
    var threads: [SystemCalls.Thread] = []
    failure.catching { () throws(Errno) in
      for part in 1..<parts { threads.append(try SystemCalls.Thread(name: "loop") { run(part) }) }
    } orElse: {
      giveUp()
    }
    run(0)
    try? Affinity.set(processors)
    for thread in threads { thread.join() }
    try failure.rethrow()
  }
}

/// The first failure among several threads.
private final class Failure: Sendable {
  private let first = Mutex<Errno?>(nil)

  func catching(_ body: () throws(Errno) -> Void, orElse giveUp: () -> Void) {
    do throws(Errno) {
      try body()
    } catch {
      first.withLock { $0 = $0 ?? error }
      giveUp()
    }
  }

  func rethrow() throws(Errno) {
    if let error = first.withLock({ $0 }) { throw error }
  }
}
