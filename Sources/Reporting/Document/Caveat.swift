import Records

/// A warning for readers who take `dispatch` for the usual concurrent queue.
package struct Caveat {
  package let text: String

  /// Nil if no warning is due: every experiment that has `dispatch` with more lanes than CPUs also has
  /// `dispatch-concurrent`, which starts with one thread per CPU.
  package init?(_ run: Run) {
    let processors = run.record.environment.clientCPUs?.count ?? 1
    let carriedOut = run.trials.filter { $0.skipped == nil && $0.isTimed }
    func experiments(_ mode: String) -> Set<String> {
      Set(carriedOut.filter { $0.mode == mode && $0.concurrency > processors }.map(\.experiment))
    }
    guard !experiments("dispatch").subtracting(experiments("dispatch-concurrent")).isEmpty else { return nil }
    let threads = "\(NumberText.grouped(processors)) \(processors == 1 ? "thread" : "threads")"
    text =
      "dispatch has one thread per lane; one concurrent queue, which most code uses, starts with \(threads) and gains "
      + "one per second: the modes dispatch,dispatch-concurrent compare them"
  }
}
