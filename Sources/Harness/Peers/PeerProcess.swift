import Foundation
import Glibc
import Measurement
import Plan
import SystemCalls

/// A running peer: its words on standard output, and its last words on standard error.
final class PeerProcess {
  let child: ChildProcess
  private let errors: LastWords
  private var isOver = false
  /// The maximum length of a line of the contract, in bytes.
  private static let longestLine = 4096

  /// Starts a peer's command on these CPUs; it runs there from its first instruction.
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

  /// Why the peer cannot go on, in words for a person.
  struct Failure: Error {
    let reason: String
  }

  /// Waits for its next line, which must begin with `word`.
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
        reason: "it said '\(shown)' instead of '\(word)'; only the contract's words may go to standard output"
          + errors.quoted))
  }

  /// Its last line on standard error, to append to a reason.
  var lastWords: String { errors.quoted }

  /// Why it has not answered.
  private func verdict(after patience: Nanoseconds) -> String {
    if child.isKilled { return TrialRunner.verdict(child, after: patience) }
    guard let how = end(patience: .seconds(1)) else { return "it closed its standard output before it was done" }
    return "it ended without an answer (\(how))"
  }

  /// Ends its standard input, which tells it to exit, and kills what does not.
  /// - Returns: how it ended; nil if it had to be killed.
  @discardableResult
  func end(patience: Nanoseconds = .zero) -> ChildProcess.End? {
    if isOver { return child.wait() }
    isOver = true
    // Found now, because processes may leave the family when it ends.
    let family = ProcessFamily(of: [child.identifier])
    child.closeInput()
    let end = MonotonicClock.now + patience
    while !child.hasEnded, MonotonicClock.now < end { Interruption.pause(milliseconds: 2) }
    let wasThrough = child.hasEnded
    // Kill before the wait: until then, no one else can have its number or be in its group.
    family.kill()
    child.killGroup()
    let how = child.wait()
    for process in family.members where process != child.identifier {
      ProcessControl.reap(process, within: 1000)
    }
    return wasThrough ? how : nil
  }
}
