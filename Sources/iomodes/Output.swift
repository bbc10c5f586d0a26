import Foundation
import Harness
import Reporting
import Synchronization
import SystemCalls

/// What the program prints goes through here: in this module it stands before `Swift.print`, which tells nobody when a
/// disk is full.
func print(_ text: String, terminator: String = "\n") { Output.write(text + terminator) }

/// Standard output.
enum Output {
  /// errno of the first write that failed; 0 where none has.
  private static let failure = Atomic<Int32>(0)

  static func write(_ text: String) {
    guard failure.load(ordering: .relaxed) == 0 else { return }
    do throws(Errno) {
      try StandardStreams.print(isatty(STDOUT_FILENO) == 1 ? Terminal.visible(text) : text)
    } catch {
      failure.store(error.rawValue, ordering: .relaxed)
    }
  }

  /// Throws where something that was printed did not get through. A reader that has closed its end, as head(1) does, had
  /// enough: that is no failure.
  static func check() throws(HarnessFailure) {
    let error = Errno(failure.load(ordering: .relaxed))
    guard error.rawValue != 0, error != .brokenPipe else { return }
    throw HarnessFailure("cannot write to standard output: \(error); send it elsewhere, or make room")
  }
}
