import Foundation
import Measurement
import Plan
import Testing

@testable import Workloads

/// CPU work: its result, and what the conversation makes of it.
struct ComputeTests {
  // MARK: The work

  @Test(arguments: [0, 1, 2, 3, 7, 64, 1000, 65_537, 1_000_003] as [UInt64])
  func checkKnowsTheResultWithoutTheSteps(_ iterations: UInt64) {
    let check = ComputationCheck(iterations: iterations)
    for seed in [0, 1, 42, .max, Randomness.mix(9)] as [UInt64] {
      #expect(check.result(seed: seed) == Computation(iterations: iterations, seed: seed).result())
    }
  }

  @Test func resultIsOfEveryStep() {
    for iterations in 1...200 as ClosedRange<UInt64> {
      let check = ComputationCheck(iterations: iterations)
      #expect(check.result(seed: 5) != Computation(iterations: iterations - 1, seed: 5).result())
      #expect(check.result(seed: 5) != check.result(seed: 6))
    }
  }

  @Test func checkOfManyStepsTakesNoTime() {
    // Step by step, this would take centuries.
    let half = ComputationCheck(iterations: 1 << 62)
    let whole = ComputationCheck(iterations: 1 << 63)
    #expect(half != whole && half.result(seed: 1) != whole.result(seed: 1))
  }

  // MARK: The conversation

  private struct Bench: ~Copyable {
    let requests: UnsafeMutablePointer<HTTPRequests>
    let check: UnsafeMutablePointer<ComputationCheck>
    var client: ComputeClient

    init(works: Bool = true, _ spec: HTTPSpec = HTTPSpec()) {
      requests = .allocate(capacity: 1)
      requests.initialize(to: HTTPRequests(spec, server: ("own", "Hello"), seed: 1))
      check = .allocate(capacity: 1)
      check.initialize(to: ComputationCheck(iterations: 1000))
      client = ComputeClient(UnsafePointer(requests), work: works ? UnsafePointer(check) : nil)
    }

    deinit {
      requests.deinitialize(count: 1)
      requests.deallocate()
      check.deallocate()
    }

    mutating func answer(_ operation: UInt64, _ reply: String) -> Need {
      _ = client.begin(operation)
      _ = client.sent()
      return withPassingBytes([UInt8](reply.utf8)) { bytes in
        var rest = bytes
        return client.received(&rest)
      }
    }
  }

  private static let reply = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello"

  @Test func workFollowsOnTheReplyAndIsVerified() throws {
    var bench = Bench()
    guard case .compute(let work) = bench.answer(7, Self.reply) else {
      Issue.record("no work")
      return
    }
    #expect(work.iterations == 1000)
    guard case .done(let outcome) = bench.client.computed(work.result()) else {
      Issue.record("not over")
      return
    }
    #expect(outcome.kind == .verified && outcome.keepsConnection)
    var idle = Bench(works: false)
    guard case .done(let without) = idle.answer(7, Self.reply) else {
      Issue.record("a bystander works")
      return
    }
    // The checksum covers the work.
    #expect(without.kind == .verified && without.checksum != nil && without.checksum != outcome.checksum)
  }

  @Test func requestAndReplyAreThoseOfHTTP() {
    var spec = HTTPSpec()
    spec.headers = ["Host: other.example"]
    spec.lenient = true
    var bench = Bench(spec)
    guard case .send(let request) = bench.client.begin(7) else {
      Issue.record("no request")
      return
    }
    #expect(String(decoding: request, as: UTF8.self) == "GET / HTTP/1.1\r\nHost: other.example\r\n\r\n")
    let padded = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5  \r\nHello\r\n0\r\n\r\n"
    guard case .compute(let work) = bench.answer(7, padded),
      case .done(let outcome) = bench.client.computed(work.result())
    else {
      Issue.record("no work")
      return
    }
    #expect(outcome.kind == .verified && outcome.isLenient)
  }

  @Test func operationsHaveWorkOfTheirOwn() {
    var bench = Bench()
    var seeds: Set<UInt64> = []
    for operation in 0..<10 as Range<UInt64> {
      if case .compute(let work) = bench.answer(operation, Self.reply) { seeds.insert(work.seed) }
    }
    #expect(seeds.count == 10)
  }

  @Test func wrongResultFailsTheOperation() {
    var bench = Bench()
    guard case .compute(let work) = bench.answer(7, Self.reply),
      case .done(let outcome) = bench.client.computed(work.result() ^ 1)
    else {
      Issue.record("not over")
      return
    }
    #expect(outcome.kind == .wrongContent && outcome.checksum == nil && !outcome.keepsConnection)
  }

  @Test func whatIsNotVerifiedIsNotWorkedOn() {
    for (reply, kind) in [
      ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", OutcomeKind.status(404)),
      ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHallo", .wrongContent),
    ] {
      var bench = Bench()
      guard case .done(let outcome) = bench.answer(7, reply) else {
        Issue.record("not over")
        continue
      }
      #expect(outcome.kind == kind)
    }
  }

  // MARK: The spec

  private func spec(_ fields: String) throws -> WorkloadSpec {
    try JSONDecoder().decode(WorkloadSpec.self, from: Data(#"{"kind": "compute"\#(fields)}"#.utf8))
  }

  @Test func specHasTheFieldsOfHTTPAndItsOwn() throws {
    guard
      case .compute(let spec) = try spec(
        #", "work": "250us", "offload": "processes", "pool": 3, "delay": "2ms", "size": "4KiB""#)
    else {
      Issue.record("another kind")
      return
    }
    #expect(spec.work == .microseconds(250) && spec.offload == .processes && spec.pool == 3 && spec.workers == 3)
    #expect(spec.http.delay == .fixed(.milliseconds(2)) && spec.http.size == ByteCount(4096))
    let written = try JSONDecoder().decode(WorkloadSpec.self, from: JSONEncoder().encode(WorkloadSpec.compute(spec)))
    #expect(written == .compute(spec))
  }

  @Test func specWithoutFieldsWorksInlineForAMillisecond() throws {
    #expect(try spec("") == .compute(ComputeSpec()))
    #expect(ComputeSpec().work == .milliseconds(1) && ComputeSpec().workers == 0)
    guard case .compute(let pooled) = try spec(#", "offload": "pool""#) else { return }
    #expect(pooled.pool == 2)
  }

  @Test(arguments: [
    (#", "work": "11s""#, "11s is over 10s"), (#", "offload": "gpu""#, "'gpu' is not one of inline, pool, processes"),
    (#", "pool": 2"#, "goes with offload pool or processes"),
    (#", "offload": "pool", "pool": 0"#, "0 is not a number of workers; it must be from 1 to 256"),
    (#", "offload": "pool", "pool": 257"#, "257 is not a number of workers; it must be from 1 to 256"),
    (#", "targets": ["http://a/"]"#, "cannot be combined with compute, which uses the built-in server"),
    (#", "faults": {"reset": 0.1}"#, "go with the workloads http and echo"),
    (#", "gather": true"#, "goes with the workload http"),
    (#", "works": "1ms""#, "is not a field; did you mean 'work'?; there are kind, work, offload, pool"),
  ]) func whatCannotBeIsSaid(_ fields: String, _ complaint: String) {
    do {
      _ = try spec(fields)
      Issue.record("taken")
    } catch let DecodingError.dataCorrupted(context) {
      #expect(context.debugDescription.hasPrefix(complaint), "\(context.debugDescription)")
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test func operationTakesItsWorkBesideItsDelay() {
    var http = HTTPSpec()
    http.delay = .fixed(.milliseconds(2))
    let workload = WorkloadSpec.compute(ComputeSpec(http: http))
    #expect(workload.leastDuration == .milliseconds(3) && workload.work == .milliseconds(1))
    #expect(workload.needsServer && workload.descriptorsPerLane == 1 && workload.timeout == http.timeout)
  }
}
