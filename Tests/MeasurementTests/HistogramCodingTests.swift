import Foundation
import Measurement
import Testing

struct HistogramCodingTests {
  private func bytes(of text: String) throws -> [UInt8] {
    [UInt8](try #require(Data(base64Encoded: text)))
  }

  /// A payload with the header of this layout, which declares `counts` or `declaredByteCount` bytes.
  private func text(counts: [UInt8], declaredByteCount: Int? = nil) throws -> String {
    var payload = try bytes(of: LatencyHistogram().encoded())
    let declared = UInt32(declaredByteCount ?? counts.count)
    payload.replaceSubrange(4..<8, with: withUnsafeBytes(of: declared.bigEndian, [UInt8].init))
    return Data(payload + counts).base64EncodedString()
  }

  // The known answers are the payloads that the Python package hdrhistogram 0.10.8 makes of the same values, inflated.

  @Test func encodingIsThatOfHdrHistogram() throws {
    var histogram = LatencyHistogram()
    for (value, count): (UInt64, UInt64) in [
      (0, 1), (1, 2), (2047, 3), (2048, 4), (2049, 5), (4096, 63), (4100, 64), (1_000_000, 8191),
      (123_456_789, 1 << 40), (3_600_000_000_000, 1),
    ] {
      histogram.record(value, count: count)
    }
    let known =
      "HISTEwAAABsAAAAAAAAAAwAAAAAAAAABAAADRjC4oAA/8AAAAAAAAAIE+R8GEv0PfoABvX7+f/FugICAgIBA3+wBAg=="
    #expect(histogram.encoded() == known)
    let decoded = try LatencyHistogram(encoded: known)
    #expect(decoded.slots == histogram.slots)
    #expect(decoded.count == 1_099_511_636_110)
    #expect(decoded.percentile(50) == 123_469_823)
  }

  @Test func encodingOfAnEmptyHistogramIsThatOfHdrHistogram() throws {
    let known = "HISTEwAAAAAAAAAAAAAAAwAAAAAAAAABAAADRjC4oAA/8AAAAAAAAA=="
    #expect(LatencyHistogram().encoded() == known)
    #expect(try LatencyHistogram(encoded: known) == LatencyHistogram())
  }

  @Test func encodingOfANineByteCountIsThatOfHdrHistogram() throws {
    var histogram = LatencyHistogram()
    histogram.record(77_777, count: 1 << 62)
    let known = "HISTEwAAAAsAAAAAAAAAAwAAAAAAAAABAAADRjC4oAA/8AAAAAAAAP1ygICAgICAgICA"
    #expect(histogram.encoded() == known)
    #expect(try LatencyHistogram(encoded: known).slots == histogram.slots)
  }

  @Test(arguments: SeededLatencies.Distribution.allCases, [0, 1, 3000])
  func decodingReturnsTheEncodedSlots(distribution: SeededLatencies.Distribution, count: Int) throws {
    var generator = SeededLatencies(seed: 99)
    var histogram = LatencyHistogram()
    for value in generator.values(distribution, count: count) {
      histogram.record(value, count: generator.next() >> UInt64.random(in: 1..<64, using: &generator))
    }
    let text = histogram.encoded()
    let decoded = try LatencyHistogram(encoded: text)
    #expect(decoded.slots == histogram.slots)
    #expect(decoded.count == histogram.count)
    #expect(decoded.encoded() == text)
    #expect(decoded.minimum == histogram.slots.first?.lowestEquivalent)
    #expect(decoded.maximum == histogram.slots.last?.highestEquivalent)
  }

  @Test func decodedValuesOfSingleUnitSlotsAreExact() throws {
    var histogram = LatencyHistogram()
    for value: UInt64 in 100..<2048 {
      histogram.record(value, count: value)
    }
    #expect(try LatencyHistogram(encoded: histogram.encoded()) == histogram)
  }

  @Test func decodedMeanIsThatOfTheMiddlesOfTheSlots() throws {
    var histogram = LatencyHistogram()
    histogram.record(1_000_000, count: 3)
    #expect(try LatencyHistogram(encoded: histogram.encoded()).mean == 1_000_192)
  }

  @Test(arguments: [
    "", "=", "not a histogram", "HISTEwAAAAA", "HISTEwAAAAAAAAAAAAAAAwAAAAAAAAABAAADRjC4oAA/8AAAAAAAAA==\n", "…",
  ])
  func textThatIsNoPayloadIsRefused(text: String) {
    #expect(throws: HistogramCodingError.self) { try LatencyHistogram(encoded: text) }
  }

  @Test(arguments: 0..<40)
  func payloadCutWithinItsHeaderIsRefused(length: Int) throws {
    let cut = try bytes(of: LatencyHistogram().encoded()).prefix(length)
    #expect(throws: HistogramCodingError.truncatedHeader(byteCount: length)) {
      try LatencyHistogram(encoded: Data(cut).base64EncodedString())
    }
  }

  @Test(arguments: 0..<40)
  func payloadWithAnotherByteInItsHeaderIsRefused(position: Int) throws {
    var payload = try bytes(of: LatencyHistogram().encoded())
    payload[position] ^= 0x40
    #expect {
      try LatencyHistogram(encoded: Data(payload).base64EncodedString())
    } throws: { error in
      switch error as? HistogramCodingError {
      case .unsupportedCookie: position < 4
      case .lengthMismatch: (4..<8).contains(position)
      case .unsupportedLayout: position >= 8
      default: false
      }
    }
  }

  @Test(
    arguments: [
      ([0x80], .truncatedCount),
      ([0x02, 0xff], .truncatedCount),
      ([UInt8](repeating: 0xff, count: 8), .truncatedCount),
      // The ninth byte ends a number whatever its high bit, and this is the most negative one.
      ([UInt8](repeating: 0xff, count: 9), .tooManySlots),
      // One empty slot more than there are slots: -33,793.
      ([0x81, 0x90, 0x04], .tooManySlots),
      // All slots empty, and then a count, an explicit zero or one empty slot.
      ([0xff, 0x8f, 0x04, 0x02], .tooManySlots),
      ([0xff, 0x8f, 0x04, 0x00], .tooManySlots),
      ([0xff, 0x8f, 0x04, 0x01], .tooManySlots),
    ] as [([UInt8], HistogramCodingError)])
  func hostileCountsAreRefused(counts: [UInt8], error: HistogramCodingError) throws {
    let text = try text(counts: counts)
    #expect(throws: error) { try LatencyHistogram(encoded: text) }
  }

  @Test(arguments: [0, 1, 3, Int(UInt32.max)])
  func countsOfAnotherLengthThanDeclaredAreRefused(declared: Int) throws {
    let text = try text(counts: [0x02, 0x02], declaredByteCount: declared)
    #expect(throws: HistogramCodingError.lengthMismatch(declared: UInt32(declared), actual: 2)) {
      try LatencyHistogram(encoded: text)
    }
  }

  @Test func countOfOneSlotTooManyIsRefused() throws {
    let text = try text(counts: [UInt8](repeating: 0x02, count: HistogramLayout.slotCount + 1))
    #expect(throws: HistogramCodingError.tooManySlots) { try LatencyHistogram(encoded: text) }
  }

  @Test func everySlotAtItsLimitIsDecodedWithoutOverflow() throws {
    let limit: [UInt8] = [0xfe] + [UInt8](repeating: 0xff, count: 8)
    let counts = [[UInt8]](repeating: limit, count: HistogramLayout.slotCount).flatMap { $0 }
    let decoded = try LatencyHistogram(encoded: text(counts: counts))
    #expect(decoded.slots.count == HistogramLayout.slotCount)
    #expect(decoded.count == UInt64(Int64.max))
    #expect(decoded.encoded() == (try text(counts: counts)))
  }

  @Test func randomCountsAreDecodedOrRefused() throws {
    var generator = SeededLatencies(seed: 1)
    for _ in 0..<2000 {
      let counts = (0..<Int.random(in: 0..<40, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      guard let decoded = try? LatencyHistogram(encoded: text(counts: counts)) else { continue }
      #expect(try LatencyHistogram(encoded: decoded.encoded()) == decoded)
    }
  }

  @Test(
    arguments: [
      .notBase64, .truncatedHeader(byteCount: 3), .unsupportedCookie(0x1c84_9304), .unsupportedLayout,
      .lengthMismatch(declared: 1, actual: 2), .truncatedCount, .tooManySlots,
    ] as [HistogramCodingError])
  func descriptionIsOneLine(error: HistogramCodingError) {
    #expect(error.description.hasPrefix("the histogram "))
    #expect(!error.description.contains("\n"))
  }
}
