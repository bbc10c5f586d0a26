/// Writes the zlib format, RFC 1950, without compression.
enum Zlib {
  /// A stream that any inflater turns back into `bytes`: stored DEFLATE blocks, RFC 1951, section 3.2.4.
  static func stream(of bytes: [UInt8]) -> [UInt8] {
    // DEFLATE with a 32 KiB window. Together the two bytes are a multiple of 31, as the format requires.
    var stream: [UInt8] = [0x78, 0x01]
    var rest = bytes[...]
    repeat {
      let block = rest.prefix(Int(UInt16.max))
      rest = rest.dropFirst(block.count)
      let length = UInt16(block.count)
      stream.append(rest.isEmpty ? 1 : 0)
      for number in [length, ~length] {
        stream += [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
      }
      stream += block
    } while !rest.isEmpty
    return stream + withUnsafeBytes(of: adler32(bytes).bigEndian) { [UInt8]($0) }
  }

  /// The checksum that ends a stream: RFC 1950, section 8.2.
  static func adler32(_ bytes: [UInt8]) -> UInt32 {
    let modulus: UInt32 = 65_521
    var sum: UInt32 = 1
    var sumOfSums: UInt32 = 0
    for byte in bytes {
      sum = (sum + UInt32(byte)) % modulus
      sumOfSums = (sumOfSums + sum) % modulus
    }
    return sumOfSums << 16 | sum
  }
}
