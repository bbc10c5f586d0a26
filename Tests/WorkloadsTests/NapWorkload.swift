import Measurement
import Plan
import Workloads

// The listings of the article *Adding a workload*, which a test holds equal to these.

/// One operation waits for a time of its own, between two.
public struct NapSpec: WorkloadParameters {
  public var least = Nanoseconds.milliseconds(1)
  public var most = Nanoseconds.milliseconds(3)

  public init() {}

  public static let kind = "nap"
  public static let about = "wait for a time that each operation has of its own"

  public static let options: [WorkloadOption<NapSpec>] = [
    WorkloadOption("least", \.least, "the shortest time", unlessGiven: "\(NapSpec().least)"),
    WorkloadOption(
      "most", \.most, "the longest time", unlessGiven: "\(NapSpec().most)",
      words: { "up to \($0.most.spaced)" }),
  ]

  public var headline: String { "nap of at least \(least.spaced)" }
  public var leastDuration: Nanoseconds { Nanoseconds((least.count + most.count) / 2) }
  public var wait: Double? { leastDuration.seconds }

  public func complaint() -> (key: String, text: String)? {
    least > most ? ("least", "\(least) is longer than most, which is \(most)") : nil
  }
}

/// It needs nothing but time, and checks that all of it has passed.
@frozen public struct NapConversation: Conversation, ~Copyable {
  @usableFromInline let least: UInt64
  @usableFromInline let span: UInt64
  @usableFromInline let seed: UInt64

  public init(_ spec: NapSpec, seed: UInt64) {
    (least, span, self.seed) = (spec.least.count, spec.most.count - spec.least.count, seed)
  }

  @inlinable public static var usesConnection: Bool { false }

  /// A pure function of the seed and the operation.
  @inlinable
  func time(of operation: UInt64) -> Nanoseconds {
    Nanoseconds(least + UInt64(Randomness.uniform(seed, operation) * Double(span)))
  }

  @inlinable
  public mutating func begin(_ operation: UInt64) -> Need { .sleep(time(of: operation)) }

  @inlinable
  public mutating func woke(_ operation: UInt64, after elapsed: Nanoseconds) -> Need {
    let time = time(of: operation)
    guard elapsed >= time else { return .done(.failed(.wokeEarly)) }
    return .done(.verified(checksum: Randomness.mix(operation ^ time.count), keepsConnection: true))
  }

  @inlinable public mutating func sent() -> Need { .receive }
  @inlinable public mutating func received(_ bytes: inout UnsafeRawBufferPointer) -> Need {
    .done(.failed(.unexpectedBytes))
  }
  @inlinable public mutating func ended() -> Need { .done(.failed(.prematureEnd)) }
  @inlinable public mutating func disconnected() {}
}

// No listing: the article adds a case to `WorkloadSpec`, which a test cannot.
extension NapSpec {
  public var spec: WorkloadSpec { .sleep(SleepSpec(duration: most)) }
}
