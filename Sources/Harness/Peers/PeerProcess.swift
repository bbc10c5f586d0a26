import Foundation
import Glibc
import Measurement
import Plan
import Synchronization
import SystemCalls

/// A peer that runs: its words, and what it says besides.
final class PeerProcess {
  let child: ChildProcess
  private let errors: LastWords
  private var isOver = false
  /// The most that a line of the contract comes to.
  private static let longestLine = 4096

  /// Starts a command of a peer's on some processors, which it is on from its first instruction.
  init(_ peer: Peer, _ words: [String], on processors: [Int]) throws(HarnessFailure) {
    let (path, arguments) = try peer.command(words)
    do throws(Errno) {
      let (read, write) = try ChildProcess.pipe()
      defer { close(write) }
      errors = try LastWords(from: read)
      child = try Affinity.on(processors) { () throws(Errno) in
        try ChildProcess(path, arguments, errors: write, in: peer.folder, longestLine: Self.longestLine)
      }
    } catch {
      throw HarnessFailure("cannot start the peer \(peer.manifest.id) (\(path)): \(error)")
    }
  }

  deinit { end() }

  /// Why it cannot go on, in words for a person.
  struct Failure: Error {
    let reason: String
  }

  /// Waits for its next line, which is to begin with a word.
  /// - Returns: the rest of the line.
  func hear(
    _ word: String, patience: Nanoseconds, idle: () -> Void
  ) throws(HarnessFailure) -> Result<String, Failure> {
    guard let line = try TrialRunner.await(child, patience: patience, idle: idle) else {
      return .failure(Failure(reason: verdict(after: patience) + errors.quoted))
    }
    if line == word { return .success("") }
    if line.hasPrefix(word + " ") { return .success(String(line.dropFirst(word.count + 1))) }
    if line.hasPrefix("failed") {
      let reason = line.dropFirst("failed".count).trimmingCharacters(in: .whitespaces)
      return .failure(Failure(reason: "it failed: \(reason)"))
    }
    let shown = line.count > 80 ? "\(line.prefix(80))…" : line
    return .failure(
      Failure(
        reason: "it said '\(shown)' where '\(word)' was due: standard output is for the words of the contract alone"
          + errors.quoted))
  }

  /// The last that it said on standard error, to be put behind a reason.
  var lastWords: String { errors.quoted }

  /// Why it has not answered.
  private func verdict(after patience: Nanoseconds) -> String {
    if child.isKilled { return TrialRunner.verdict(child, after: patience) }
    guard let how = end(patience: .seconds(1)) else { return "it closed its standard output before it was through" }
    return "it ended without an answer (\(how))"
  }

  /// Lets it end, which the end of its standard input tells it to, and ends what does not.
  /// - Returns: how it ended; nil where it had to be ended.
  @discardableResult
  func end(patience: Nanoseconds = .zero) -> ChildProcess.End? {
    if isOver { return child.wait() }
    isOver = true
    // Those that leave the family when it ends are known before.
    let family = ProcessFamily(of: [child.identifier])
    child.closeInput()
    let end = MonotonicClock.now + patience
    while !child.hasEnded, MonotonicClock.now < end { Interruption.pause(milliseconds: 2) }
    let wasThrough = child.hasEnded
    // Before it is waited for: until then nobody else can have its number, or be in its group.
    family.kill()
    child.killGroup()
    let how = child.wait()
    return wasThrough ? how : nil
  }
}

/// What a program says on standard error: read by a thread of its own, so that it never waits for a reader, and forgotten
/// but for the end.
private final class LastWords: Sendable {
  private let text = Mutex<[UInt8]>([])
  private static let kept = 2048

  init(from descriptor: Int32) throws(Errno) {
    let keep: @Sendable (ArraySlice<UInt8>) -> Void = { [weak self] bytes in self?.add(bytes) }
    try SystemCalls.Thread(name: "peer-errors") {
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

  /// The last line, to be put behind a reason; nothing where nothing was said.
  var quoted: String {
    // What it has said last may still be on its way.
    Interruption.pause(milliseconds: 20)
    let lines = text.withLock { String(decoding: $0, as: UTF8.self) }.split(whereSeparator: \.isNewline)
    guard let last = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return "" }
    return "; the last it said: \(last.trimmingCharacters(in: .whitespaces).prefix(200))"
  }
}
