import Foundation
import Measurement
import Testing

struct CompressedHistogramTests {
  private struct Malformed: Error {}

  private func number(_ bytes: some Collection<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }

  /// What a zlib stream of stored blocks holds, with everything about it checked.
  private func inflated(_ stream: [UInt8]) throws -> (bytes: [UInt8], blocks: Int) {
    #expect(number(stream[..<2]) % 31 == 0 && stream[0] & 0x0F == 8)
    var bytes: [UInt8] = []
    var blocks = 0
    var rest = stream[2...]
    var isLast = false
    while !isLast {
      guard rest.count >= 5 else { throw Malformed() }
      let header = [UInt8](rest.prefix(5))
      rest = rest.dropFirst(5)
      isLast = header[0] == 1
      #expect(header[0] <= 1 && header[1] == ~header[3] && header[2] == ~header[4])
      let length = Int(header[1]) | Int(header[2]) << 8
      bytes += rest.prefix(length)
      rest = rest.dropFirst(length)
      blocks += 1
    }
    let sums = bytes.reduce((1, 0) as (UInt32, UInt32)) { sums, byte in
      let sum = (sums.0 + UInt32(byte)) % 65_521
      return (sum, (sums.1 + sum) % 65_521)
    }
    #expect(number(rest) == sums.1 << 16 | sums.0 && rest.count == 4)
    return (bytes, blocks)
  }

  /// The payload of ``LatencyHistogram/encoded()`` in its envelope.
  private func check(_ histogram: LatencyHistogram, blocks: Int) throws {
    let bytes = [UInt8](try #require(Data(base64Encoded: histogram.compressed())))
    #expect(number(bytes[..<4]) == 0x1c84_9314)
    #expect(number(bytes[4..<8]) == UInt32(bytes.count - 8))
    let stream = try inflated(Array(bytes[8...]))
    #expect(Data(stream.bytes).base64EncodedString() == histogram.encoded())
    #expect(stream.blocks == blocks)
  }

  @Test func envelopeHoldsThePayload() throws {
    var histogram = LatencyHistogram()
    try check(histogram, blocks: 1)
    for value in [0, 1, 2048, 3_600_000_000_000] as [UInt64] { histogram.record(value, count: value + 1) }
    try check(histogram, blocks: 1)
  }

  @Test func payloadOfMoreThanABlockHasSeveral() throws {
    var histogram = LatencyHistogram()
    for index in 0..<HistogramLayout.slotCount {
      histogram.record(HistogramLayout.lowestEquivalent(at: index), count: 1 << 40)
    }
    try check(histogram, blocks: 4)
  }

  /// Which zlib inflates to the payload.
  @Test func emptyHistogramIsAKnownText() {
    let known =
      "HISTFAAAADN4AQEoANf/HISTEwAAAAAAAAAAAAAAAwAAAAAAAAABAAADRjC4oAA/8AAAAAAAAE45BEs="
    #expect(LatencyHistogram().compressed() == known)
  }

  @Test func layoutIsThatOfHdrHistogram() {
    #expect(HistogramLayout.subBucketCount == 2048)
    #expect(HistogramLayout.bucketCount == 32)
  }
}
