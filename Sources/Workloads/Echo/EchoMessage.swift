/// The layout of an echo message: a header of 16 bytes, then the content of its operation (`Pattern`, by offset in the
/// message). All numbers are little-endian: operation (8 bytes), size of the message (4), delay in microseconds (4).
@frozen @usableFromInline enum EchoMessage {
  @usableFromInline static let headerSize = 16

  /// What is sent before it is read back: more, and both ends could fill their buffers and wait for each other.
  @usableFromInline static let window = 32 << 10

  @inlinable
  static func writeHeader(_ base: UnsafeMutableRawPointer, operation: UInt64, size: Int, delayMicroseconds: UInt64) {
    base.storeBytes(of: operation.littleEndian, as: UInt64.self)
    base.storeBytes(of: (UInt64(size) | delayMicroseconds << 32).littleEndian, toByteOffset: 8, as: UInt64.self)
  }

  @inlinable
  static func readHeader(_ base: UnsafeRawPointer) -> (size: Int, delayMicroseconds: UInt64) {
    let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    return (Int(word & 0xffff_ffff), word >> 32)
  }
}
