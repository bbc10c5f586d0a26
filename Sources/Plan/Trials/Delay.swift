import Glibc
import Measurement

/// The server's delay per operation: `2ms`, `exponential:2ms` (its mean), or `lognormal:2ms:0.5` (its median, and the
/// standard deviation of its logarithm).
@frozen public enum Delay: Hashable, Sendable {
  case fixed(Nanoseconds)
  case exponential(mean: Nanoseconds)
  case lognormal(median: Nanoseconds, sigma: Double)

  public static let none = Delay.fixed(.zero)

  /// The longest delay; longer draws are cut to it.
  @inlinable public static var longest: Nanoseconds { Nanoseconds(3600 * 1_000_000_000) }

  /// The delay of `operation`, in whole microseconds.
  @inlinable
  public func drawn(seed: UInt64, operation: UInt64) -> Nanoseconds {
    // Most workloads have this one, and draw it for each operation: it costs no call.
    if case .fixed(let span) = self { return span }
    return drawnAtRandom(seed, operation)
  }

  @usableFromInline
  func drawnAtRandom(_ seed: UInt64, _ operation: UInt64) -> Nanoseconds {
    let exact: Double
    switch self {
    case .fixed(let span): return span
    case .exponential(let mean):
      exact = -Double(mean.count) * log(Randomness.uniform(seed, operation))
    case .lognormal(let median, let sigma):
      // Box and Muller, "A note on the generation of random normal deviates", 1958.
      let radius = sqrt(-2 * log(Randomness.uniform(seed, operation &* 2)))
      let normal = radius * cos(2 * Double.pi * Randomness.uniform(seed, operation &* 2 &+ 1))
      exact = Double(median.count) * exp(sigma * normal)
    }
    return Nanoseconds(1000 * UInt64(min(exact, Double(Self.longest.count)) / 1000))
  }

  /// The mean delay.
  public var mean: Nanoseconds {
    switch self {
    case .fixed(let span), .exponential(let span): span
    case .lognormal(let median, let sigma): Nanoseconds(UInt64(Double(median.count) * exp(sigma * sigma / 2)))
    }
  }
}

extension Delay {
  static let help = "delay of the built-in server: 2ms, exponential:2ms or lognormal:2ms:0.5"

  private var span: Nanoseconds {
    switch self {
    case .fixed(let span), .exponential(let span), .lognormal(let span, _): span
    }
  }

  /// The mean delay in seconds; nil without a delay.
  var meanSeconds: Double? {
    guard span != .zero else { return nil }
    if case .lognormal(let median, let sigma) = self { return median.seconds * exp(sigma * sigma / 2) }
    return span.seconds
  }

  /// The delay in a report's words; nil without a delay.
  var words: String? {
    guard span != .zero else { return nil }
    return switch self {
    case .fixed(let span): "answered after \(span.spaced)"
    case .exponential(let mean): "exponential delay, mean \(mean.spaced)"
    case .lognormal(let median, let sigma): "lognormal delay, median \(median.spaced), sigma \(sigma)"
    }
  }
}

extension Delay: LosslessStringConvertible, Codable {
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard let span = Nanoseconds(parts.count > 1 ? parts[1] : parts[0]), span <= Self.longest else { return nil }
    switch (parts.count, parts[0]) {
    case (1, _):
      guard span.count % 1000 == 0 else { return nil }
      self = .fixed(span)
    case (2, "exponential"): self = .exponential(mean: span)
    case (3, "lognormal"):
      guard let sigma = Double(parts[2]), sigma > 0, sigma <= 5 else { return nil }
      self = .lognormal(median: span, sigma: sigma)
    default: return nil
    }
  }

  public var description: String {
    switch self {
    case .fixed(let span): "\(span)"
    case .exponential(let mean): "exponential:\(mean)"
    case .lognormal(let median, let sigma): "lognormal:\(median):\(sigma)"
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let delay = Delay(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "'\(text)' is not a delay such as \"2ms\", \"exponential:2ms\" or \"lognormal:2ms:0.5\"")
    }
    self = delay
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
