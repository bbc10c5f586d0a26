import Foundation
import Measurement
import Records

/// A distribution for every valid trial of an experiment, as HdrHistogram's log format 1.3 (`.hlog`) has it: a line for
/// each, tagged with its mode and concurrency, that HistogramLogProcessor and the `hdrhistogram` of Python read.
///
/// Histograms are in nanoseconds, without loss; the column of maxima is in milliseconds, and times are in seconds. When a
/// trial began is not recorded: its interval is as long as its window, and begins where that of the line before ends.
struct HistogramLog {
  let title: String
  let record: RunRecord
  private let lines: [String]

  /// - Parameter summary: which distribution; trials without it have no line.
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
    let subject = Provenance.oneLine("iomodes \(record.tool.version), run \(provenance.run), \(title)")
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

  /// `epoll/64`: no comma and no white space may be in it.
  private static func tag(_ trial: TrialRecord) -> String {
    let point = trial.coordinates.point
    let words = [point.mode, point.variant, "\(trial.concurrency)"].compactMap { $0 }.joined(separator: "/")
    return String(words.map { $0 == "," || $0.isWhitespace ? "-" : $0 })
  }

  /// As Java's `Date.toString` has it, in UTC.
  private static func words(_ date: Date) -> String {
    let formatter = DateFormatter()
    formatter.locale = Foundation.Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "EEE MMM dd HH:mm:ss 'UTC' yyyy"
    return formatter.string(from: date)
  }
}
