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

  /// A bar on standard error, of what takes longer than some seconds; silent where that is no terminal.
  final class Bar {
    private let isShown: Bool
    private let delay: TimeInterval
    private let start = Date()
    private var lastDrawn = Date.distantPast
    private var hasDrawn = false

    init(quiet: Bool, after delay: TimeInterval = 0.5) {
      isShown = !quiet && isatty(STDERR_FILENO) == 1
      self.delay = delay
    }

    func show(_ progress: RunSession.Progress) {
      show(done: progress.done, total: progress.total, label: progress.label, remaining: progress.remaining)
    }

    /// Of things that each take about as long.
    func show(done: Int, total: Int, label: String) {
      let elapsed = Date().timeIntervalSince(start)
      show(
        done: done, total: total, label: label,
        remaining: done > 0 ? elapsed / Double(done) * Double(total - done) : nil)
    }

    private func show(done: Int, total: Int, label: String, remaining: Double?) {
      let now = Date()
      guard isShown, now.timeIntervalSince(start) > delay, now.timeIntervalSince(lastDrawn) > 0.1 else { return }
      var size = winsize()
      let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
      let line = ProgressBar().line(
        done: done, total: total, label: label, elapsed: now.timeIntervalSince(start), remaining: remaining,
        width: isKnown ? min(100, Int(size.ws_col) - 1) : 79)
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
