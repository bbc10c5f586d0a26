import Foundation

/// The bytes of a `trials.jsonl`, line by line: what hashes are of.
public struct TrialLines: Sendable {
  let bytes: Data
  /// Without their ends, in the order of the file; empty ones are left out.
  let lines: [Range<Data.Index>]
  /// Of the lines, from 1.
  let numbers: [Int]
  /// The number of a last line that has no end.
  let cutOff: Int?

  public init(_ bytes: Data) {
    var (lines, numbers): ([Range<Data.Index>], [Int]) = ([], [])
    var (start, number) = (bytes.startIndex, 1)
    bytes.withUnsafeBytes { buffer in
      let origin = bytes.startIndex
      while start < bytes.endIndex,
        let end = memchr(buffer.baseAddress! + (start - origin), 0x0A, bytes.endIndex - start)
      {
        let end = origin + (UnsafeRawPointer(end) - buffer.baseAddress!)
        if end > start {
          lines.append(start..<end)
          numbers.append(number)
        }
        (start, number) = (end + 1, number + 1)
      }
    }
    self.bytes = bytes
    self.lines = lines
    self.numbers = numbers
    cutOff = start < bytes.endIndex ? number : nil
  }

  /// How many lines have an end and are not empty: as many as the run has trials.
  public var count: Int { lines.count }

  /// The SHA-256 of the lines at `positions`, each with the line feed that ends it: what sha256sum(1) prints of them.
  /// - Parameter rest: what follows them.
  public func sha256(at positions: some Sequence<Int>, followedBy rest: Data = Data()) -> String {
    var hash = SHA256()
    bytes.withUnsafeBytes { buffer in
      for position in positions {
        let first = lines[position].lowerBound - bytes.startIndex
        hash.update(UnsafeRawBufferPointer(rebasing: buffer[first...first + lines[position].count]))
      }
    }
    rest.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }
}
