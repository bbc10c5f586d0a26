import Dispatch
import Plan
import SystemCalls
import Workloads

extension ModeID {
  public static let taskgroup = ModeID("taskgroup")
}

/// A child task per lane on Swift's default executor, suspended on a continuation that a reactor thread resumes.
enum TaskGroupMode: Mode {
  static let description = ModeDescription(
    .taskgroup, .headline, "a child task per lane on Swift's default executor; a reactor thread resumes it",
    otherNames: ["async", "await", "task", "tasks", "swift"], .init("#0072B2", dash: 2, marker: 13, ink: 32), .shared,
    offloads: ["file", "compute"])

  static let blocks = false
  static let isMultithreaded = true

  static func drive<L: Lane & ~Copyable>(_ lanes: LaneTable<L>) throws(Errno) {
    let reactor = try Reactor(places: lanes.connections.placeCount, permits: lanes.limit ?? lanes.count)
    defer { reactor.stop() }
    try reactor.registerAll(of: lanes)
    let finished = DispatchSemaphore(value: 0)
    Task.detached {
      if lanes.connections.mayTakeAllDescriptors { await openTimers() }
      await reactor.drive(lanes)
      finished.signal()
    }
    finished.wait()
  }

  static func serve<L: Lane & ~Copyable>(_ acceptor: Acceptor<L>) throws(Errno) {
    let reactor = try Reactor(places: acceptor.waiterCount, permits: acceptor.lanes.count)
    defer { reactor.stop() }
    try reactor.register(acceptor)
    let finished = DispatchSemaphore(value: 0)
    Task.detached {
      await openTimers()
      await reactor.serve(acceptor)
      finished.signal()
    }
    finished.wait()
  }

  /// Makes Dispatch open its timer descriptors now, at a first sleep. Later, connections might have taken all
  /// descriptors, and sleeps would never end.
  private static func openTimers() async { try? await Task.sleep(nanoseconds: 1_000_000) }
}
