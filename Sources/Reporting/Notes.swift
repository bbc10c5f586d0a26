import Records

extension Summary.Experiment {
  /// What a reader of the numbers must know, one sentence each.
  var notes: [Note] {
    inFlightNotes + points.flatMap(\.notes) + unfinishedNotes
  }

  struct Note {
    var text: String
    var isWarning = true
  }

  /// Where fewer operations were under way than asked.
  private var inFlightNotes: [Note] {
    let modes = byName.compactMap { name, points -> String? in
      let short = points.compactMap { point in
        point.response == nil ? point.inFlight.map { (asked: point.concurrency, reached: $0.max) } : nil
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

  private var unfinishedNotes: [Note] {
    let modes = byName.compactMap { name, points -> String? in
      let unfinished = points.map(\.unfinished).reduce(0, &+)
      let oldest = points.compactMap(\.oldestUnfinished).max()
      let age = oldest.map { " (\(NumberText.span(nanoseconds: Double($0))))" } ?? ""
      return unfinished > 0 ? "\(name) \(NumberText.grouped(unfinished))\(age)" : nil
    }
    let list = modes.joined(separator: ", ")
    return modes.isEmpty
      ? [] : [Note(text: "unfinished at the windows' ends (age of the oldest): \(list)", isWarning: false)]
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
  fileprivate var notes: [Summary.Experiment.Note] {
    var notes: [Summary.Experiment.Note] = []
    let place = "\(name) at \(NumberText.grouped(concurrency))"
    let carriedOut = validTrials + invalidTrials
    if invalidTrials > 0 {
      let reasons = invalidReasons.isEmpty ? "no reason given" : Self.list(invalidReasons)
      notes.append(
        .init(text: "\(place): \(invalidTrials) of \(carriedOut) trials not valid and left out: \(reasons)"))
    }
    if let skipped, carriedOut > 0 {
      notes.append(.init(text: "\(place): \(skippedTrials) trials not run: \(skipped.reason)"))
    }
    if !failed.isEmpty { notes.append(.init(text: "\(place): failed operations: \(Self.list(failed))")) }
    if !non2xx.isEmpty { notes.append(.init(text: "\(place): replies other than 2xx: \(Self.list(non2xx))")) }
    if let unreadable = latency?.unreadable, unreadable > 0 {
      notes.append(
        .init(text: "\(place): percentiles are without \(unreadable) trials, whose histograms cannot be read"))
    }
    return notes
  }

  private static func list(_ counts: [Summary.Count]) -> String {
    counts.map { "\($0.name) (\(NumberText.grouped($0.count)))" }.joined(separator: ", ")
  }

  /// Of a point that was not carried out: how long it would have taken, clearly not a measurement.
  var prediction: String? {
    guard let skipped, validTrials + invalidTrials == 0 else { return nil }
    guard let predicted = skipped.predictedWall else { return "not run: \(skipped.reason)" }
    return "predicted \(NumberText.span(nanoseconds: Double(predicted))) (not run: \(skipped.reason))"
  }
}
