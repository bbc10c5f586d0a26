import Plan
import Synchronization

/// A digest of content that does not depend on the pieces in which it comes: of each eight bytes with their place a
/// scrambled word, and the sum of those, modulo 2⁶⁴.
struct Digest {
  private var sum: UInt64 = 0
  /// The eight bytes that are not complete.
  private var word: UInt64 = 0

  /// - Parameters:
  ///   - piece: what follows what came before.
  ///   - offset: of its first byte in the content.
  mutating func extend(with piece: UnsafeRawBufferPointer, at offset: Int) {
    var index = 0
    while index < piece.count, (offset + index) % 8 != 0 { add(piece[index], at: &index, offset) }
    while piece.count - index >= 8 {
      word = UInt64(littleEndian: piece.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      end(at: offset + index)
      index += 8
    }
    while index < piece.count { add(piece[index], at: &index, offset) }
  }

  private mutating func add(_ byte: UInt8, at index: inout Int, _ offset: Int) {
    let place = offset + index
    word |= UInt64(byte) << UInt64(place % 8 * 8)
    if place % 8 == 7 { end(at: place - 7) }
    index += 1
  }

  private mutating func end(at place: Int) {
    sum &+= Self.scrambled(word, at: place)
    word = 0
  }

  private static func scrambled(_ word: UInt64, at place: Int) -> UInt64 {
    Randomness.mix(word &+ UInt64(place + 1) &* 0x9e37_79b9_7f4a_7c15)
  }

  /// Of all that has come. The length is to be compared besides: zeros at the end may not show.
  var value: UInt64 { word == 0 ? sum : sum &+ Self.scrambled(word, at: -1) }
}

/// Whether the replies to one request carry the same content each time, where nobody knows what it should be.
/// Shared by all lanes.
public final class ReplyContents: Sendable {
  /// Of the first reply; 0 before it.
  private let first = Atomic<UInt64>(0)
  private let varies = Atomic<Bool>(false)

  @inline(__always)
  func add(digest: UInt64, length: UInt64) {
    let content = max(1, Randomness.mix(digest ^ Randomness.mix(length)))
    let known = first.load(ordering: .relaxed)
    if known == content { return }
    let (isFirst, other) = first.compareExchange(expected: 0, desired: content, ordering: .relaxed)
    if !isFirst, other != content { varies.store(true, ordering: .relaxed) }
  }

  /// A digest of the content of all replies with status 2xx.
  public enum Finding: Equatable, Sendable {
    case same(UInt64)
    /// There were at least two that differed.
    case different
  }

  /// Nil where there was no reply.
  public var finding: Finding? {
    if varies.load(ordering: .relaxed) { return .different }
    let content = first.load(ordering: .relaxed)
    return content == 0 ? nil : .same(content)
  }
}
