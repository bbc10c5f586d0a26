/// A line that shows a run's progress. It is pure; the caller decides whether to print it.
public struct ProgressBar: Sendable {
  public init() {}

  /// One line of at most `width` columns, without its end: a bar, the finished trials, the remaining time, and the
  /// current trial.
  ///
  /// - Parameters:
  ///   - elapsed: seconds since the start.
  ///   - remaining: the remaining seconds; nil if unknown.
  public func line(done: Int, total: Int, label: String, elapsed: Double, remaining: Double?, width: Int) -> String {
    let barWidth = min(24, max(0, width / 4))
    let fraction = total > 0 ? Double(done) / Double(total) : 0
    let bar = Terminal.padded(Terminal.bar(fraction, width: barWidth), to: barWidth)
    let left = remaining.map { "\(Self.clock($0)) left" } ?? "\(Self.clock(elapsed)) so far"
    let numbers = "\(Terminal.rightAligned(String(done), to: String(total).count))/\(total)  \(left)"
    return Terminal.shortened((barWidth > 0 ? "▕\(bar)▏ " : "") + "\(numbers)  \(label)", to: width)
  }

  /// `0:07`, `12:30`, `1:02:03`.
  private static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "–" }
    let whole = Int(max(0, seconds).rounded())
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return (hours > 0 ? "\(hours):\(two(minutes))" : "\(minutes)") + ":\(two(whole % 60))"
  }
}
