import Plan
import Records
import Testing

@testable import Explain

/// Workloads that are more than messages: what of them is counted, and as which primitives.
struct OperationPartsTests {
  private static let machine: Environment = {
    var machine = Environment()
    machine.clientCPUs = [0]
    machine.serverCPUs = [0]
    return machine
  }()

  /// Ten operations.
  private static func operation(
    _ mode: String, _ workload: [String: JSONValue], bytes: Int = 4096, variant: String? = nil, lanes: Int = 64,
    switches: UInt64 = 0, pipeline: Int? = nil, asked: UInt64? = nil,
    _ calls: [String: UInt64]
  ) -> OperationParts {
    var trial = TrialRecord(
      runID: "r", experiment: "e", trial: 1, round: 0, order: 1, seed: 1, mode: mode, workload: .object(workload),
      concurrency: lanes, operations: .init(), valid: true, reasons: [])
    trial.variant = variant
    trial.pipeline = pipeline
    trial.operations.done = 10
    trial.operations.asked = asked
    trial.bytes = .init(sent: 0, received: UInt64(10 * bytes))
    var audit = TrialRecord.Audit(tool: "perf")
    audit.operations = 10
    let counts = TrialRecord.Counts(
      syscalls: calls.values.reduce(0, +), switches: switches, allocations: 0, byName: calls)
    audit.client = counts
    audit.server = counts
    trial.audit = audit
    return OperationParts(of: trial, on: machine)
  }

  private static func counts(_ operation: OperationParts) -> [String: Double] {
    Dictionary(operation.parts.map { ($0.name, $0.count) }, uniquingKeysWith: +)
  }

  private static func file(_ more: [String: JSONValue] = [:]) -> [String: JSONValue] {
    ["kind": .string("file"), "size": .string("4KiB")].merging(more) { $1 }
  }

  @Test(arguments: ["blocking", "dispatch", "epoll"]) func readInPlaceIsItsLaneAndItsCall(_ mode: String) {
    let operation = Self.operation(mode, Self.file(), ["pread64": 10, "read": 7])
    #expect(Self.counts(operation) == ["file-lane": 1, "file-read": 1] && operation.missing == [])
    for part in operation.parts { #expect(part.size == 4096) }
  }

  /// Tasks let others have their turn first.
  @Test(arguments: [("taskgroup", "task-yield"), ("executor", "loop-task-yield")])
  func readByATaskFollowsAYield(mode: String, yield: String) {
    let operation = Self.operation(mode, Self.file(), ["pread64": 10])
    #expect(Self.counts(operation) == ["file-lane": 1, "file-read": 1, yield: 1])
  }

  /// A short read is repeated.
  @Test func readsAreCounted() {
    #expect(Self.counts(Self.operation("epoll", Self.file(), ["pread64": 15]))["file-read"] == 1.5)
  }

  /// What is read is no message.
  @Test func readByRingIsARequest() {
    let operation = Self.operation("uring", Self.file(), ["io_uring_enter": 1, "pread64": 1])
    #expect(
      Self.counts(operation) == ["file-lane": 1, "file-read": 0.1, "uring-file-read": 1, "uring-enter": 0.1])
  }

  /// Its futexes, switches and signals are those of the hop.
  @Test(
    arguments: [
      ("epoll", "loop-pool-hop"), ("executor", "loop-task-pool-hop"), ("taskgroup", "task-pool-hop"),
    ]) func readInAPoolHasItsHop(mode: String, hop: String)
  {
    let operation = Self.operation(
      mode, Self.file(["offload": .string("pool")]), variant: "pool",
      ["pread64": 10, "futex": 40, "write": 10, "epoll_wait": 10])
    #expect(Self.counts(operation) == ["file-lane": 1, "file-read": 1, hop: 1])
    #expect(operation.parts.last?.lanes == 64)
    #expect(operation.parts.last?.remark?.contains("measured with a pool") == false)
    let other = Self.operation(
      mode, Self.file(["offload": .string("pool"), "pool": .number(2)]), variant: "pool", ["pread64": 10])
    #expect(other.parts.last?.remark?.hasSuffix("measured with a pool of 8 threads") == true)
  }

  @Test func whatHasNoPrimitiveSaysSo() {
    let writes = Self.operation("epoll", Self.file(["access": .string("write")]), ["pwrite64": 10])
    #expect(writes.missing.contains("writes of files have no primitive"))
    #expect(!writes.parts.contains { $0.primitive == "file-lane" })
    let direct = Self.operation("epoll", Self.file(["direct": .bool(true)]), ["pread64": 10])
    #expect(direct.missing == ["reads past the page cache have no primitive"])
  }

  /// The client's lane is that of both ends without the server's, at the size of the reply.
  @Test func lanesOfHTTPHaveTheSizeOfTheReply() {
    func lane(_ kind: String, _ more: [String: JSONValue] = [:]) -> OperationPart? {
      Self.operation("epoll", ["kind": .string(kind)].merging(more) { $1 }, ["sendto": 10, "recvfrom": 10]).parts.first
    }
    let size: [String: JSONValue] = ["size": .string("1KiB")]
    #expect(lane("http")?.name == "http-lanes − http-server-lane" && lane("http")?.size == nil)
    #expect(lane("http")?.remark == "as with a reply of 17 bytes")
    #expect(lane("http", size)?.size == 1024 && lane("http", size)?.remark == nil)
    #expect(lane("serve", size)?.name == "http-server-lane" && lane("serve", size)?.size == 1024)
  }

  @Test func tasksThatSleepHaveATimerEachAndTheirSwitches() {
    let operation = Self.operation(
      "taskgroup", ["kind": .string("sleep"), "duration": .string("2ms")], bytes: 0, switches: 5,
      ["timerfd_settime": 8, "epoll_wait": 8, "futex": 3])
    #expect(Self.counts(operation) == ["sleep-lane": 1, "task-timer": 1, "task-sleep": 0.5])
  }

  /// Requests in flight together are received, and answered, together.
  @Test func pipelineByRingSharesItsRequests() throws {
    let operation = Self.operation(
      "uring", ["kind": .string("serve")], bytes: 100, pipeline: 4, ["io_uring_enter": 1])
    let receive = try #require(operation.parts.first { $0.primitive == "tcp-uring-send" })
    #expect(receive.count == 0.25 && receive.size == 400)
  }

  /// A socket's registration and options are parts of what opens it; a ring accepts without a call.
  @Test func connectionsAreOpenedAndClosed() {
    let workload: [String: JSONValue] = ["kind": .string("serve"), "connection": .string("new")]
    let loop = Self.counts(
      Self.operation(
        "epoll", workload,
        ["accept4": 10, "setsockopt": 10, "epoll_ctl": 10, "recvfrom": 10, "sendto": 10, "close": 10]))
    #expect(loop["tcp-accept"] == 1 && loop["epoll-add"] == 1 && loop["tcp-close"] == 1 && loop["kernel-entry"] == nil)
    let ring = Self.counts(
      Self.operation("uring", workload, ["io_uring_enter": 10, "setsockopt": 10, "close": 10]))
    #expect(ring["tcp-accept"] == 1 && ring["tcp-close"] == 1 && ring["kernel-entry"] == nil)
    for counts in [loop, ring] { #expect(counts["tcp-first-send"] == 1 && counts["tcp-first-receive"] == 1) }
  }

  @Test func fewOperationsShareTheStart() {
    func missing(_ asked: UInt64?) -> [String] {
      Self.operation("epoll", Self.file(), lanes: 4, asked: asked, ["pread64": 10]).missing
    }
    #expect(missing(39) == ["starting the lanes has no primitive, and only 39 operations share it"])
    #expect(missing(40) == [] && missing(nil) == [])
  }

  /// A sleep by io_uring moves no bytes.
  @Test func whatMovesNoBytesHasNoTransfers() {
    let operation = Self.operation(
      "uring", ["kind": .string("sleep"), "duration": .string("2ms")], bytes: 0, ["io_uring_enter": 10])
    #expect(!operation.parts.contains { $0.primitive.hasPrefix("tcp-") })
  }
}
