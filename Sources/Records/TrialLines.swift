import Foundation

/// The bytes of a `trials.jsonl`, by line. Hashes are computed over them.
public struct TrialLines: Sendable {
  let bytes: Data
  /// Without line feeds, in the order of the file; empty lines are left out.
  let lines: [Range<Data.Index>]
  /// The line numbers, from 1.
  let numbers: [Int]
  /// The number of an incomplete last line; nil if there is none.
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

  /// The number of complete, non-empty lines, which is the run's number of trials.
  public var count: Int { lines.count }

  /// The SHA-256 of the lines at `positions`, each with its line feed: the output of sha256sum(1) for them.
  /// - Parameter rest: bytes that follow the lines.
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
