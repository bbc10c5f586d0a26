import FoundationEssentials

/// Why a text is not an encoded histogram.
public enum HistogramCodingError: Error, Equatable, CustomStringConvertible {
  /// The text is not Base64.
  case notBase64
  /// The payload ends within its header.
  case truncatedHeader(byteCount: Int)
  /// The payload is not in HdrHistogram's V2 encoding.
  case unsupportedCookie(UInt32)
  /// The histogram was recorded with a different range, precision, unit or shift.
  case unsupportedLayout
  /// The counts take fewer or more bytes than the header declares.
  case lengthMismatch(declared: UInt32, actual: Int)
  /// The payload ends within a count.
  case truncatedCount
  /// The counts need more slots than the layout has.
  case tooManySlots

  /// One line that says what is wrong.
  public var description: String {
    switch self {
    case .notBase64:
      "the histogram is not Base64 text"
    case .truncatedHeader(let byteCount):
      "the histogram has \(byteCount) bytes, fewer than its header of \(LatencyHistogram.headerByteCount)"
    case .unsupportedCookie(let cookie):
      "the histogram is not an uncompressed HdrHistogram V2 payload: it begins with 0x\(String(cookie, radix: 16))"
    case .unsupportedLayout:
      "the histogram has another layout than 1 ns to 1 h with 3 significant digits"
    case .lengthMismatch(let declared, let actual):
      "the histogram declares \(declared) bytes of counts, but has \(actual)"
    case .truncatedCount:
      "the histogram ends within a count"
    case .tooManySlots:
      "the histogram has more slots than its layout"
    }
  }
}

extension LatencyHistogram {
  static let headerByteCount = 40
  /// HdrHistogram's V2 encoding. The word size of 1 means that counts have variable length.
  private static let cookie: UInt32 = 0x1c84_9303 | 0x10
  private static let compressedCookie: UInt32 = 0x1c84_9304 | 0x10

  /// The histogram as text: Base64 of HdrHistogram's uncompressed V2 payload.
  ///
  /// The payload is a big-endian header and the counts up to the last non-empty slot. The header holds the cookie, byte
  /// count, normalizing index offset, significant digits, lowest and highest trackable value, and conversion ratio.
  /// Each count is a ZigZag LEB128 number; a negative one stands for that many empty slots. HdrHistogram for Java reads
  /// this payload. Other libraries, and histogram logs, need ``compressed()``. The counts are exact. The format has no
  /// room for the exact minimum, maximum and sum.
  ///
  /// Complexity: linear in the number of slots.
  public func encoded() -> String { Data(payload).base64EncodedString() }

  /// The histogram as in histogram logs: Base64 of HdrHistogram's compressed V2 payload.
  ///
  /// This is the payload of ``encoded()`` in a zlib stream, after a big-endian cookie and the stream's length.
  /// `encodeIntoCompressedByteBuffer` in Java and `hdr_log_encode` in C write the same format. Here the stream consists
  /// of stored blocks, so that nothing is in fact compressed.
  ///
  /// Complexity: linear in the number of slots.
  public func compressed() -> String {
    let stream = Zlib.stream(of: payload)
    let bytes = Self.bigEndianBytes(Self.compressedCookie) + Self.bigEndianBytes(UInt32(stream.count)) + stream
    return Data(bytes).base64EncodedString()
  }

  private var payload: [UInt8] {
    let counts = Self.encodedCounts(slots.map { ($0.index, $0.count) })
    return Self.header(countsByteCount: UInt32(counts.count)) + counts
  }

  /// Decodes text of ``encoded()``, or of an HdrHistogram library with the layout of ``HistogramLayout``.
  ///
  /// The minimum, maximum and sum are computed from the slots.
  ///
  /// Complexity: linear in the length of the text, whatever its content.
  ///
  /// - Throws: ``HistogramCodingError`` for any text that is not entirely a histogram of that layout.
  public init(encoded text: String) throws(HistogramCodingError) {
    guard let data = Data(base64Encoded: text) else { throw .notBase64 }
    let payload = [UInt8](data)
    try Self.validateHeader(of: payload)

    var slots: [Slot] = []
    var sum: UInt128 = 0
    try Self.decodeCounts(payload[Self.headerByteCount...], slotCount: HistogramLayout.slotCount) { index, count in
      slots.append(Slot(index: index, count: count))
      sum += UInt128(count) * UInt128(HistogramLayout.medianEquivalent(at: index))
    }
    self.init(slots: slots, sum: sum, minimum: 0, maximum: HistogramLayout.highestRepresentable)
  }

  /// The counts of non-empty slots, by ascending index.
  static func encodedCounts(_ slots: [(index: Int, count: UInt64)]) -> [UInt8] {
    var bytes: [UInt8] = []
    var nextIndex = 0
    for slot in slots {
      if slot.index > nextIndex { appendZigZag(Int64(nextIndex - slot.index), to: &bytes) }
      appendZigZag(Int64(slot.count), to: &bytes)
      nextIndex = slot.index + 1
    }
    return bytes
  }

  /// Calls `body` with every non-empty slot, by ascending index.
  static func decodeCounts(
    _ bytes: ArraySlice<UInt8>, slotCount: Int, _ body: (_ index: Int, _ count: UInt64) -> Void
  ) throws(HistogramCodingError) {
    var index = 0
    var rest = bytes
    while !rest.isEmpty {
      let number = try removeZigZag(from: &rest)
      let slotsLeft = slotCount - index
      if number < 0 {
        guard number.magnitude <= slotsLeft else { throw .tooManySlots }
        index += Int(number.magnitude)
      } else {
        guard slotsLeft > 0 else { throw .tooManySlots }
        if number > 0 { body(index, number.magnitude) }
        index += 1
      }
    }
  }

  private static func header(countsByteCount: UInt32) -> [UInt8] {
    let normalizingIndexOffset: UInt32 = 0
    let conversionRatio = 1.0
    return bigEndianBytes(cookie)
      + bigEndianBytes(countsByteCount)
      + bigEndianBytes(normalizingIndexOffset)
      + bigEndianBytes(UInt32(HistogramLayout.significantDigits))
      + bigEndianBytes(HistogramLayout.lowestDiscernible)
      + bigEndianBytes(HistogramLayout.highestTrackable)
      + bigEndianBytes(conversionRatio.bitPattern)
  }

  private static func validateHeader(of payload: [UInt8]) throws(HistogramCodingError) {
    guard payload.count >= headerByteCount else { throw .truncatedHeader(byteCount: payload.count) }
    let foundCookie = bigEndian(payload[0..<4])
    guard foundCookie == cookie else { throw .unsupportedCookie(foundCookie) }
    let declared = bigEndian(payload[4..<8])
    let actual = payload.count - headerByteCount
    guard declared == actual else { throw .lengthMismatch(declared: declared, actual: actual) }
    guard payload.starts(with: header(countsByteCount: declared)) else { throw .unsupportedLayout }
  }

  private static func bigEndianBytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { [UInt8]($0) }
  }

  private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Appends `number` as ZigZag LEB128 of at most nine bytes, the ninth of which has eight bits of payload.
  private static func appendZigZag(_ number: Int64, to bytes: inout [UInt8]) {
    var bits = UInt64(bitPattern: (number << 1) ^ (number >> 63))
    for _ in 0..<8 where bits >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: bits) | 0x80)
      bits >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: bits))
  }

  private static func removeZigZag(from bytes: inout ArraySlice<UInt8>) throws(HistogramCodingError) -> Int64 {
    var bits: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 56, by: 7) {
      guard let byte = bytes.popFirst() else { throw .truncatedCount }
      let isLast = byte < 0x80 || shift == 56
      bits |= UInt64(isLast ? byte : byte & 0x7f) << shift
      if isLast { break }
    }
    return Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
  }
}
