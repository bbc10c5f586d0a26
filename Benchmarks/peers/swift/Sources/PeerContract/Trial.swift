import Foundation
import Synchronization

/// A running plan: the counters from which all lanes take operations, and the rows that they write.
/// Each row is written by the lane of its operation.
public final class Trial: @unchecked Sendable {
  /// An operation that a lane has taken.
  public struct Operation: Sendable {
    /// Its number on the wire.
    public var number: UInt64
    /// Its intended start, in an open loop.
    public var due: UInt64?
    fileprivate var label: UInt64
    fileprivate var place: Int
    fileprivate var lane: UInt32
  }

  public static let echoHeader = 16
  /// The most bytes of a message to send before they come back.
  public static let echoWindow = 32 * 1024

  private static let rowSize = 32
  private static let warmUp: UInt64 = 1 << 63
  private static let faults = ["", "reset", "truncate", "stall", "garbage", "drip"]

  public let plan: Plan
  public let endpoint: Endpoint?
  /// Nil for sleep.
  public let content: Content?
  private let greeting: [UInt8]
  private let starts: [UInt64]?
  private let delays: [UInt32]?
  private let faults: [UInt8]?
  private let rows: UnsafeMutableRawPointer?
  private let numbers = Atomic<UInt64>(0)
  private let warmUpNumbers = Atomic<UInt64>(0)
  private let places = Atomic<UInt64>(0)
  private var start: UInt64 = 0
  private var opens: UInt64 = 0
  private var closes: UInt64 = 0

  /// Nanoseconds on CLOCK_MONOTONIC.
  public static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Reads the plan from standard input.
  public init() throws {
    plan = try JSONDecoder().decode(Plan.self, from: Data((readLine() ?? "").utf8))
    guard plan.contract == 1 else { fail("contract \(plan.contract) is not known") }
    endpoint = plan.endpoint.flatMap(Endpoint.init)
    content = try plan.content.map(Content.init(path:))
    greeting = Array((plan.greeting ?? "").utf8)
    starts = try plan.starts.map { try Self.table($0) }
    delays = try plan.delays.map { try Self.table($0) }
    faults = try plan.faults.map { try Self.table($0) }
    rows = plan.record == false ? nil : try Self.mapped(plan.rows)
  }

  private static func table<Entry>(_ path: String) throws -> [Entry] {
    try Data(contentsOf: URL(fileURLWithPath: path)).withUnsafeBytes { Array($0.bindMemory(to: Entry.self)) }
  }

  private static func mapped(_ path: String) throws -> UnsafeMutableRawPointer {
    let file = open(path, O_RDWR | O_CLOEXEC)
    defer { close(file) }
    var status = stat()
    guard file >= 0, fstat(file, &status) == 0 else { fail("\(path): \(String(cString: strerror(errno)))") }
    let base = mmap(nil, Int(status.st_size), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
    guard let base, base != MAP_FAILED else { fail("\(path): \(String(cString: strerror(errno)))") }
    return base
  }

  /// Reports that the lanes are connected, and returns at the start.
  public func ready() {
    say("ready")
    let words = (readLine() ?? "").split(separator: " ")
    guard words.count == 2, words[0] == "start", let start = UInt64(words[1]) else { exit(0) }
    self.start = start
    opens = start + (plan.warmup ?? 0)
    closes = plan.duration.map { opens + $0 } ?? .max
    while Self.now < start { usleep(UInt32((start - Self.now) / 1000 + 1)) }
  }

  /// How long it is until the window ends, in nanoseconds; nil if it ends with the last operation.
  public var remaining: UInt64? { plan.duration.map { _ in closes - min(closes, Self.now) } }

  /// Reports that all rows are written, and exits when standard input ends.
  public func done() -> Never {
    say("done")
    while readLine() != nil {}
    exit(0)
  }

  public var timeout: UInt64? { plan.timeout.flatMap { $0 > 0 ? $0 : nil } }
  public var sleep: UInt64 { plan.sleep ?? 0 }

  /// Takes the next operation, which begins now, except in an open loop; nil if none is left.
  public func take(lane: Int) -> Operation? {
    let now = Self.now
    guard now < closes else { return nil }
    let isWarmUp = starts == nil && now < opens
    let number = (isWarmUp ? warmUpNumbers.add(1) : numbers.add(1)) - 1
    guard isWarmUp || number < plan.count ?? .max else { return nil }
    var due: UInt64?
    if let starts {
      // An open loop has one schedule, warm-up included.
      guard number < starts.count, start + starts[Int(number)] < closes else { return nil }
      due = start + starts[Int(number)]
    }
    let place = places.add(1) - 1
    guard place < plan.capacity else { return nil }
    let label = isWarmUp ? number | Self.warmUp : number
    let operation = Operation(number: number, due: due, label: label, place: Int(place), lane: UInt32(lane))
    begin(operation, at: due == nil ? now : 0)
    return operation
  }

  /// An operation begins, or waits for its time where `now` is 0: its row says unfinished until it ends.
  public func begin(_ operation: Operation, at now: UInt64) {
    guard let rows, now < closes else { return }
    let row = rows + operation.place * Self.rowSize
    row.storeBytes(of: operation.label, as: UInt64.self)
    row.storeBytes(of: now, toByteOffset: 8, as: UInt64.self)
    row.storeBytes(of: Failure.Outcome.unfinished.rawValue, toByteOffset: 24, as: UInt16.self)
    row.storeBytes(of: operation.lane, toByteOffset: 28, as: UInt32.self)
  }

  /// Records how an operation ended, unless the window ended first.
  public func finish(_ operation: Operation, _ failure: Failure?) {
    let now = Self.now
    guard let rows, now < closes else { return }
    let row = rows + operation.place * Self.rowSize
    row.storeBytes(of: (failure?.outcome ?? .verified).rawValue, toByteOffset: 24, as: UInt16.self)
    row.storeBytes(of: failure?.detail ?? 0, toByteOffset: 26, as: UInt16.self)
    row.storeBytes(of: now, toByteOffset: 16, as: UInt64.self)
  }

  /// The delay that the server is asked for, in µs.
  public func delay(of number: UInt64) -> UInt32 { delays?[Int(number)] ?? plan.delay ?? 0 }

  /// The code of the fault that the server is asked for; 0 for none.
  public func fault(of number: UInt64) -> UInt8 { faults?[Int(number)] ?? 0 }

  /// The target of an operation's request.
  public func target(of number: UInt64) -> String {
    var fields: [String] = []
    if fault(of: number) != 0 { fields.append("fault=\(Self.faults[Int(fault(of: number))])") }
    if delay(of: number) != 0 { fields.append("delay=\(delay(of: number))us") }
    if let size = plan.size { fields.append("size=\(size)") }
    return fields.isEmpty ? "/" : "/?\(fields.joined(separator: "&"))&op=\(number)"
  }

  /// What is wrong with the reply to an operation.
  public func verify(_ number: UInt64, status: Int, body: UnsafeRawBufferPointer) -> Failure? {
    guard (200..<300).contains(status) else { return Failure(.status, detail: status) }
    let isRight =
      if let size = plan.size {
        body.count == size && content?.matches(body, of: number) == true
      } else {
        body.elementsEqual(greeting)
      }
    return isRight ? nil : Failure(.wrongContent)
  }
}

extension Atomic where Value == UInt64 {
  /// Answers the new value.
  fileprivate borrowing func add(_ count: UInt64) -> UInt64 { add(count, ordering: .relaxed).newValue }
}
