import Foundation
import Records

extension RunSession {
  /// Runs the suite's experiments on limits and records them beside the trials.
  func carryOutLimits(_ report: (Progress) -> Void) throws(HarnessFailure) {
    guard !limits.isEmpty else { return }
    let started = Date()
    let results = try Limits.run(limits, report: report)
    try LimitsRecord(results, started: started, processors: options.processors).write(to: folder.path)
  }
}
