import Records

/// What a reader of a run would trip over who takes a mode for what code mostly does.
package struct Caveat {
  package let text: String

  /// Nil where there is nothing: where every experiment that has `dispatch` with more lanes than processors also has
  /// `dispatch-concurrent`, which starts with as many threads as there are processors.
  package init?(_ run: Run) {
    let processors = run.record.environment.clientCPUs?.count ?? 1
    let carriedOut = run.trials.filter { $0.skipped == nil && $0.isTimed }
    func experiments(_ mode: String) -> Set<String> {
      Set(carriedOut.filter { $0.mode == mode && $0.concurrency > processors }.map(\.experiment))
    }
    guard !experiments("dispatch").subtracting(experiments("dispatch-concurrent")).isEmpty else { return nil }
    let threads = "\(NumberText.grouped(processors)) \(processors == 1 ? "thread" : "threads")"
    text =
      "dispatch has a thread for each lane; one concurrent queue, which most code uses, begins with \(threads) and gets one "
      + "more a second: --modes dispatch,dispatch-concurrent compares them"
  }
}
