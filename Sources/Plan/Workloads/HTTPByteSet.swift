/// A set of ASCII bytes, as a map of 128 bits.
@frozen public struct HTTPByteSet: Sendable {
  public let low: UInt64
  public let high: UInt64

  @inlinable init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  @inlinable @inline(__always)
  public func contains(_ byte: UInt8) -> Bool {
    let half = byte < 64 ? low : high
    return byte < 128 && (half >> UInt64(byte & 63)) & 1 == 1
  }

  /// `tchar` (RFC 9110, section 5.6.2): the bytes of methods and field names.
  @inlinable public static var token: HTTPByteSet {
    HTTPByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
  }

  /// The bytes of `uri-host [ ":" port ]` (RFC 3986, section 3.2.2).
  @inlinable public static var host: HTTPByteSet {
    HTTPByteSet(low: 0x2FFF_7FF2_0000_0000, high: 0x47FF_FFFE_AFFF_FFFE)
  }

  @inlinable public static var letter: HTTPByteSet {
    HTTPByteSet(low: 0, high: 0x07FF_FFFE_07FF_FFFE)
  }

  /// The bytes of a scheme after its first letter (RFC 3986, section 3.1).
  @inlinable public static var scheme: HTTPByteSet {
    HTTPByteSet(low: 0x03FF_6800_0000_0000, high: 0x07FF_FFFE_07FF_FFFE)
  }

  /// The visible ASCII characters: the bytes of a request target.
  @inlinable public static var visible: HTTPByteSet {
    HTTPByteSet(low: 0xFFFF_FFFE_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFF)
  }
}

extension UInt8 {
  /// SP or HTAB.
  @inlinable public var isHTTPWhitespace: Bool { self == 0x20 || self == 0x09 }
}
