import Foundation

/// The bytes that both ends know: a pool, stored twice. An operation's content is a range of it that wraps around.
public struct Content: Sendable {
  private static let period = 1 << 16

  private let pool: [UInt8]

  public init(path: String) throws { pool = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) }

  /// Calls `body` with an operation's content from `offset` on, in pieces of at most a period.
  public func withPieces(of number: UInt64, from offset: Int, count: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
    let begin = Int(truncatingIfNeeded: Self.mix(number) &+ UInt64(offset)) & (Self.period - 1)
    pool.withUnsafeBytes { pool in
      for done in stride(from: 0, to: count, by: Self.period) {
        body(UnsafeRawBufferPointer(rebasing: pool[begin..<begin + min(Self.period, count - done)]))
      }
    }
  }

  /// Whether `bytes` are an operation's content.
  public func matches(_ bytes: UnsafeRawBufferPointer, of number: UInt64) -> Bool {
    var (isRight, done) = (true, 0)
    withPieces(of: number, from: 0, count: bytes.count) { piece in
      isRight = isRight && memcmp(bytes.baseAddress! + done, piece.baseAddress!, piece.count) == 0
      done += piece.count
    }
    return isRight
  }

  /// The finaliser of SplitMix64.
  private static func mix(_ number: UInt64) -> UInt64 {
    var z = number &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
