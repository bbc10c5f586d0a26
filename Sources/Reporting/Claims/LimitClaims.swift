import Records
import Statistics

/// Claims about limits of the system and runtimes, and about blocking calls.
extension Claim {
  static let limits = [select, systemLimit, blockingCalls, poolGrowth, portsRunOut, keepAliveSlips]

  private static let select = Claim(
    id: "select-1024",
    text: "select fails beyond 1,024 descriptors; fewer at once, callbacks, or a higher ulimit help.",
    prediction: "select serves FD_SETSIZE descriptors, whatever the ulimit. Fewer at once, or epoll, serve all.",
    reason: "An fd_set has a fixed size in the C library, which neither callbacks nor a limit of descriptors change."
  ) { evidence in
    guard let select = evidence.limits["select"] else { return [] }
    return [
      select.measure("of_1100_at_once_refused_at_FD_SETSIZE_connections", "refused, of 1,100 at once", least: 1),
      select.measure("of_2000_1000_at_once_served_connections", "served, of 2,000, 1,000 at once", least: 2000),
      select.measure("by_callbacks_of_1100_at_once_served_connections", "served by callbacks, of 1,100", least: 1100),
      select.measure("of_1100_at_once_served_connections", "served with the highest ulimit, of 1,100", least: 1100),
      select.measure("by_epoll_of_2000_at_once_served_connections", "served by epoll, of 2,000 at once", least: 2000),
    ].compactMap { $0 }
  }

  private static let systemLimit = Claim(
    id: "system-1024",
    text: "1,024 descriptors are the limit of the operating system.",
    prediction:
      "Were it so, epoll would serve at most 1,024 at once, FD_SET of 1,024 would be refused by a system call and not end "
      + "the program, and 512 lanes would never run out.",
    reason: "1,024 is FD_SETSIZE of the C library, and a usual ulimit; the system's limits are RLIMIT_NOFILE and "
      + "fs.nr_open, which are what they are set to."
  ) { evidence in
    let (select, descriptors) = (evidence.limits["select"], evidence.limits["descriptors"])
    return [
      select?.measure("by_epoll_of_2000_at_once_served_connections", "served by epoll, of 2,000 at once", most: 1024),
      select?.measure(
        "FD_SET_of_1024_fortified_ended_by_signal", "signal of the C library that ends FD_SET of 1,024", most: 0),
      descriptors?.measure(
        "epoll_failed_by_EMFILE_operations", "out of descriptors with 512 lanes, at a ulimit of 256", most: 0),
    ].compactMap { $0 }
  }

  private static let blockingCalls = Claim(
    id: "avoid-blocking-calls",
    text: "Avoid blocking calls in asynchronous code.",
    prediction:
      "Tasks that block: the pool's width W ÷ wait a second; tasks that await: N ÷ W times as much; each ± 10 %.",
    reason:
      "The pool that runs all tasks has a thread for each processor, and each blocking call takes one of them away."
  ) { evidence in
    blockingTasks(evidence) + [evidence.limits["cooperative-pool"]?.asPredicted].compactMap { $0 }
  }

  private static func blockingTasks(_ evidence: Evidence) -> [Measure] {
    // Even with one processor, the pool has two threads.
    guard let width = evidence.processors.map({ Double(max(2, $0)) }) else { return [] }
    let samples = evidence.best(having: "taskgroup-blocking") { sample in
      ["http", "sleep"].contains(sample.kind) && sample.asked == nil && sample.wait > 0 && !sample.hasBystanders
        && sample.limit == nil && Double(sample.lanes) >= 4 * width
        && ["taskgroup", "taskgroup-blocking"].contains(sample.mode)
    }
    guard let blocking = samples.first(where: { $0.mode == "taskgroup-blocking" }) else { return [] }
    let ceiling = width / blocking.wait
    let ratio = Double(blocking.lanes) / width
    let awaiting = samples.first { $0.mode == "taskgroup" }
    return [
      Measure(
        "taskgroup-blocking: \(blocking.waitText), \(NumberText.brief(width)) threads", .perSecond,
        least: 0.9 * ceiling, most: 1.1 * ceiling, blocking.estimate(\.throughput), from: .trials([blocking])),
      Measure(
        "taskgroup: \(NumberText.grouped(blocking.lanes)) tasks ÷ taskgroup-blocking", .ratio,
        least: 0.9 * ratio, most: 1.1 * ratio, awaiting?.throughput(over: blocking),
        from: .trials([blocking, awaiting].compactMap { $0 })),
    ].compactMap { $0 }
  }

  private static let poolGrowth = Claim(
    id: "pool-growth",
    text: "Threads are no unlimited supply: Dispatch stops at 255, and its pool grows by one a second.",
    prediction: "255 threads for serial queues; on a concurrent queue a thread per processor, and one more a second.",
    reason: "libdispatch caps a class of service at 255 threads, and adds one a second while none can run."
  ) { evidence in
    ["dispatch-threads", "dispatch-growth"].compactMap { evidence.limits[$0]?.asPredicted }
  }

  private static let portsRunOut = Claim(
    id: "ports-run-out",
    text: "A new connection for each request runs out of ephemeral ports, and many at once out of descriptors.",
    prediction:
      "As many connections to one address as ports, those in TIME_WAIT included; EMFILE where lanes exceed them.",
    reason: "A connection is a pair of addresses and ports, and who closes first keeps its port for a minute."
  ) { evidence in
    ["ports", "descriptors"].compactMap { evidence.limits[$0]?.asPredicted }
  }

  private static let keepAliveSlips = Claim(
    id: "keep-alive-slips",
    text: "The tutorials' own servers, which read to the end of input or reply without a length, serve any client.",
    prediction: "A client that keeps its connection times out, unless the server reads the head alone, or closes.",
    reason: "HTTP/1.1 keeps connections: a request ends with its head or its length, and a reply without one with the "
      + "connection."
  ) { evidence in
    guard let slips = evidence.limits["keep-alive-slips"] else { return [] }
    return [
      slips.answered("server_reads_to_the_end_of_input", "server reads to the end of input"),
      slips.answered("server_reads_to_the_end_of_the_head", "server reads to the end of the head"),
      slips.answered("no_Content_Length_left_open", "without a length, left open"),
      slips.answered("no_Content_Length_closed", "without a length, then closed"),
    ].compactMap { $0 }
  }
}

extension LimitsRecord.Entry {
  /// One of its numbers.
  fileprivate func measure(_ key: String, _ words: String, least: Double? = nil, most: Double? = nil) -> Measure? {
    guard let measured = measurement?[key] else { return nil }
    return Measure(words, least: least, most: most, counts: [measured], from: .limits(self))
  }

  /// Whether one of its operations was answered.
  fileprivate func answered(_ key: String, _ words: String) -> Measure? {
    measure("\(key)_verified_operations", "answered, \(words)", least: 1)
  }

  /// How many of its numbers are as predicted.
  fileprivate var asPredicted: Measure? {
    guard let prediction, let measurement else { return nil }
    let met = prediction.filter { key, predicted in measurement[key].map(predicted.isMet) ?? false }
    return Measure(
      "\(name): numbers as predicted, of \(prediction.count)", least: Double(prediction.count), most: nil,
      counts: [Double(met.count)], from: .limits(self))
  }
}
