import Glibc
import Measurement

extension Bench {
  /// Memory: allocation and copies.
  static let memory = [64, 1024, 16 << 10].map(allocation) + [64, 4096, 64 << 10].map(copy)

  private static func allocation(_ size: Int) -> Bench {
    Bench("allocation", "malloc(3) and free(3) of a block, with one write to it", size: size) { sampler in
      // Blocks are freed in turn, as they are where several are in use. The table also keeps the compiler from leaving
      // the calls out.
      let blocks = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 16)
      blocks.initialize(repeating: nil, count: 16)
      defer {
        for place in 0..<16 { free(blocks[place]) }
        blocks.deallocate()
      }
      sampler.sample { turns in
        for turn in 0..<turns {
          free(blocks[turn & 15])
          let block = malloc(size)!
          block.storeBytes(of: turn, as: Int.self)
          blocks[turn & 15] = block
        }
      }
    }
  }

  private static func copy(_ size: Int) -> Bench {
    Bench("copy", "memcpy(3) from one block to another, both in the caches", size: size) { sampler in
      let (a, b) = (
        UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64),
        UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
      )
      memset(a, 1, size)
      memset(b, 2, size)
      defer {
        a.deallocate()
        b.deallocate()
      }
      sampler.sample { turns in
        for turn in 0..<turns {
          // Each copy differs from the one before, so that the compiler leaves none out.
          a.storeBytes(of: UInt8(truncatingIfNeeded: turn), as: UInt8.self)
          if turn & 1 == 0 { memcpy(b, a, size) } else { memcpy(a, b, size) }
        }
      }
    }
  }
}
