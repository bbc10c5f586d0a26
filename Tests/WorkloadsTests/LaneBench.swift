import Glibc
import Measurement
import Plan
import SystemCalls

@testable import Workloads

/// A conversation of one byte each way, which determines the operation's outcome.
struct OneByte: Conversation, ~Copyable {
  static var usesConnection: Bool { true }
  static let request: StaticString = "ask"
  var endpoints: Int32 = 1
  let begun: Log
  private var endsWithConnection = false

  final class Log {
    var operations: [UInt64] = []
    var mayRepeat = true
    var disconnections = 0
  }

  func endpoint(of operation: UInt64) -> Int32 { Int32(operation % UInt64(endpoints)) }

  func mayRepeat(_ operation: UInt64) -> Bool { begun.mayRepeat }
  func isFarewell(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.first == UInt8(ascii: "t") }

  mutating func begin(_ operation: UInt64) -> Need {
    begun.operations.append(operation)
    return .send(UnsafeRawBufferPointer(start: Self.request.utf8Start, count: Self.request.utf8CodeUnitCount))
  }
  mutating func sent() -> Need { .receive }
  mutating func received(_ bytes: inout UnsafeRawBufferPointer) -> Need {
    let byte = bytes[0]
    bytes = UnsafeRawBufferPointer(rebasing: bytes[1...])
    switch byte {
    case UInt8(ascii: "."): return .receive
    case UInt8(ascii: "o"):
      endsWithConnection = true
      return .receive
    case UInt8(ascii: "c"): return .done(.verified(checksum: 1, keepsConnection: false))
    case UInt8(ascii: "n"): return .done(.refused(status: 404, keepsConnection: true))
    case UInt8(ascii: "w"): return .done(.failed(.wrongContent))
    default: return .done(.verified(checksum: 1, keepsConnection: true))
    }
  }
  mutating func ended() -> Need {
    .done(endsWithConnection ? .verified(checksum: 1, keepsConnection: false) : .failed(.prematureEnd))
  }
  init(endpoints: Int32, begun: Log) {
    self.endpoints = endpoints
    self.begun = begun
  }

  mutating func woke(_ operation: UInt64, after elapsed: Nanoseconds) -> Need { .receive }
  mutating func disconnected() { begun.disconnections += 1 }
}

/// A trial of lanes that are driven by hand, with a fixed clock; steps are read as text.
final class LaneBench {
  var now: Instant
  let log = OneByte.Log()
  let recorder = Recorder.allocate(shared: false)
  private let trial: UnsafeMutablePointer<TrialState>
  private let group: UnsafeMutablePointer<LaneGroup>
  private let lanes: UnsafeMutablePointer<ClientLane<OneByte>>
  private let count: Int

  /// - Parameters: times in milliseconds.
  init(
    lanes count: Int = 1, asked: UInt64? = nil, opens: UInt64 = 0, closes: UInt64 = 1000, timeout: UInt64 = 0,
    endpoints: Int32 = 1, isConnected: Bool = true, isLimited: Bool = false, schedule: consuming ArrivalSchedule? = nil,
    bystanders: BystanderSpec? = nil
  ) {
    now = Self.instant(0)
    self.count = count
    trial = .allocate(capacity: 1)
    trial.initialize(
      to: TrialState(
        asked: asked, opens: Self.instant(opens), closes: Self.instant(closes), timeout: .milliseconds(timeout),
        isLimited: isLimited, schedule: schedule, bystanders: bystanders))
    group = .allocate(capacity: 1)
    group.initialize(to: LaneGroup(trial: trial, recorder: recorder))
    lanes = .allocate(capacity: count)
    for lane in 0..<count {
      (lanes + lane).initialize(
        to: ClientLane(
          OneByte(endpoints: endpoints, begun: log), in: group, connectedTo: isConnected ? 0 : nil))
    }
  }

  deinit {
    lanes.deinitialize(count: count)
    lanes.deallocate()
    group.deallocate()
    trial.deinitialize(count: 1)
    trial.deallocate()
    recorder.deallocate()
  }

  /// The trial begins at one second of the clock.
  static func instant(_ milliseconds: UInt64) -> Instant {
    Instant(nanoseconds: 1_000_000_000 + milliseconds * 1_000_000)
  }
  var kinds: [OutcomeKind: UInt64] {
    Dictionary(uniqueKeysWithValues: recorder.kinds.map { (OutcomeKind(rawValue: UInt16($0.key)), $0.value) })
  }
  func start(_ lane: Int = 0) -> Instant? { lanes[lane].operationStart }
  func isServed(_ lane: Int = 0) -> Bool { lanes[lane].isServed }
  func arrivalInHand(_ lane: Int = 0) -> UInt64? { lanes[lane].arrivalInHand }

  /// The bytes that lanes find when they check their connection; nil for none.
  var waiting: String?
  /// How often they have looked.
  private(set) var looks = 0

  private func look(_ lane: Int) -> String {
    looks += 1
    guard let waiting else { return resume(.checked(nil, now: now), lane) }
    return withPassingBytes(Array(waiting.utf8)) { resume(.checked($0, now: now), lane) }
  }

  private func text(_ step: Step, _ lane: Int) -> String {
    switch step {
    case .check: look(lane)
    case .connect(let endpoint): "connect \(endpoint)"
    case .send(let bytes): "send \(bytes.count)"
    case .receive: "receive"
    case .close: "close"
    case .finishSending: "finish sending"
    case .abort: "abort"
    case .sleep(let deadline): "sleep \(Double(deadline.since(Self.instant(0)).count) / 1e6)"
    case .delay, .yield: "\(step)"
    case .file(let request): "\(request)"
    case .compute(let work): "compute \(work.iterations)"
    case .acquire: "acquire"
    case .release: "release"
    case .finished: "finished"
    }
  }

  /// The measured lanes have finished.
  func close() { trial.pointee.close(at: now) }

  func begin(_ lane: Int = 0) -> String { text(lanes[lane].begin(now: now), lane) }
  func resume(_ event: Event, _ lane: Int = 0) -> String { text(lanes[lane].resume(event), lane) }
  func sent(_ lane: Int = 0) -> String { resume(.sent(3), lane) }
  func received(_ bytes: String, _ lane: Int = 0) -> String {
    withPassingBytes(Array(bytes.utf8)) { resume(.received($0, now: now), lane) }
  }
  func ended(_ lane: Int = 0) -> String {
    resume(.received(UnsafeRawBufferPointer(start: nil, count: 0), now: now), lane)
  }
  func connected(_ lane: Int = 0) -> String { resume(.connected(now: now), lane) }
  func reached(_ lane: Int = 0) -> String { resume(.reached(now: now), lane) }
  func closed(_ lane: Int = 0) -> String { resume(.closed(now: now), lane) }
  func woke(_ lane: Int = 0) -> String { resume(.woke(now: now), lane) }
  func failed(_ errno: Int32, _ lane: Int = 0) -> String { resume(.failed(Errno(errno), now: now), lane) }
  /// Sends, and receives an answer `milliseconds` later.
  func exchange(_ answer: String = "v", after milliseconds: UInt64 = 1, _ lane: Int = 0) -> String {
    _ = sent(lane)
    now = now + .milliseconds(milliseconds)
    return received(answer, lane)
  }
}
