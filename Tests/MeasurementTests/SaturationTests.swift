import Testing

@testable import Measurement

/// Arithmetic on numbers from outside stops at the ends of their range.
@Suite struct SaturationTests {
  @Test func sumStopsAtTheEnds() {
    #expect([UInt64.max, 1].saturatingSum == .max && [1, 2, 3 as UInt64].saturatingSum == 6)
    #expect([Int.max, 1].saturatingSum == .max && [Int.min, -1].saturatingSum == .min)
    #expect([Int]().saturatingSum == 0)
  }

  @Test func productStopsAtTheEnds() {
    #expect(UInt64.max.multipliedSaturating(by: 2) == .max && (3 as UInt64).multipliedSaturating(by: 4) == 12)
    #expect(Int.max.multipliedSaturating(by: -2) == .min && Int.min.multipliedSaturating(by: -2) == .max)
    #expect(Int.min.multipliedSaturating(by: 2) == .min && Int.max.multipliedSaturating(by: 0) == 0)
  }

  @Test func wholePartOfAnyDoubleIsANumber() {
    #expect(UInt64(saturating: 1.9) == 1 && UInt64(saturating: -0.5) == 0 && UInt64(saturating: -1e300) == 0)
    #expect(UInt64(saturating: 0x1p64) == .max && UInt64(saturating: (0x1p64).nextDown) == .max - 2047)
    #expect(UInt64(saturating: .nan) == 0 && UInt64(saturating: .infinity) == .max)
    #expect(Int(saturating: 0x1p63) == .max && Int(saturating: -0x1p63) == .min && Int(saturating: -1e300) == .min)
    #expect(Int(saturating: .nan) == 0 && Int(saturating: -1.9) == -1 && Int(saturating: -.infinity) == .min)
  }

  @Test func spansStopAtTheLongest() {
    let longest = Nanoseconds.longest
    #expect(Nanoseconds("\(longest)") == longest && Nanoseconds(.max) + .zero == longest)
    #expect(longest + Nanoseconds(1) == longest && .seconds(1) + .milliseconds(2) == Nanoseconds(1_002_000_000))
    #expect(longest * 2 == longest && .seconds(2) * 3 == .seconds(6))
    #expect(Nanoseconds.seconds(.max) == longest && .microseconds(.max) == longest && .milliseconds(.max) == longest)
  }
}
