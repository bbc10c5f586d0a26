extension ModeID {
  public static let blocking = ModeID("blocking")
  public static let dispatch = ModeID("dispatch")
  public static let taskgroup = ModeID("taskgroup")
  public static let epoll = ModeID("epoll")
  public static let executor = ModeID("executor")
  public static let dispatchConcurrent = ModeID("dispatch-concurrent")
  public static let threads = ModeID("threads")
  public static let taskgroupBlocking = ModeID("taskgroup-blocking")
  public static let uring = ModeID("uring")
  public static let null = ModeID("null")
}

extension ModeDescription {
  /// GCD's pool has at most this number of threads per quality of service (libdispatch, `event/workqueue.c`).
  private static let mostPoolThreads = 255

  /// The modes of this build, in the order of tables, data files and legends. The colours are Okabe and Ito's; the
  /// yellow is darker, to be visible on white.
  public static let builtIn: [ModeDescription] = [
    ModeDescription(
      .blocking, .headline, "one thread, one blocking call at a time; ignores --concurrency",
      otherNames: ["sync", "synchronous", "sequential", "serial"], Look("#000000", dash: 1, marker: 5, ink: 250),
      .oneLane,
      refusals: [.bothEnds: "blocking cannot hold both ends: its one thread would wait for itself"]),
    ModeDescription(
      .dispatch, .headline, "a GCD thread per lane, in blocking calls: one serial queue and one block per lane",
      otherNames: ["gcd", "libdispatch", "queue"], Look("#E69F00", dash: 4, marker: 9, ink: 214), .threads,
      mostThreads: mostPoolThreads),
    ModeDescription(
      .taskgroup, .headline, "a child task per lane on Swift's default executor; a reactor thread resumes it",
      otherNames: ["async", "await", "task", "tasks", "swift"], Look("#0072B2", dash: 2, marker: 13, ink: 32), .shared,
      offloads: ["file", "compute"]),
    ModeDescription(
      .epoll, .headline, "one epoll_wait loop over non-blocking descriptors",
      otherNames: ["loop", "poll", "select", "reactor", "nio"], Look("#009E73", dash: 1, marker: 7, ink: 36), .shared,
      hasLoops: true, pipelines: true, offloads: ["file", "compute"]),
    ModeDescription(
      .executor, .reference, "the tasks of taskgroup on a TaskExecutor that is the epoll loop: no thread hop",
      otherNames: ["taskexecutor"], Look("#56B4E9", dash: 1, marker: 12, ink: 117), .shared, hasLoops: true,
      offloads: ["file", "compute"]),
    ModeDescription(
      .dispatchConcurrent, .reference,
      "a block per lane on one concurrent queue; its pool grows by one thread per second", otherNames: ["concurrent"],
      Look("#D55E00", dash: 4, marker: 8, ink: 166), .growingPool, mostThreads: mostPoolThreads),
    ModeDescription(
      .threads, .reference, "a POSIX thread per lane, with a small stack, in blocking calls",
      otherNames: ["pthread", "pthreads"], Look("#7F7F7F", dash: 3, marker: 4, ink: 244), .threads),
    ModeDescription(
      .taskgroupBlocking, .reference, "blocking calls inside child tasks, on the cooperative pool: a common mistake",
      Look("#CC79A7", dash: 2, marker: 11, ink: 175), .cooperativePool,
      refusals: [
        .bothEnds: "taskgroup-blocking cannot hold both ends: its pool has a thread per processor, and would wait for "
          + "itself"
      ]),
    ModeDescription(
      .uring, .reference, "one io_uring, raw system calls: batched submission, multishot receives",
      otherNames: ["io_uring", "iouring", "io-uring"], Look("#A89A00", dash: 5, marker: 6, ink: 142), .shared,
      hasLoops: true,
      pipelines: true, offloads: ["compute"]),
    ModeDescription(
      .null, .control, "no wait: client and server are paired in memory, to measure the harness itself",
      Look("#909090", dash: 3, marker: 2), .oneLane,
      refusals: [
        .file: "null waits for nothing, and has no file to read or write",
        .targets: "null has no network to reach a target by",
        .serve: "null has no connections to accept",
        .faults: "null has no connection that could break, and no time that could run out: it knows no faults",
      ]),
  ]
}
