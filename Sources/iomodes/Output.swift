import Foundation
import Harness
import Reporting
import Synchronization
import SystemCalls

/// Prints all output of the program. In this module it hides `Swift.print`, which does not report a full disk.
func print(_ text: String, terminator: String = "\n") { Output.write(text + terminator) }

/// Standard output.
enum Output {
  /// errno of the first failed write; 0 if none failed.
  private static let failure = Atomic<Int32>(0)

  static func write(_ text: String) {
    guard failure.load(ordering: .relaxed) == 0 else { return }
    do throws(Errno) {
      try StandardStreams.print(isatty(STDOUT_FILENO) == 1 ? Terminal.visible(text) : text)
    } catch {
      failure.store(error.rawValue, ordering: .relaxed)
    }
  }

  /// Throws if any output was lost. A reader that closes its end early, as head(1) does, is no failure.
  static func check() throws(HarnessFailure) {
    let error = Errno(failure.load(ordering: .relaxed))
    guard error.rawValue != 0, error != .brokenPipe else { return }
    throw HarnessFailure("cannot write to standard output: \(error); redirect it, or free some space")
  }
}
