import Plan
import Records

/// What servers that nobody wrote for this program have answered in a run. What their replies should carry nobody knows, but
/// they are asked for one and the same thing again and again: a reply that changes is another piece of work.
struct ContenderReplies {
  private struct Server: Hashable {
    var experiment: String
    var mode: String
  }

  /// Of the first valid trial of each.
  private var known: [Server: (content: String, trial: Int)] = [:]

  /// Takes in a trial that has been recorded.
  mutating func take(_ record: TrialRecord) {
    guard record.isServing, record.valid, let content = record.content else { return }
    let server = Server(experiment: record.experiment, mode: record.mode)
    if known[server] == nil { known[server] = (content, record.trial) }
  }

  /// Judges a trial by those before it, and takes it in.
  mutating func judge(_ record: inout TrialRecord) {
    if let reason = reason(against: record) {
      record.reasons.append(reason)
      record.valid = false
    }
    take(record)
  }

  private func reason(against record: TrialRecord) -> String? {
    guard record.isServing, let content = record.content else { return nil }
    if content == TrialRecord.contentDiffers {
      return "changed-replies: the server answered one and the same request differently within the trial; ask it for "
        + "something that stays the same"
    }
    guard let first = known[Server(experiment: record.experiment, mode: record.mode)], first.content != content else {
      return nil
    }
    return "changed-replies: the content that the server answered with (digest \(content)) is not that of trial "
      + "\(first.trial) (\(first.content)); ask it for something that stays the same"
  }
}
