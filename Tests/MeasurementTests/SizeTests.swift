import Measurement
import Testing

extension UnitsTests {
  @Test(arguments: [
    ("64KiB", 65_536, "64KiB"), ("1MiB", 1 << 20, "1MiB"), ("100B", 100, "100B"), ("100", 100, "100B"), ("0", 0, "0B"),
    ("1GiB", 1 << 30, "1GiB"), ("1.5KiB", 1536, "1.5KiB"), ("1023KiB", 1023 << 10, "1023KiB"), ("4096", 4096, "4KiB"),
  ]) func sizePrints(text: String, count: Int, description: String) {
    #expect(ByteCount(text)?.description == description)
    #expect(ByteCount(count).description == description)
    #expect(ByteCount(description)?.count == count)
  }

  @Test func everySizeRoundTrips() {
    for count in Self.counts + [1, 1023, 1024, 1025, 1500, 1536, 1 << 20, (1 << 20) + 1, 100_001] {
      let size = ByteCount(Int(count))
      #expect(ByteCount(size.description) == size, "\(count)")
    }
  }
}
