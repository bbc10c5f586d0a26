import Glibc
import Plan

/// The content that both ends know: a fixed pool of pseudo-random bytes. The content of operation *i* starts at a
/// position that depends on *i*, and wraps around.
public enum Pattern {
  @usableFromInline static let period = 1 << 16

  /// The pool, twice, so that any range of at most `period` bytes is contiguous.
  @usableFromInline nonisolated(unsafe) static let pool: UnsafeRawPointer = {
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: 2 * period, alignment: 64)
    for word in 0..<(period / 8) {
      let value = Randomness.mix(UInt64(word)).littleEndian
      bytes.storeBytes(of: value, toByteOffset: word * 8, as: UInt64.self)
    }
    memcpy(bytes + period, bytes, period)
    return UnsafeRawPointer(bytes)
  }()

  /// The pool, twice, for programs that must know the same content.
  package static var twice: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: pool, count: 2 * period) }

  /// Up to `period` bytes of the content of `operation` from `offset` on.
  @inlinable
  public static func content(of operation: UInt64, from offset: Int, count: Int) -> UnsafeRawBufferPointer {
    let start = (Int(truncatingIfNeeded: Randomness.mix(operation)) &+ offset) & (period - 1)
    return UnsafeRawBufferPointer(start: pool + start, count: min(count, period))
  }

  /// Whether `bytes` are the content of `operation` from `offset` on.
  @inlinable
  public static func matches(_ bytes: UnsafeRawBufferPointer, operation: UInt64, offset: Int) -> Bool {
    var done = 0
    while done < bytes.count {
      let expected = content(of: operation, from: offset + done, count: bytes.count - done)
      guard memcmp(bytes.baseAddress! + done, expected.baseAddress!, expected.count) == 0 else { return false }
      done += expected.count
    }
    return true
  }
}
