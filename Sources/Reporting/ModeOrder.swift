/// The order in which modes stand in tables, data files and legends: headline modes first, then reference modes, then
/// the control, then any that this version does not know, by name.
enum ModeOrder {
  static let known = [
    "blocking", "dispatch", "taskgroup", "epoll", "executor", "dispatch-concurrent", "threads", "taskgroup-blocking",
    "uring", "null",
  ]

  static func precedes(_ first: String, _ second: String) -> Bool {
    let (firstRank, secondRank) = (rank(first), rank(second))
    return firstRank == secondRank ? first < second : firstRank < secondRank
  }

  private static func rank(_ mode: String) -> Int { known.firstIndex(of: mode) ?? known.count }
}
