import Glibc
import Synchronization
import SystemCalls

/// A program's standard error. A thread reads it, so that the program never blocks, and keeps only the end.
final class LastWords: Sendable {
  private let text = Mutex<[UInt8]>([])
  private static let kept = 2048

  init(from descriptor: Int32) throws(Errno) {
    let keep: @Sendable (ArraySlice<UInt8>) -> Void = { [weak self] bytes in self?.add(bytes) }
    try SystemCalls.Thread(name: "last-words") {
      var chunk = [UInt8](repeating: 0, count: 16 << 10)
      while case let count = SystemCall.retrying({ read(descriptor, &chunk, chunk.count) }), count > 0 {
        keep(chunk[..<count])
      }
      close(descriptor)
    }.detach()
  }

  private func add(_ bytes: ArraySlice<UInt8>) {
    text.withLock { text in
      text += bytes
      if text.count > 2 * Self.kept { text.removeFirst(text.count - Self.kept) }
    }
  }

  /// The last line, to append to a reason; empty if there is none.
  var quoted: String {
    // The last output may still be on its way.
    Interruption.pause(milliseconds: 20)
    let lines = text.withLock { String(decoding: $0, as: UTF8.self) }.split(whereSeparator: \.isNewline)
    guard let last = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return "" }
    return "; its last words: \(last.trimmingCharacters(in: .whitespaces).prefix(200))"
  }
}
