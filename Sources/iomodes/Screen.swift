import Foundation
import Harness
import Reporting

/// The terminal that the program may be talking to.
enum Screen {
  static var columns: Int {
    var size = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 { return min(100, Int(size.ws_col)) }
    return 100
  }

  static var showsColor: Bool {
    isatty(STDOUT_FILENO) == 1 && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
      && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// The bar of a run on standard error; silent where that is no terminal.
  final class Bar {
    private let isShown: Bool
    private let start = Date()
    private var lastDrawn = Date.distantPast
    private var hasDrawn = false

    init(quiet: Bool) { isShown = !quiet && isatty(STDERR_FILENO) == 1 }

    func show(_ progress: RunSession.Progress) {
      let now = Date()
      guard isShown, now.timeIntervalSince(start) > 0.5, now.timeIntervalSince(lastDrawn) > 0.1 else { return }
      var size = winsize()
      let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
      let line = ProgressBar().line(
        done: progress.done, total: progress.total, label: progress.label, elapsed: now.timeIntervalSince(start),
        remaining: progress.remaining, width: isKnown ? min(100, Int(size.ws_col) - 1) : 79)
      write("\r\u{1B}[K\(line)")
      lastDrawn = now
      hasDrawn = true
    }

    func clear() {
      if hasDrawn { write("\r\u{1B}[K") }
      hasDrawn = false
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
  }
}
