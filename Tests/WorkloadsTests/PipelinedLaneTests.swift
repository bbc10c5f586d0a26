import Glibc
import Measurement
import Plan
import SystemCalls
import Testing

@testable import Workloads

/// A pipelined lane driven by hand, with a fixed clock. What it sends is read as the numbers of its operations.
private final class PipelineBench {
  var now = LaneBench.instant(0)
  let recorder = Recorder.allocate(shared: false)
  private let requests: UnsafeMutablePointer<HTTPRequests>
  private let trial: UnsafeMutablePointer<TrialState>
  private let group: UnsafeMutablePointer<LaneGroup>
  private let lane: UnsafeMutablePointer<PipelinedLane>
  private let host: String

  init(
    depth: Int, asked: UInt64? = nil, opens: UInt64 = 0, closes: UInt64 = 1000, isConnected: Bool = true,
    _ change: (inout HTTPSpec) -> Void = { _ in }
  ) {
    var spec = HTTPSpec()
    change(&spec)
    host = spec.headers.first ?? "Host: a"
    spec.targets = [try! HTTPTarget(parsing: "http://a/{i}")]
    requests = .allocate(capacity: 1)
    requests.initialize(to: HTTPRequests(spec, server: nil, seed: 7))
    trial = .allocate(capacity: 1)
    trial.initialize(
      to: TrialState(
        asked: asked, opens: LaneBench.instant(opens), closes: LaneBench.instant(closes), timeout: .zero))
    group = .allocate(capacity: 1)
    group.initialize(to: LaneGroup(trial: trial, recorder: recorder))
    lane = .allocate(capacity: 1)
    lane.initialize(to: PipelinedLane(requests, depth: depth, in: group, isConnected: isConnected))
  }

  deinit {
    lane.deinitialize(count: 1)
    lane.deallocate()
    group.deallocate()
    trial.deinitialize(count: 1)
    trial.deallocate()
    requests.deinitialize(count: 1)
    requests.deallocate()
    recorder.deallocate()
  }

  var kinds: [OutcomeKind: UInt64] {
    Dictionary(uniqueKeysWithValues: recorder.kinds.map { (OutcomeKind(rawValue: UInt16($0.key)), $0.value) })
  }

  /// The starts of what is in hand, in milliseconds.
  var starts: [Int] {
    (0..<lane.pointee.heldCount).map {
      Int(lane.pointee.operationStart($0)!.since(LaneBench.instant(0)).count / 1_000_000)
    }
  }
  var oldest: Instant? { lane.pointee.operationStart }

  private func text(_ step: Step) -> String {
    switch step {
    case .connect(let endpoint): return "connect \(endpoint)"
    case .send(let bytes):
      let text = String(decoding: bytes, as: UTF8.self)
      let numbers = text.split(separator: "\r\n\r\n").map { request in
        let number = request.dropFirst("GET /".count).prefix { $0.isNumber }
        #expect(request == "GET /\(number) HTTP/1.1\r\n\(host)")
        return String(number)
      }
      return "send " + numbers.joined(separator: " ")
    case .receive: return "receive"
    case .close: return "close"
    case .sleep(let deadline): return "sleep \(deadline.since(now).count / 1_000_000)"
    case .finished: return "finished"
    case .check, .acquire, .release, .finishSending, .abort, .file, .compute, .delay, .yield: return "\(step)"
    }
  }

  func begin() -> String { text(lane.pointee.begin(now: now)) }
  func sent() -> String { text(lane.pointee.resume(.sent(1))) }
  func received(_ reply: String, after milliseconds: UInt64 = 1) -> String {
    now = now + .milliseconds(milliseconds)
    return withPassingBytes(Array(reply.utf8)) { text(lane.pointee.resume(.received($0, now: now))) }
  }
  func connected() -> String { text(lane.pointee.resume(.connected(now: now))) }
  func closed() -> String { text(lane.pointee.resume(.closed(now: now))) }
  func woke() -> String { text(lane.pointee.resume(.woke(now: now))) }
  func failed(_ errno: Int32) -> String { text(lane.pointee.resume(.failed(Errno(errno), now: now))) }

  static let reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
  static let last = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
  static func replies(_ count: Int) -> String { String(repeating: reply, count: count) }
}

@Suite struct PipelinedLaneTests {
  @Test func requestsGoOutTogetherAsFarAsThereIsRoom() {
    let bench = PipelineBench(depth: 3)
    #expect(bench.begin() == "send 0 1 2")
    #expect(bench.sent() == "receive")
    #expect(bench.received(PipelineBench.reply) == "send 3")
    #expect(bench.sent() == "receive")
    #expect(bench.received(PipelineBench.replies(2)) == "send 4 5")
    #expect(bench.starts == [1, 2, 2])
    #expect(bench.recorder.verified == 3 && bench.kinds.isEmpty)
    #expect(bench.recorder.receivedBytes == UInt64(3 * PipelineBench.reply.utf8.count))
    #expect(bench.recorder.sentBytes == UInt64(3 * "GET /0 HTTP/1.1\r\nHost: a\r\n\r\n".utf8.count))
  }

  @Test func requestsHaveTheHostThatWasGiven() {
    let bench = PipelineBench(depth: 3) { $0.headers = ["Host: other.example"] }
    #expect(bench.begin() == "send 0 1 2")
  }

  @Test func repliesReadLenientlyAreCounted() {
    let bench = PipelineBench(depth: 3, asked: 3) { $0.lenient = true }
    #expect(bench.begin() == "send 0 1 2")
    _ = bench.sent()
    let padded = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2 \r\nok\r\n0\r\n\r\n"
    #expect(bench.received(padded + PipelineBench.reply + padded) == "finished")
    #expect(bench.recorder.verified == 3 && bench.recorder.lenientReads == 2)
  }

  @Test func repliesAreReadWhereverTheyAreCut() {
    let text = Array(PipelineBench.replies(4).utf8)
    for size in 1...text.count {
      let bench = PipelineBench(depth: 4, asked: 4)
      #expect(bench.begin() == "send 0 1 2 3")
      var step = bench.sent()
      for piece in text.inPieces(of: size) {
        #expect(step == "receive")
        step = bench.received(String(decoding: piece, as: UTF8.self), after: 0)
      }
      #expect(step == "finished")
      #expect(bench.recorder.verified == 4 && bench.recorder.receivedBytes == UInt64(text.count))
    }
  }

  @Test func eachOperationIsTimedFromItsOwnStart() {
    let bench = PipelineBench(depth: 2, asked: 3)
    #expect(bench.begin() == "send 0 1")
    #expect(bench.sent() == "receive")
    #expect(bench.received(PipelineBench.reply, after: 5) == "send 2")
    #expect(bench.starts == [0, 5])
    #expect(bench.sent() == "receive")
    #expect(bench.received(PipelineBench.reply, after: 7) == "receive")
    #expect(bench.starts == [5])
    #expect(bench.received(PipelineBench.reply, after: 100) == "finished")
    #expect(bench.oldest == nil)
    var service = LatencyHistogram()
    bench.recorder.snapshot(.service, into: &service)
    #expect(service.count == 3)
    // Of 5, 12 and 107 ms.
    #expect(abs(try! #require(service.minimum).distance(to: 5_000_000)) < 5_000)
    #expect(abs(try! #require(service.maximum).distance(to: 107_000_000)) < 107_000)
  }

  @Test func whatIsNotAnsweredIsSentAgainWhenTheServerClosesAfterAReply() {
    let bench = PipelineBench(depth: 3, asked: 4)
    #expect(bench.begin() == "send 0 1 2")
    #expect(bench.sent() == "receive")
    #expect(bench.received(PipelineBench.reply + PipelineBench.last) == "close")
    #expect(bench.starts == [0])
    bench.now = bench.now + .milliseconds(1)
    #expect(bench.closed() == "connect 0")
    #expect(bench.connected() == "send 2 3")
    #expect(bench.starts == [0, 2])
    #expect(bench.sent() == "receive")
    #expect(bench.received(PipelineBench.replies(2)) == "finished")
    #expect(bench.recorder.verified == 4 && bench.kinds.isEmpty)
    #expect(bench.recorder.receivedBytes == UInt64((PipelineBench.replies(3) + PipelineBench.last).utf8.count))
  }

  @Test func allAreSentAgainOnceWhenAUsedConnectionEndsBeforeTheNextReply() {
    let bench = PipelineBench(depth: 3, asked: 3)
    #expect(bench.begin() == "send 0 1 2")
    #expect(bench.sent() == "receive")
    #expect(bench.received(PipelineBench.reply) == "receive")
    #expect(bench.received("") == "close")
    #expect(bench.kinds.isEmpty && bench.recorder.reconnections == 1)
    #expect(bench.closed() == "connect 0")
    #expect(bench.connected() == "send 1 2")
    #expect(bench.sent() == "receive")
    // The new one has carried nothing.
    #expect(bench.received("") == "close")
    #expect(bench.kinds == [.prematureEnd: 1] && bench.recorder.reconnections == 1)
    #expect(bench.closed() == "connect 0")
    #expect(bench.connected() == "send 2")
    #expect(bench.recorder.connections == 3)
  }

  @Test func oldestFailsAndTheOthersAreSentAgainWhenTheConnectionEndsWithinItsReply() {
    let bench = PipelineBench(depth: 3, asked: 3)
    #expect(bench.begin() == "send 0 1 2")
    #expect(bench.sent() == "receive")
    #expect(bench.received(PipelineBench.reply + PipelineBench.reply.dropLast()) == "receive")
    #expect(bench.received("") == "close")
    #expect(bench.kinds == [.prematureEnd: 1])
    #expect(bench.closed() == "connect 0")
    #expect(bench.connected() == "send 2")
    #expect(bench.sent() == "receive")
    #expect(bench.received(PipelineBench.reply) == "finished")
    #expect(bench.recorder.verified == 2 && bench.recorder.done == 2)
  }

  @Test func oldestFailsWhenItsReplyIsMalformed() {
    let bench = PipelineBench(depth: 3, asked: 3)
    _ = bench.begin()
    _ = bench.sent()
    #expect(bench.received("what?\r\n\r\n" + PipelineBench.replies(2)) == "close")
    #expect(bench.kinds == [.fault(.malformedStatusLine): 1])
    #expect(bench.closed() == "connect 0")
    #expect(bench.connected() == "send 1 2")
  }

  @Test(arguments: [PipelineBench.reply, PipelineBench.last]) func bytesAfterTheLastReplyAreUnexpected(_ last: String) {
    let bench = PipelineBench(depth: 2, asked: 2)
    _ = bench.begin()
    _ = bench.sent()
    #expect(bench.received(PipelineBench.reply + last + "x") == "close")
    #expect(bench.kinds == [.unexpectedBytes: 1] && bench.recorder.verified == 1)
    #expect(bench.closed() == "finished")
  }

  @Test func whatWasAnsweredBeforeIsStillReadWhenASendFindsTheConnectionBroken() {
    let bench = PipelineBench(depth: 2, asked: 4)
    #expect(bench.begin() == "send 0 1")
    #expect(bench.sent() == "receive")
    #expect(bench.received(PipelineBench.reply) == "send 2")
    #expect(bench.failed(ECONNRESET) == "receive")
    #expect(bench.received(PipelineBench.reply) == "receive")
    #expect(bench.recorder.verified == 2 && bench.kinds.isEmpty)
    #expect(bench.received("") == "close")
    #expect(bench.kinds.isEmpty && bench.recorder.reconnections == 1)
    #expect(bench.closed() == "connect 0")
    #expect(bench.connected() == "send 2 3")
    #expect(bench.failed(ECONNRESET) == "receive")
    #expect(bench.received("") == "close")
    #expect(bench.kinds == [.errno(Errno(ECONNRESET)): 1] && bench.recorder.reconnections == 1)
  }

  @Test func nothingFailsWhenASendFindsAConnectionThatItsLastReplyHadClosed() {
    let bench = PipelineBench(depth: 2, asked: 3)
    _ = bench.begin()
    _ = bench.sent()
    #expect(bench.received(PipelineBench.reply) == "send 2")
    #expect(bench.failed(EPIPE) == "receive")
    #expect(bench.received(PipelineBench.last) == "close")
    #expect(bench.closed() == "connect 0")
    #expect(bench.connected() == "send 2")
    #expect(bench.kinds.isEmpty)
  }

  @Test func operationsFailOneAfterAnotherWhenNobodyListens() {
    let bench = PipelineBench(depth: 2, asked: 3, isConnected: false)
    #expect(bench.begin() == "connect 0")
    #expect(bench.failed(ECONNREFUSED) == "sleep 1")
    #expect(bench.woke() == "connect 0")
    #expect(bench.failed(ECONNREFUSED) == "sleep 2")
    #expect(bench.woke() == "connect 0")
    #expect(bench.connected() == "send 2")
    #expect(bench.kinds == [.errno(Errno(ECONNREFUSED)): 2])
  }

  @Test func allStayInHandWhenTheWindowEnds() {
    let bench = PipelineBench(depth: 2, closes: 10)
    _ = bench.begin()
    _ = bench.sent()
    #expect(bench.received(PipelineBench.reply, after: 4) == "send 2")
    _ = bench.sent()
    #expect(bench.received(PipelineBench.replies(2), after: 6) == "finished")
    #expect(bench.starts == [0, 4])
    #expect(bench.recorder.verified == 1 && bench.kinds.isEmpty)
    let broken = PipelineBench(depth: 2, closes: 10)
    _ = broken.begin()
    _ = broken.sent()
    #expect(broken.received("", after: 10) == "finished")
    #expect(broken.starts == [0, 0] && broken.kinds.isEmpty)
  }

  @Test func warmUpIsNumberedApartAndDoesNotCount() {
    let bench = PipelineBench(depth: 2, asked: 2, opens: 5)
    #expect(bench.begin() == "send 0 1")
    _ = bench.sent()
    #expect(bench.received(PipelineBench.replies(1), after: 5) == "send 0")
    _ = bench.sent()
    #expect(bench.received(PipelineBench.replies(2)) == "send 1")
    _ = bench.sent()
    #expect(bench.received(PipelineBench.replies(1)) == "finished")
    #expect(bench.recorder.verified == 2 && bench.recorder.done == 2)
  }
}
