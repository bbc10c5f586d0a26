import Foundation
import Measurement
import Records

/// The distributions of an experiment's valid trials in HdrHistogram's log format 1.3 (`.hlog`). Each trial has a line,
/// tagged with its mode and concurrency. HistogramLogProcessor and Python's `hdrhistogram` can read it.
///
/// Histograms are in nanoseconds, without loss; the column of maxima is in milliseconds, and times are in seconds. The
/// start times of trials are not recorded. Each interval is as long as the trial's window, and begins where the
/// previous one ends.
struct HistogramLog {
  let title: String
  let record: RunRecord
  private let lines: [String]

  /// - Parameter summary: selects the distribution; trials without it have no line.
  init?(
    _ title: String, of trials: [TrialRecord], in record: RunRecord, _ summary: (TrialRecord) -> LatencySummary?
  ) {
    var lines: [String] = []
    var start = 0.0
    for trial in trials where trial.valid {
      guard let text = summary(trial)?.histogram, let histogram = try? LatencyHistogram(encoded: text) else { continue }
      let length = Double(trial.wall ?? 0) / 1e9
      let highest = Double(histogram.slots.last?.highestEquivalent ?? 0) / 1e6
      lines.append(
        "Tag=\(Self.tag(trial)),"
          + String(format: "%.3f,%.3f,%.3f,", start, length, highest) + histogram.compressed())
      start += length
    }
    guard !lines.isEmpty else { return nil }
    self.title = title
    self.record = record
    self.lines = lines
  }

  func render() -> String {
    let provenance = Provenance(record)
    let subject = "iomodes \(record.tool.version), run \(provenance.run), \(title)".onOneLine
    var header = ["#[\(subject)]", "#[\(provenance.machine)]", "#[Histogram log format version 1.3]"]
    if let started = ISO8601DateFormatter().date(from: record.started) {
      let seconds = String(format: "%.3f", started.timeIntervalSince1970)
      header += [
        "#[StartTime: \(seconds) (seconds since epoch), \(Self.words(started))]",
        "#[BaseTime: \(seconds) (seconds since epoch)]",
      ]
    }
    header.append(#""StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram""#)
    return (header + lines).joined(separator: "\n") + "\n"
  }

  /// A tag such as `epoll/64`; it must contain no comma and no white space.
  private static func tag(_ trial: TrialRecord) -> String {
    let point = trial.coordinates.point
    let words = [point.mode, point.variant, "\(trial.concurrency)"].compactMap { $0 }.joined(separator: "/")
    return String(words.map { $0 == "," || $0.isWhitespace ? "-" : $0 })
  }

  /// The date in the format of Java's `Date.toString`, in UTC.
  private static func words(_ date: Date) -> String {
    let formatter = DateFormatter()
    formatter.locale = Foundation.Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "EEE MMM dd HH:mm:ss 'UTC' yyyy"
    return formatter.string(from: date)
  }
}
