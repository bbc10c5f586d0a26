/// A limit of the system or of a runtime that a way of waiting runs into, as an experiment: what is to be expected, by
/// arithmetic on what this machine allows, and what is measured. Nothing is left behind.
public enum Limit: String, CaseIterable, Codable, Sendable {
  case select
  case descriptors
  case ports
  case dispatchThreads = "dispatch-threads"
  case dispatchGrowth = "dispatch-growth"
  case cooperativePool = "cooperative-pool"
  case threads
  case keepAliveSlips = "keep-alive-slips"

  /// What the experiment puts to the test, in a sentence.
  public var claim: String {
    switch self {
    case .select:
      "select(2) watches descriptors below FD_SETSIZE: fewer connections at once help, callbacks and a higher ulimit do "
        + "not, and epoll has no such limit."
    case .descriptors:
      "Out of descriptors (EMFILE), every mode counts the operations that fail, goes on with the others, and leaves none "
        + "open."
    case .ports:
      "Connections to one address are as many as ephemeral ports, those in TIME_WAIT included; more addresses multiply "
        + "them."
    case .dispatchThreads:
      "GCD blocks in at most 255 threads for a class of service, however many serial queues there are."
    case .dispatchGrowth:
      "A concurrent queue of blocking items begins with a thread per processor, and gets one more a second."
    case .cooperativePool:
      "Blocking calls in tasks run a pool's width at a time, and a task that only awaits is held up until they are over."
    case .threads: "Threads come to an end at the tightest of the system's limits, and end without a trace."
    case .keepAliveSlips:
      "A server that reads to the end of input hangs a client that keeps its connection; a reply without its length ends "
        + "with the connection alone."
    }
  }
}
