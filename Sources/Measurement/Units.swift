/// A span of time in whole nanoseconds. Parses and prints `250ms`, `1.5s`, `20us`, `2min`, `800ns`. It also parses a
/// bare number as seconds, and `m` and `h` as in sleep(1).
@frozen public struct Nanoseconds: Comparable, Hashable, Sendable {
  public var count: UInt64

  @inlinable public init(_ count: UInt64) { self.count = count }

  @inlinable public static var zero: Nanoseconds { Nanoseconds(0) }
  public static func microseconds(_ count: UInt64) -> Nanoseconds { Nanoseconds(1_000) * count }
  public static func milliseconds(_ count: UInt64) -> Nanoseconds { Nanoseconds(1_000_000) * count }
  public static func seconds(_ count: UInt64) -> Nanoseconds { Nanoseconds(1_000_000_000) * count }

  /// The longest span that can be written and parsed.
  public static var longest: Nanoseconds { Nanoseconds(UInt64(Int64.max)) }

  /// Saturates at the longest span.
  public static func + (a: Nanoseconds, b: Nanoseconds) -> Nanoseconds {
    min(Nanoseconds([a.count, b.count].saturatingSum), longest)
  }

  /// Saturates at the longest span.
  public static func * (span: Nanoseconds, times: UInt64) -> Nanoseconds {
    min(Nanoseconds(span.count.multipliedSaturating(by: times)), longest)
  }

  /// Truncates to whole nanoseconds. Saturates at the longest span; negative numbers and NaN become zero.
  @inlinable public init(saturating nanoseconds: Double) {
    count = nanoseconds > 0 ? (nanoseconds < 0x1p63 ? UInt64(nanoseconds) : UInt64(Int64.max)) : 0
  }

  public var seconds: Double { Double(count) / 1e9 }

  @inlinable public static func < (a: Nanoseconds, b: Nanoseconds) -> Bool { a.count < b.count }
}

/// A number of bytes. Parses and prints `64KiB`, `1MiB`, `100B`, `1GiB`. It also parses a bare number as bytes, and
/// `4k`, `4kb` and `4KB` as `4KiB`, as fio does.
@frozen public struct ByteCount: Comparable, Hashable, Sendable {
  public var count: Int

  @inlinable public init(_ count: Int) { self.count = count }

  @inlinable public static func < (a: ByteCount, b: ByteCount) -> Bool { a.count < b.count }
}

/// A plain number. Parses and prints `64`, `10k`, `1.5M`.
@frozen public struct Count: Hashable, Sendable {
  public var count: UInt64

  @inlinable public init(_ count: UInt64) { self.count = count }
}

/// A quantity written as a number with a unit.
public protocol Quantity: LosslessStringConvertible {
  /// Unit names and sizes in base units, largest first.
  static var units: [(name: String, size: UInt64)] { get }
  /// The size of a unit in base units, in any accepted spelling; nil if unknown. "" stands for a number without a unit.
  static func size(of unit: String) -> UInt64?
  /// A valid example for messages.
  static var example: String { get }
  init(base: UInt64)
  var base: UInt64 { get }
}

extension Nanoseconds: Quantity, Codable {
  public static let units: [(name: String, size: UInt64)] = [
    ("min", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
  ]
  public static let example = "250ms"
  public static func size(of unit: String) -> UInt64? {
    switch unit {
    case "": 1_000_000_000
    case "m": 60_000_000_000
    case "h": 3_600_000_000_000
    // The micro sign and the Greek letter mu.
    case "\u{B5}s", "\u{3BC}s": 1_000
    default: units.first { $0.name == unit }?.size
    }
  }
  public init(base: UInt64) { count = base }
  public var base: UInt64 { count }
}

extension ByteCount: Quantity, Codable {
  public static let units: [(name: String, size: UInt64)] = [
    ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
  ]
  public static let example = "64KiB"
  public static func size(of unit: String) -> UInt64? {
    switch unit.lowercased() {
    case "", "b": 1
    case "k", "kb", "kib": 1 << 10
    case "m", "mb", "mib": 1 << 20
    case "g", "gb", "gib": 1 << 30
    default: nil
    }
  }
  public init(base: UInt64) { count = Int(clamping: base) }
  public var base: UInt64 { UInt64(count) }
}

extension Count: Quantity {
  public static let units: [(name: String, size: UInt64)] = [("M", 1_000_000), ("k", 1_000), ("", 1)]
  public static let example = "10k"
  public static func size(of unit: String) -> UInt64? { units.first { $0.name == (unit == "K" ? "k" : unit) }?.size }
  public init(base: UInt64) { count = base }
  public var base: UInt64 { count }
}

extension Quantity {
  /// Parses a decimal number directly followed by its unit. Nil if it is negative, not a whole number of base units, or
  /// anything else.
  public init?(_ text: String) {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let size = Self.size(of: String(text.dropFirst(digits.count))) else { return nil }
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 1 || parts.count == 2, let whole = UInt64(parts[0]) else { return nil }
    var (sum, overflow) = whole.multipliedReportingOverflow(by: size)
    guard !overflow else { return nil }
    if parts.count == 2 {
      guard let fraction = UInt64(parts[1]), parts[1].count <= 9 else { return nil }
      let scale = (0..<parts[1].count).reduce(UInt64(1)) { product, _ in product * 10 }
      let (scaled, overflowed) = fraction.multipliedReportingOverflow(by: size)
      guard !overflowed, scaled % scale == 0 else { return nil }
      (sum, overflow) = sum.addingReportingOverflow(scaled / scale)
      guard !overflow else { return nil }
    }
    guard sum <= UInt64(Int64.max) else { return nil }
    self.init(base: sum)
  }

  /// The number in the largest unit that needs at most three decimals.
  public var description: String {
    for (name, size) in Self.units where base >= size {
      let thousandths = base % size * 1000
      guard thousandths % size == 0 else { continue }
      var decimals = String(thousandths / size)
      decimals = String(repeating: "0", count: 3 - decimals.count) + decimals
      while decimals.hasSuffix("0") { decimals.removeLast() }
      return "\(base / size)\(decimals.isEmpty ? "" : ".")\(decimals)\(name)"
    }
    return "0\(Self.units.last!.name)"
  }

  /// The same with a space before the unit, as texts have it: `250 ms`, `20 µs`.
  public var spaced: String {
    let text = description
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let unit = text.dropFirst(digits.count)
    return "\(digits) \(unit == "us" ? "µs" : unit)"
  }
}

extension Quantity where Self: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Self(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is not a quantity such as \"\(Self.example)\"")
    }
    self = value
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
