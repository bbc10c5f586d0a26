import Foundation

/// Numbers in text, independent of any locale.
package enum NumberText {
  /// The text for a missing number.
  package static let none = "–"
  private static let mostDecimals = 12

  /// A number with `digits` significant digits and without exponent; whole digits are kept, and grouped by thousands.
  package static func significant(_ value: Double, digits: Int = 4) -> String {
    plain(value, digits: digits).map(grouped(plain:)) ?? none
  }

  /// Groups the whole digits by thousands.
  static func grouped(plain digits: String) -> String {
    let parts = digits.split(separator: ".", maxSplits: 1)
    let sign = parts[0].hasPrefix("-") ? "-" : ""
    let whole = grouped(digits: parts[0].drop { $0 == "-" })
    return sign + whole + (parts.count > 1 ? ".\(parts[1])" : "")
  }

  /// Like ``significant(_:digits:)``, but without grouping: for files. Nil if the value is not finite.
  ///
  /// - Parameter wholeAsIs: whether a whole number has no decimals.
  static func plain(_ value: Double, digits: Int, wholeAsIs: Bool = false) -> String? {
    guard value.isFinite else { return nil }
    if let whole = Int64(exactly: value), wholeAsIs || whole == 0 { return String(whole) }
    // The exponent after rounding, because 9.9996 becomes 10.00.
    let rounded = String(format: "%.*e", digits - 1, value)
    let exponent = rounded.split(separator: "e").last.flatMap { Int($0) } ?? 0
    return String(format: "%.*f", min(max(0, digits - 1 - exponent), mostDecimals), value)
  }

  /// A whole number as it is, any other to four significant digits.
  /// Whether all of them are empty, or stand for nothing.
  static func areNone(_ cells: some Sequence<String>) -> Bool {
    cells.allSatisfy { cell in cell.allSatisfy { $0 == " " || none.contains($0) } }
  }

  static func brief(_ value: Double) -> String { Int64(exactly: value).map { grouped($0) } ?? significant(value) }

  package static func grouped(_ value: some BinaryInteger) -> String {
    (value < 0 ? "-" : "") + grouped(digits: String(value.magnitude)[...])
  }

  private static func grouped(digits: Substring) -> String {
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  /// `2.31 ms`: in the largest unit in which it is at least 1.
  package static func span(nanoseconds: Double) -> String {
    inUnit(nanoseconds) { significant($0, digits: 3) }
  }

  /// `2 ms`: a span that was set, and not measured.
  static func briefSpan(nanoseconds: Double) -> String { inUnit(nanoseconds, brief) }

  private static func inUnit(_ nanoseconds: Double, _ text: (Double) -> String) -> String {
    let unit = TimeUnit.allCases.last { nanoseconds >= $0.nanoseconds } ?? .nanoseconds
    return "\(text(nanoseconds / unit.nanoseconds)) \(unit.rawValue)"
  }
}

extension NumberText {
  /// `1.6 KiB`: by 1,024, in the largest unit in which it is at least 1.
  static func bytes(_ value: Double) -> String {
    let unit = ByteUnit.fitting(value)
    return "\(significant(value / unit.factor, digits: 2)) \(unit.rawValue)"
  }

  enum ByteUnit: String, CaseIterable {
    case one = "B"
    case kibi = "KiB"
    case mebi = "MiB"
    case gibi = "GiB"

    var factor: Double {
      switch self {
      case .one: 1
      case .kibi: 1024
      case .mebi: 1_048_576
      case .gibi: 1_073_741_824
      }
    }

    /// The largest unit in which it is at least 1.
    static func fitting(_ bytes: Double) -> ByteUnit { allCases.last { bytes >= $0.factor } ?? .one }
  }

  /// `0.999`: a fraction with three decimals.
  static func share(_ value: Double) -> String { String(format: "%.3f", value) }
}

/// A unit for a column of times.
enum TimeUnit: String, CaseIterable {
  case nanoseconds = "ns"
  case microseconds = "µs"
  case milliseconds = "ms"
  case seconds = "s"

  var nanoseconds: Double {
    switch self {
    case .nanoseconds: 1
    case .microseconds: 1e3
    case .milliseconds: 1e6
    case .seconds: 1e9
    }
  }

  /// The largest unit in which the smallest time is at least one half.
  static func fitting(_ nanoseconds: [Double]) -> TimeUnit {
    guard let smallest = nanoseconds.filter({ $0 > 0 }).min() else { return .milliseconds }
    return allCases.last { smallest >= $0.nanoseconds / 2 } ?? .nanoseconds
  }
}

/// A factor for a column of rates.
enum RateUnit: String, CaseIterable {
  case one = ""
  case thousand = "k"
  case million = "M"

  var factor: Double {
    switch self {
    case .one: 1
    case .thousand: 1e3
    case .million: 1e6
    }
  }

  /// The smallest factor with which the largest rate has at most five digits before the point.
  static func fitting(_ rates: [Double]) -> RateUnit {
    let largest = rates.max() ?? 0
    return allCases.first { largest < $0.factor * 1e5 } ?? .million
  }
}
