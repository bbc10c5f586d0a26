import Measurement
import Plan
import SystemCalls
import Testing

@testable import Workloads

/// The results of a server's lane.
struct Served {
  /// The bytes of every send, one element each.
  var sends: [[UInt8]] = []
  var sleeps: [Nanoseconds] = []
  /// Whether the lane closed the connection.
  var isFinished = false
  /// Whether it reset the connection.
  var isBroken = false
  /// Whether it ended its sending half.
  var hasFinishedSending = false
  var done: UInt64 = 0
  var failed: UInt64 = 0
  var faults: UInt64 = 0
  var refused: UInt64 = 0
  /// How often it yielded to others.
  var yields = 0

  var bytes: [UInt8] { sends.flatMap { $0 } }
  var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Bytes that are overwritten after the call, as a mode's may be, so that a kept pointer reads rubbish.
func withPassingBytes<R>(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) -> R) -> R {
  let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
  defer { copy.deallocate() }
  copy.copyBytes(from: bytes)
  defer { copy.initializeMemory(as: UInt8.self, repeating: 0xEE) }
  return body(UnsafeRawBufferPointer(copy))
}

/// Drives the server's side of one connection through a client's bytes; sleeps pass at once.
/// - Parameters:
///   - ends: whether the client closes its side at the end.
///   - hangsUp: whether it does so while its answer is delayed.
func serve<C: ServerConversation & ~Copyable>(
  _ conversation: consuming C, _ pieces: [[UInt8]], ends: Bool = false, hangsUp: Bool = false
) -> Served {
  let tally = UnsafeMutablePointer<ServerTally>.allocate(capacity: 1)
  tally.initialize(to: ServerTally(shared: false))
  defer {
    tally.deinitialize(count: 1)
    tally.deallocate()
  }
  var served = Served()
  var now = Instant(nanoseconds: 1_000)
  var pieces = pieces.filter { !$0.isEmpty }[...]
  var mayEnd = ends
  var lane = ServerLane(conversation, tally: tally)
  var step = lane.begin(now: now)
  while true {
    switch step {
    case .send(let bytes):
      served.sends.append(Array(bytes))
      step = lane.resume(.sent(bytes.count))
      continue
    case .yield:
      served.yields += 1
      step = lane.resume(.woke(now: now))
      continue
    case .delay(let deadline):
      served.sleeps.append(deadline.since(now))
      if hangsUp {
        step = lane.resume(.ended(now: now))
        continue
      }
      now = deadline
      step = lane.resume(.woke(now: now))
      continue
    case .receive:
      if let piece = pieces.popFirst() {
        step = withPassingBytes(piece) { lane.resume(.received($0, now: now)) }
        continue
      }
      if mayEnd {
        mayEnd = false
        step = lane.resume(.received(UnsafeRawBufferPointer(start: nil, count: 0), now: now))
        continue
      }
    case .finishSending:
      served.hasFinishedSending = true
      step = lane.resume(.sent(0))
      continue
    case .abort: served.isBroken = true
    case .finished: served.isFinished = true
    default: Issue.record("a server asks for \(step)")
    }
    break
  }
  served.done = tally.pointee.done.count
  served.failed = tally.pointee.failed.count
  served.faults = tally.pointee.faults.count
  served.refused = tally.pointee.refused.count
  return served
}

/// The outcome of a client's conversation.
struct Asked {
  var sent: [UInt8] = []
  var outcome: Outcome?
  /// Bytes that it did not take.
  var rest = 0

  var checksum: UInt64? { outcome?.checksum }
  var kind: OutcomeKind? { outcome?.kind }
}

/// Drives a client through one operation, whose answer arrives in these pieces.
func ask<C: Conversation & ~Copyable>(
  _ client: inout C, _ operation: UInt64, _ pieces: [[UInt8]], ends: Bool = false
) -> Asked {
  var asked = Asked()
  var pieces = pieces.filter { !$0.isEmpty }[...]
  var mayEnd = ends
  var need = client.begin(operation)
  while true {
    switch need {
    case .send(let bytes):
      asked.sent += Array(bytes)
      need = client.sent()
    case .receive:
      if let piece = pieces.popFirst() {
        need = withPassingBytes(piece) { bytes in
          var rest = bytes
          let next = client.received(&rest)
          asked.rest += rest.count
          return next
        }
      } else if mayEnd {
        mayEnd = false
        need = client.ended()
      } else {
        return asked
      }
    case .sleep(let span): need = client.woke(operation, after: span)
    case .file:
      Issue.record("a client of a server asks for a file")
      return asked
    case .compute(let work): need = client.computed(work.result())
    case .finishSending, .abort:
      Issue.record("a client asks for \(need)")
      return asked
    case .done(let outcome):
      asked.outcome = outcome
      asked.rest += pieces.reduce(0) { $0 + $1.count }
      return asked
    }
  }
}

extension [UInt8] {
  /// Cut at places drawn from a seed.
  func inRandomPieces(seed: UInt64) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var start = 0
    while start < count {
      let length = Int(Randomness.mix(seed &+ UInt64(pieces.count) &* 0x9E37) % UInt64(Swift.max(2, count / 4))) + 1
      pieces.append(Array(self[start..<Swift.min(start + length, count)]))
      start += length
    }
    return pieces
  }
}
