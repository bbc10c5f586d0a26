import Glibc
import Synchronization

/// The Date of replies, RFC 9110, section 6.6.1: `Sat, 21 Nov 2026 09:08:27 GMT`.
///
/// Conversations touch no clock. They share one word, which a server thread refreshes once a second. Each writes its
/// own text when the second has changed, so bytes that are being sent never change.
public struct HTTPDate: ~Copyable, Sendable {
  private let shared: Atomic<UInt64>

  /// - Parameter seconds: since 1970-01-01 00:00:00 UTC, leap seconds not counted; at most those of the year 9999.
  public init(seconds: UInt64) { shared = Atomic(seconds) }

  /// The system clock's time: clock_gettime(CLOCK_REALTIME).
  public init() { self.init(seconds: Self.clock.seconds) }

  /// The seconds of the last refresh.
  public var seconds: UInt64 { shared.load(ordering: .relaxed) }

  public func set(seconds: UInt64) { shared.store(seconds, ordering: .relaxed) }

  /// Reads the system clock.
  /// - Returns: the nanoseconds until the next second begins.
  public func refresh() -> UInt64 {
    let clock = Self.clock
    set(seconds: clock.seconds)
    return 1_000_000_000 - clock.nanoseconds
  }

  private static var clock: (seconds: UInt64, nanoseconds: UInt64) {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return (UInt64(max(0, time.tv_sec)), UInt64(time.tv_nsec))
  }

  // MARK: Text

  /// The bytes of a date: IMF-fixdate, RFC 9110, section 5.6.7.
  static let length = 29

  /// Writes the `length` bytes of a date. The calendar is that of Hinnant, "chrono-compatible low-level date
  /// algorithms", `civil_from_days`: years begin in March there, so that a leap day is the last of its year.
  static func write(_ seconds: UInt64, to text: UnsafeMutableRawPointer) {
    let days = seconds / 86_400
    let time = seconds % 86_400
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)

    memcpy(text, "ddd, DD mmm YYYY HH:MM:SS GMT", length)
    copyName(Int((days + 4) % 7), of: "SunMonTueWedThuFriSat", to: text)
    writeTwo(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, to: text + 5)
    copyName(Int(month - 1), of: "JanFebMarAprMayJunJulAugSepOctNovDec", to: text + 8)
    writeTwo(year / 100, to: text + 12)
    writeTwo(year % 100, to: text + 14)
    writeTwo(time / 3600, to: text + 17)
    writeTwo(time / 60 % 60, to: text + 20)
    writeTwo(time % 60, to: text + 23)
  }

  private static func copyName(_ index: Int, of names: StaticString, to text: UnsafeMutableRawPointer) {
    memcpy(text, names.utf8Start + 3 * index, 3)
  }

  private static func writeTwo(_ number: UInt64, to text: UnsafeMutableRawPointer) {
    text.storeBytes(of: UInt8(0x30 + number / 10), as: UInt8.self)
    text.storeBytes(of: UInt8(0x30 + number % 10), toByteOffset: 1, as: UInt8.self)
  }
}
