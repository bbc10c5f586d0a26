import Foundation
import Harness
import Reporting
import SystemCalls

/// The terminal that the program may be connected to.
enum Screen {
  /// The width of tables in columns: `COLUMNS`, or else the terminal's width, or else 100. If the output is no
  /// terminal, it is at most 100.
  static var width: Int {
    let asked = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    guard isatty(STDOUT_FILENO) == 1 else { return min(widestText, asked ?? widestText) }
    return asked ?? columns(of: STDOUT_FILENO) ?? widestText
  }

  /// The width of text for reading.
  static var columns: Int { min(widestText, width) }

  /// A line for standard error. It is wrapped between words if that is a terminal, which would wrap within words.
  static func note(_ text: String) -> String {
    guard isatty(STDERR_FILENO) == 1, let columns = columns(of: STDERR_FILENO) else { return text }
    return Terminal.wrapped(text, width: max(20, columns), indent: 2).joined(separator: "\n")
  }

  private static let widestText = 100

  private static func columns(of terminal: Int32) -> Int? {
    var size = winsize()
    return ioctl(terminal, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
  }

  /// Whether to use colours: see no-color.org.
  static var showsColor: Bool {
    isatty(STDOUT_FILENO) == 1 && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
  }

  /// Prints text for a person.
  static func show(_ text: String) { print(readable(text)) }

  /// Text for a person: without control characters, and in ASCII unless the variables of locale(7) select UTF-8.
  static func readable(_ text: String) -> String {
    let text = Terminal.visible(text)
    let names = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }
    let locale = names.first { !$0.isEmpty }?.uppercased() ?? ""
    return locale.contains("UTF-8") || locale.contains("UTF8") ? text : Terminal.ascii(text)
  }

  private static var environment: [String: String] { ProcessInfo.processInfo.environment }

  /// The progress bar on standard error; silent if that is no terminal.
  final class Bar {
    /// Returns to the beginning of the line and erases it: ECMA-48.
    private static let erasure = "\r\u{1B}[K"
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

    /// Shows progress of items that each take about the same time.
    func show(done: Int, total: Int, label: String) {
      let elapsed = Date().timeIntervalSince(start)
      show(
        done: done, total: total, label: label,
        remaining: done > 0 ? elapsed / Double(done) * Double(total - done) : nil)
    }

    private func show(done: Int, total: Int, label: String, remaining: Double?) {
      let now = Date()
      guard isShown, now.timeIntervalSince(start) > delay, now.timeIntervalSince(lastDrawn) > 0.1 else { return }
      let width = Screen.columns(of: STDERR_FILENO).map { min(Screen.widestText, $0 - 1) } ?? 79
      let line = ProgressBar().line(
        done: done, total: total, label: label, elapsed: now.timeIntervalSince(start), remaining: remaining,
        width: width)
      StandardStreams.complain("\(Self.erasure)\(Screen.readable(line))")
      lastDrawn = now
      hasDrawn = true
    }

    func clear() {
      if hasDrawn { StandardStreams.complain(Self.erasure) }
      hasDrawn = false
    }

  }
}
