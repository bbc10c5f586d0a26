import Plan

/// The layout of an echo message: a header of 16 bytes, then the operation's content (`Pattern`, by offset in the
/// message). Numbers are little-endian: operation (7 bytes); fault to answer with, 0 for none (1); size of the message
/// (4); delay in microseconds (4, just enough for the longest delay).
@frozen @usableFromInline enum EchoMessage {
  @usableFromInline static let headerSize = 16

  /// The maximum bytes to send before reading. With more, both ends could fill their buffers and wait for each other.
  @usableFromInline static let window = 32 << 10

  @inlinable static var faultShift: UInt64 { 56 }

  @inlinable
  static func writeHeader(
    _ base: UnsafeMutableRawPointer, operation: UInt64, fault: FaultKind?, size: Int, delayMicroseconds: UInt64
  ) {
    let asked = UInt64(fault?.code ?? 0) << faultShift
    base.storeBytes(of: (operation | asked).littleEndian, as: UInt64.self)
    base.storeBytes(of: (UInt64(size) | delayMicroseconds << 32).littleEndian, toByteOffset: 8, as: UInt64.self)
  }

  @inlinable
  static func readHeader(_ base: UnsafeRawPointer) -> (faultCode: UInt8, size: Int, delayMicroseconds: UInt64) {
    let first = UInt64(littleEndian: base.loadUnaligned(as: UInt64.self))
    let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    return (UInt8(first >> faultShift), Int(word & 0xffff_ffff), word >> 32)
  }
}
