import Foundation
import Measurement
import Testing

@Suite struct UnitsTests {
  @Test(arguments: [
    ("250ms", UInt64(250_000_000), "250ms"), ("1.5s", 1_500_000_000, "1.5s"), ("20us", 20_000, "20us"),
    ("2min", 120_000_000_000, "2min"), ("800ns", 800, "800ns"), ("0", 0, "0ns"), ("0s", 0, "0ns"),
    ("1000ms", 1_000_000_000, "1s"), ("90s", 90_000_000_000, "1.5min"), ("0.001ms", 1000, "1us"),
    ("1.000000001s", 1_000_000_001, "1000000.001us"), ("1.234567s", 1_234_567_000, "1234.567ms"),
    ("9223372036854775807ns", UInt64(Int64.max), "9223372036854775.807us"), ("007us", 7000, "7us"),
    ("5", 5_000_000_000, "5s"), ("1.5", 1_500_000_000, "1.5s"), ("2m", 120_000_000_000, "2min"),
    ("1h", 3_600_000_000_000, "60min"), ("20\u{B5}s", 20_000, "20us"), ("20\u{3BC}s", 20_000, "20us"),
  ]) func timeReadsAndPrints(text: String, count: UInt64, description: String) {
    #expect(Nanoseconds(text)?.count == count)
    #expect(Nanoseconds(count).description == description)
    #expect(Nanoseconds(description)?.count == count)
  }

  @Test(arguments: [
    ("64KiB", 65_536), ("1MiB", 1 << 20), ("100B", 100), ("100", 100), ("0", 0),
    ("1GiB", 1 << 30), ("1.5KiB", 1536), ("1023KiB", 1023 << 10), ("4096", 4096), ("4k", 4096), ("4K", 4096),
    ("4kb", 4096), ("4KB", 4096), ("4kib", 4096), ("1M", 1 << 20), ("1mb", 1 << 20), ("2g", 2 << 30), ("2GB", 2 << 30),
  ]) func sizeReads(text: String, count: Int) {
    #expect(ByteCount(text)?.count == count)
  }

  static let wrongTimes = [
    "", "s", "-1s", "-1", "+1s", "1 s", " 1s", "1s ", "1S", "1sec", "1..5s", ".5s", "1.s", "1.5.2s", "1.5ns",
    "0.0001us",
    "1e3s", "1,5s", "0x1s", "9223372036854775808ns", "18446744073709551616ns", "153722868min", "1.0000000000s", "١s",
    "1d", "1M", "½s",
  ]

  @Test(arguments: wrongTimes) func textThatIsNoTimeIsRefused(text: String) {
    // The last of the minutes that a signed number of nanoseconds holds.
    if text == "153722868min" {
      #expect(Nanoseconds("153722867min") != nil)
    }
    #expect(Nanoseconds(text) == nil)
  }

  @Test(arguments: [
    "", "B", "-1B", "1 KiB", "1T", "1kbit", "1bk", "1.5B", "0.3KiB", "1e3", "9223372036854775808", "8589934592GiB",
  ])
  func textThatIsNoSizeIsRefused(text: String) {
    #expect(ByteCount(text) == nil)
  }

  @Test(
    arguments: [
      ("64", 64, "64"), ("10k", 10_000, "10k"), ("10K", 10_000, "10k"), ("1M", 1_000_000, "1M"), ("1.5k", 1500, "1.5k"),
      ("0", 0, "0"), ("9223372036854775807", UInt64(Int64.max), "9223372036854775807"),
    ] as [(String, UInt64, String)])
  func countReadsAndPrints(text: String, count: UInt64, description: String) {
    #expect(Count(text)?.count == count)
    #expect(Count(Count(count).description)?.count == count)
    if count < 1_000_000_000 { #expect(Count(count).description == description) }
  }

  @Test(arguments: ["", "k", "-1", "1m", "1.5", "1.0005k", "10 k", "1e3", "10kk", "nan", "9223372036854775808"])
  func textThatIsNoCountIsRefused(text: String) {
    #expect(Count(text) == nil)
  }

  @Test func spanThatIsNoWholeNumberOfNanosecondsStopsAtTheEnds() {
    #expect(Nanoseconds(saturating: 1.9).count == 1)
    for number in [-1, -Double.infinity, Double.nan, 0] { #expect(Nanoseconds(saturating: number) == .zero) }
    for number in [1e300, Double.infinity, 0x1p63] {
      #expect(Nanoseconds(saturating: number).count == UInt64(Int64.max))
    }
    #expect((Nanoseconds(.max) + .seconds(1)).count == UInt64(Int64.max))
  }

  /// Numbers of every size, round and crooked.
  static let counts: [UInt64] = (0..<2000).map { index in
    let bits = UInt64(index) &* 0x9E37_79B9_7F4A_7C15
    return (bits >> 1) >> UInt64(index % 63)
  }

  @Test func everyTimeRoundTrips() {
    for count in Self.counts + [1, 999, 1000, 1001, 59_999_999_999, 60_000_000_000, 60_000_000_001] {
      let time = Nanoseconds(count)
      #expect(Nanoseconds(time.description) == time, "\(count)")
    }
  }

  @Test func quantitiesAreTextInJSON() throws {
    let coded = try JSONEncoder().encode([Nanoseconds.milliseconds(250)])
    #expect(String(decoding: coded, as: UTF8.self) == #"["250ms"]"#)
    #expect(try JSONDecoder().decode([Nanoseconds].self, from: coded) == [.milliseconds(250)])
    #expect(
      try JSONDecoder().decode([ByteCount].self, from: Data(#"["64KiB", "7"]"#.utf8)).map(\.count) == [65_536, 7])
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Nanoseconds].self, from: Data("[1]".utf8)) }
    let failure = #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([ByteCount].self, from: Data(#"["64 KiB"]"#.utf8))
    }
    if case .dataCorrupted(let context) = failure {
      #expect(context.debugDescription == #"'64 KiB' is not a quantity such as "64KiB""#)
    } else {
      Issue.record("\(String(describing: failure))")
    }
  }

  @Test func instantsStopAtTheFarEnd() {
    let now = MonotonicClock.now
    #expect(now < .distantFuture)
    #expect(now + Nanoseconds(.max) == .distantFuture)
    #expect((now + .seconds(1)).since(now) == .seconds(1))
    #expect(now.since(now + .seconds(1)) == .zero)
    #expect(MonotonicClock.now >= now)
  }
}
