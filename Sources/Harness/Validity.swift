import Modes
import Records
import Workloads

/// Whether a trial's numbers may be used. Each reason is a name, a colon, and what was found.
enum Validity {
  static func reasons(_ record: TrialRecord, ranOutOfTime: Bool) -> [String] {
    var reasons: [String] = []
    let operations = record.operations
    let done = operations.done ?? 0
    let failed = (operations.failed ?? [:]).values.reduce(0, +)
    if ranOutOfTime {
      reasons.append("out-of-time: the trial's deadline came before all operations were done")
    }
    if failed > 0 { reasons.append("failures: \(list(operations.failed)) of \(done + failed) operations") }
    if let others = operations.non2xx { reasons.append("non-2xx: replies with status \(list(others))") }
    if done == 0 && failed == 0 { reasons.append("nothing-done: no operation ended within the window") }
    if let verified = operations.verified, verified + (operations.non2xx ?? [:]).values.reduce(0, +) != done {
      reasons.append("unverified: \(done - verified) of \(done) answers were not what was asked for")
    }
    if let asked = operations.asked, !ranOutOfTime, done + failed != asked {
      reasons.append("count: \(asked) operations were asked for, and \(done + failed) ended")
    }
    if let served = record.server?.operationsDone, failed == 0, !ranOutOfTime {
      // At each edge of the window an operation may be done at one end and not yet at the other.
      let slack = operations.asked == nil ? 2 * UInt64(record.concurrency) : 0
      if served.distance(to: done).magnitude > slack {
        reasons.append("server-count: the client has \(done) operations done, the server \(served)")
      }
    }
    return reasons
  }

  private static func list(_ counts: [String: UInt64]?) -> String {
    (counts ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }
}
