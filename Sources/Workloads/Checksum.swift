import Plan

/// The contribution of a verified operation to its trial's checksum. It is the same in every mode.
@frozen public enum Checksum {
  @inlinable public static func ofSleep(_ operation: UInt64) -> UInt64 { Randomness.mix(operation) }

  @inlinable public static func ofEcho(_ operation: UInt64, size: Int) -> UInt64 {
    Randomness.mix(operation ^ UInt64(size) << 32)
  }

  /// - Parameters:
  ///   - digest: of content that was not known beforehand; 0 for known content.
  ///   - length: of the content, in bytes.
  @inlinable public static func ofHTTP(
    _ operation: UInt64, digest: UInt64 = 0, length: UInt64, status: UInt64 = 200
  ) -> UInt64 {
    Randomness.mix(Randomness.mix(operation) ^ digest ^ length << 32 ^ status)
  }
}
