import Plan

/// The stamp that identifies a sector of the data file: its number and version at the start, and a seal of both at the
/// end. So a torn sector, or one from another place, is detected. The bytes between are the same in all sectors, and
/// are not checked.
public enum FileStamp {
  /// The bytes of a sector, the smallest unit that a device writes whole.
  public static let sector = FileSpec.sector
  /// The version of a sector in a new file; operation *i* writes version *i* + 1.
  @inlinable public static var asMade: UInt64 { 0 }

  @inlinable static var sealOffset: Int { 504 }

  @inlinable @inline(__always)
  static func seal(_ sector: UInt64, _ version: UInt64) -> UInt64 {
    let sum = (sector &+ 1) &* 0x9e37_79b9_7f4a_7c15 &+ version &* 0xbf58_476d_1ce4_e5b9
    return sum ^ (sum >> 31)
  }

  /// Stamps whole sectors, starting with number `first`.
  /// - Returns: the sum of their seals.
  @inlinable
  public static func write(_ sectors: UnsafeMutableRawBufferPointer, first: UInt64, version: UInt64) -> UInt64 {
    var (number, sum) = (first, UInt64(0))
    for place in stride(from: 0, to: sectors.count, by: 512) {
      let seal = seal(number, version)
      let base = sectors.baseAddress! + place
      base.storeBytes(of: number.littleEndian, as: UInt64.self)
      base.storeBytes(of: version.littleEndian, toByteOffset: 8, as: UInt64.self)
      base.storeBytes(of: seal.littleEndian, toByteOffset: sealOffset, as: UInt64.self)
      sum &+= seal
      number &+= 1
    }
    return sum
  }

  /// The sum of the seals of whole sectors, starting with number `first`; nil if one is not in its initial state.
  @inlinable
  public static func sumAsMade(_ sectors: UnsafeRawBufferPointer, first: UInt64) -> UInt64? {
    var (number, sum, difference) = (first, UInt64(0), UInt64(0))
    for place in stride(from: 0, to: sectors.count, by: 512) {
      let seal = seal(number, asMade)
      let base = sectors.baseAddress! + place
      difference |= UInt64(littleEndian: base.load(as: UInt64.self)) ^ number
      difference |= UInt64(littleEndian: base.load(fromByteOffset: 8, as: UInt64.self)) ^ asMade
      difference |= UInt64(littleEndian: base.load(fromByteOffset: sealOffset, as: UInt64.self)) ^ seal
      sum &+= seal
      number &+= 1
    }
    return difference == 0 ? sum : nil
  }

  /// The version of one sector; nil if the sector is another one, or torn.
  static func version(of sector: UnsafeRawPointer, number: UInt64) -> UInt64? {
    let version = UInt64(littleEndian: sector.load(fromByteOffset: 8, as: UInt64.self))
    guard UInt64(littleEndian: sector.load(as: UInt64.self)) == number,
      UInt64(littleEndian: sector.load(fromByteOffset: sealOffset, as: UInt64.self)) == seal(number, version)
    else { return nil }
    return version
  }
}

/// The positions of operations in the file.
@frozen public struct FileLayout: Sendable {
  /// The bytes per operation, and the number of such blocks in the file.
  public let size: Int
  public let blocks: UInt64
  @usableFromInline let isRandom: Bool
  @usableFromInline let seed: UInt64

  public init(_ spec: FileSpec, seed: UInt64) {
    size = spec.size.count
    blocks = spec.blocks
    isRandom = spec.pattern == .random
    self.seed = Randomness.mix(seed)
  }

  /// The block that an operation reads or writes.
  @inlinable @inline(__always)
  public func block(of operation: UInt64) -> UInt64 {
    // Lemire, "Fast random integer generation in an interval", 2019, without the rejection step: with so few blocks,
    // the bias is negligible.
    isRandom ? Randomness.mix(seed &+ operation).multipliedFullWidth(by: blocks).high : operation % blocks
  }
}
