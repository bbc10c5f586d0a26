import Measurement
import Records

extension Summary.MeasuredExperiment {
  /// Facts that a reader of the numbers must know, one sentence each.
  var notes: [Note] {
    inFlightNotes + points.servedNotes + points.flatMap { $0.invalidNotes($0.place) + $0.notes($0.place) }
      + unfinishedNotes + poolNotes + points.compactMap(\.connectionsNote)
      + [queueingNote, memoryNote, lateWarmupNote, coldStartNote].compactMap { $0 }
  }

  struct Note {
    var text: String
    var isWarning = true
  }

  /// Modes with fewer operations in flight than the concurrency asked for.
  private var inFlightNotes: [Note] {
    let modes = byName.compactMap { name, points -> String? in
      let short = points.compactMap { point in
        point.response == nil ? point.inFlight?.max.map { (asked: point.concurrency, reached: $0) } : nil
      }.filter { $0.reached < $0.asked }
      var ranges: [(reached: Int, asked: ClosedRange<Int>)] = []
      for (asked, reached) in short {
        if let last = ranges.last, last.reached == reached {
          ranges[ranges.count - 1].asked = last.asked.lowerBound...asked
        } else {
          ranges.append((reached, asked...asked))
        }
      }
      let texts = ranges.map { "\(NumberText.grouped($0.reached)) of \(Self.text($0.asked)) asked" }
      return texts.isEmpty ? nil : "\(name) \(texts.joined(separator: " and "))"
    }
    return modes.isEmpty
      ? [] : [Note(text: "in flight at most: \(modes.joined(separator: ", "))", isWarning: false)]
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    let low = NumberText.grouped(range.lowerBound)
    return range.count == 1 ? low : "\(low)–\(NumberText.grouped(range.upperBound))"
  }

  /// The note for the point with the longest late warm-up.
  private var lateWarmupNote: Note? {
    let late = points.compactMap { point in point.lateWarmup.map { (point: point, warmup: $0) } }
    guard let longest = late.max(by: { $0.warmup.end < $1.warmup.end })?.warmup else { return nil }
    let remedy =
      warmup.map { "a warm-up of \(longest.remedy(after: $0))" } ?? "a longer warm-up"
    return Note(
      text: "the first \(NumberText.span(nanoseconds: Double(longest.end))) of "
        + "\(NumberText.span(nanoseconds: Double(longest.window))) look like warm-up "
        + "(\(late.map(\.point.place).joined(separator: ", "))); \(remedy) excludes it")
  }

  private var unfinishedNotes: [Note] {
    let (open, closed) = ("due and unanswered at window end", "in flight at window end")
    let modes = byName.compactMap { name, points -> String? in
      let due = points.map(\.due).saturatingSum
      let unanswered = points.map(\.unanswered).saturatingSum
      guard unanswered > 0 else { return nil }
      let oldest = points.compactMap(\.oldestUnanswered).max()
      let age = oldest.map { " (\(NumberText.span(nanoseconds: Double($0))))" } ?? ""
      return "\(name) \(NumberText.grouped(unanswered)) of \(NumberText.grouped(due))\(age)"
    }
    let others = byName.compactMap { name, points -> String? in
      let points = points.filter { $0.due == 0 }
      let unfinished = points.map(\.unfinished).saturatingSum
      let oldest = points.compactMap(\.oldestUnfinished).max()
      let age = oldest.map { " (\(NumberText.span(nanoseconds: Double($0))))" } ?? ""
      return unfinished > 0 ? "\(name) \(NumberText.grouped(unfinished))\(age)" : nil
    }
    return [(open, modes), (closed, others)].filter { !$0.1.isEmpty }.map { name, modes in
      Note(text: "\(name) (age of the oldest): \(modes.joined(separator: ", "))", isWarning: false)
    }
  }

  /// The points of each mode and variant, by ascending concurrency.
  var byName: [(name: String, points: [Summary.Point])] {
    var names: [String] = []
    var groups: [String: [Summary.Point]] = [:]
    for point in points {
      if groups[point.name] == nil { names.append(point.name) }
      groups[point.name, default: []].append(point)
    }
    return names.map { ($0, groups[$0] ?? []) }
  }

  /// The points of each concurrency, ascending.
  var byConcurrency: [(concurrency: Int, points: [Summary.Point])] {
    var groups: [(concurrency: Int, points: [Summary.Point])] = []
    for point in points {
      if groups.last?.concurrency != point.concurrency { groups.append((point.concurrency, [])) }
      groups[groups.count - 1].points.append(point)
    }
    return groups
  }
}

extension Summary.Point {
  var place: String { "\(name) at \(NumberText.grouped(concurrency))" }

  /// Why trials are left out.
  func invalidNotes(_ place: String) -> [Summary.MeasuredExperiment.Note] {
    invalidTrials > 0
      ? [.init(text: "\(place): \(invalidTrials) of \(carriedOut) trials not valid and left out: \(reasons)")] : []
  }

  /// `little: … (2), steal: … (1)`.
  var reasons: String { invalidReasons.isEmpty ? "no reason given" : Self.list(invalidReasons) }

  var carriedOut: Int { validTrials + invalidTrials }

  /// Further facts about the point.
  func notes(_ place: String) -> [Summary.MeasuredExperiment.Note] {
    var texts: [String] = []
    if !auditReasons.isEmpty { texts.append("its audit is not valid and left out: \(Self.list(auditReasons))") }
    if let skipped, carriedOut > 0 { texts.append("\(skippedTrials) trials not run: \(skipped.reason)") }
    if !failedOtherwise.isEmpty { texts.append("failed operations: \(Self.list(failedOtherwise))") }
    if !non2xx.isEmpty { texts.append("replies other than 2xx: \(Self.list(non2xx))") }
    if let reconnectedText { texts.append(reconnectedText) }
    if let unreadable = latency?.unreadable, unreadable > 0 {
      texts.append("percentiles omit \(unreadable) trials with unreadable histograms")
    }
    if let unansweredText { texts.append(unansweredText) }
    if let drift = throughputDrift, growthNote == nil { texts.append("throughput \(drift.text)") }
    if let drift = medianDrift { texts.append("the median service time \(drift.text)") }
    var asides: [String] = []
    if !failedAsAsked.isEmpty { asides.append("failed as asked: \(Self.list(failedAsAsked))") }
    if lenientReads > 0 {
      asides.append("read leniently: \(NumberText.grouped(lenientReads)) replies that deviate from RFC 9112")
    }
    return texts.map { .init(text: "\(place): \($0)") }
      + asides.map { .init(text: "\(place): \($0)", isWarning: false) }
  }

  static func list(_ counts: [Summary.Count]) -> String {
    counts.map { "\($0.name) (\(NumberText.grouped($0.count)))" }.joined(separator: ", ")
  }

  /// The predicted time of a point that did not run, marked as a prediction.
  var prediction: String? {
    guard let skipped, validTrials + invalidTrials == 0 else { return nil }
    guard let predicted = skipped.predictedWall else { return "not run: \(skipped.reason)" }
    return "predicted \(NumberText.span(nanoseconds: Double(predicted))) (not run: \(skipped.reason))"
  }
}

extension Summary.Drift {
  fileprivate var text: String {
    let percent = NumberText.brief(abs(share * 100).rounded())
    return "drifts by \(share < 0 ? "−" : "+")\(percent) % over the window in \(trials) of \(of) trials"
  }
}
