import Measurement
import Records

/// Merges the partial records of the processes of a trial without loss: counts, sums and histograms are exactly those
/// of a single process. Values that cannot be merged are left out.
extension PartialRecord {
  /// - Parameter parts: at least one.
  /// - Throws: `HistogramCodingError` if a histogram is unreadable.
  init(merging parts: [PartialRecord]) throws {
    let first = parts[0]
    guard parts.count > 1 else {
      self = first
      return
    }
    let opens = parts.compactMap(\.window?.opens).min() ?? 0
    let closes = parts.compactMap(\.window?.closes).max() ?? 0
    let wall = closes > opens ? closes - opens : parts.map(\.wall).max() ?? 0
    let checksum = parts.reduce(0) { $0 &+ (UInt64($1.checksum, radix: 16) ?? 0) }
    self.init(
      operations: .init(merging: parts.map(\.operations)),
      checksum: Self.text(ofChecksum: checksum),
      bytes: total(parts.map(\.bytes?.sent)).flatMap { sent in
        total(parts.map(\.bytes?.received)).map { TrialRecord.Bytes(sent: sent, received: $0) }
      },
      wall: wall, latency: try .init(merging: parts.map(\.latency)), inFlight: Self.inFlight(parts, wall: wall),
      series: try Self.series(parts.map(\.series)), usage: .init(merging: parts.map(\.usage)),
      ranOutOfTime: parts.contains(where: \.ranOutOfTime))
    window = parts.compactMap(\.window).merged
    sendLag = try LatencySummary(merging: parts.compactMap(\.sendLag))
    // The most disturbed process represents all.
    pacerLag = parts.compactMap(\.pacerLag).max { $0.p50 < $1.p50 }
    longestQuiet = parts.compactMap(\.longestQuiet).max()
    lanesServed = total(parts.map(\.lanesServed))
    connectionsOpened = total(parts.map(\.connectionsOpened))
    reconnected = total(parts.map(\.reconnected))
    scheduled = total(parts.map(\.scheduled))
    lenientReads = total(parts.map(\.lenientReads))
    let contents = Set(parts.compactMap(\.content))
    content = contents.count > 1 ? TrialRecord.contentDiffers : contents.first
    numbers = parts.compactMap(\.numbers).reduce(nil) { sum, next in
      Numbers(from: min(sum?.from ?? next.from, next.from), to: max(sum?.to ?? next.to, next.to))
    }
    coldStart = first.coldStart.map { coldStart in
      TrialRecord.ColdStart(
        firstDone: parts.compactMap(\.coldStart?.firstDone).min(),
        done: parts.map { $0.coldStart?.done ?? 0 }.saturatingSum, wall: coldStart.wall)
    }
    lanes = try first.lanes.map { classes in
      try Dictionary(
        uniqueKeysWithValues: classes.keys.map { name in
          (name, try TrialRecord.LaneClass(merging: parts.compactMap { $0.lanes?[name] }))
        })
    }
  }

  /// Each process is sampled in its own window, at its own instants, so the maximum in flight is unknown.
  private static func inFlight(_ parts: [PartialRecord], wall: UInt64) -> TrialRecord.InFlight? {
    let sampled = parts.compactMap { part in part.inFlight.map { (inFlight: $0, wall: part.wall) } }
    guard sampled.count == parts.count, wall > 0 else { return nil }
    return TrialRecord.InFlight(
      mean: sampled.reduce(0) { $0 + $1.inFlight.mean * Double($1.wall) } / Double(wall), max: nil,
      samples: sampled.map(\.inFlight.samples).min() ?? 0)
  }

  /// The points of all processes, at the times of the process with the fewest points. Percentiles over several
  /// processes need their full histograms, and are left out.
  private static func series(_ all: [[SeriesPoint]]) throws -> [SeriesPoint] {
    guard let coarsest = all.min(by: { $0.count < $1.count }), !coarsest.isEmpty else { return [] }
    let last = all.compactMap { $0.last?.t }.max() ?? 0
    let ends = coarsest.dropLast().map(\.t) + [last]
    var rests = all.map { $0[...] }
    return try ends.map { end in
      var counts = CoarseHistogram()
      var point = SeriesPoint(t: end, done: 0, p50: nil, p99: nil, max: nil, threads: nil)
      var threads: [Int?] = []
      for index in rests.indices {
        let own = rests[index].prefix { $0.t <= end }
        rests[index] = rests[index].dropFirst(own.count)
        point.done = ([point.done] + own.map(\.done)).saturatingSum
        point.max = ([point.max] + own.map(\.max)).compactMap { $0 }.max()
        threads.append(own.last?.threads)
        for text in own.compactMap(\.counts) { counts.merge(try CoarseHistogram(encoded: text)) }
      }
      point.counts = counts.buckets.isEmpty ? nil : counts.encoded()
      point.threads = total(threads)
      return point
    }
  }
}

/// The sum; nil if a value is unknown.
private func total<Number: FixedWidthInteger>(_ values: [Number?]) -> Number? {
  let known = values.compactMap { $0 }
  return known.isEmpty || known.count < values.count ? nil : known.saturatingSum
}

extension [PartialRecord.Window] {
  fileprivate var merged: PartialRecord.Window? {
    guard let opens = map(\.opens).min(), let closes = map(\.closes).max(), let openRead = map(\.openRead).max(),
      let closeRead = map(\.closeRead).max()
    else { return nil }
    return PartialRecord.Window(opens: opens, closes: closes, openRead: openRead, closeRead: closeRead)
  }
}

extension TrialRecord.Operations {
  /// Each part has the number for the whole trial.
  fileprivate init(merging parts: [TrialRecord.Operations]) {
    self.init(asked: parts[0].asked)
    done = total(parts.map(\.done))
    verified = total(parts.map(\.verified))
    unfinished = total(parts.map(\.unfinished))
    unfinishedAge = Self.ages(parts, \.unfinishedAge, of: \.unfinished)
    due = total(parts.map(\.due))
    unanswered = total(parts.map(\.unanswered))
    unansweredAge = Self.ages(parts, \.unansweredAge, of: \.unanswered)
    failed = Self.counts(parts.compactMap(\.failed))
    non2xx = Self.counts(parts.compactMap(\.non2xx))
  }

  private static func ages(
    _ parts: [TrialRecord.Operations], _ ages: KeyPath<TrialRecord.Operations, TrialRecord.Ages?>,
    of count: KeyPath<TrialRecord.Operations, UInt64?>
  ) -> TrialRecord.Ages? {
    let aged = parts.compactMap { part in
      part[keyPath: ages].map { (ages: $0, count: Double(part[keyPath: count] ?? 0)) }
    }
    let count = aged.reduce(0) { $0 + $1.count }
    guard count > 0, let least = aged.map(\.ages.min).min(), let most = aged.map(\.ages.max).max() else { return nil }
    func mean(_ value: (TrialRecord.Ages) -> UInt64) -> UInt64 {
      UInt64(saturating: aged.reduce(0) { $0 + Double(value($1.ages)) * $1.count } / count)
    }
    return TrialRecord.Ages(
      min: least, mean: mean(\.mean), max: most,
      within: aged.allSatisfy { $0.ages.within != nil } ? mean { $0.within ?? 0 } : nil)
  }

  private static func counts(_ all: [[String: UInt64]]) -> [String: UInt64]? {
    all.isEmpty ? nil : all.reduce(into: [:]) { $0.merge($1) { [$0, $1].saturatingSum } }
  }
}

extension LatencySummary {
  /// Exactly the summary of all their latencies. Nil without latencies.
  init?(merging parts: [LatencySummary]) throws {
    guard !parts.isEmpty else { return nil }
    var sum = LatencyHistogram()
    for part in parts { sum.merge(try LatencyHistogram(encoded: part.histogram)) }
    self.init(sum)
    // An encoded histogram knows the extremes only to its resolution.
    min = parts.compactMap(\.min).min()
    max = parts.compactMap(\.max).max()
    clampPercentiles()
    mean = count == 0 ? nil : parts.reduce(0) { $0 + ($1.mean ?? 0) * Double($1.count) } / Double(count)
  }
}

extension TrialRecord.Latency {
  fileprivate init(merging parts: [TrialRecord.Latency]) throws {
    guard let service = try LatencySummary(merging: parts.map(\.service)) else { preconditionFailure("no parts") }
    self.init(
      service: service, response: try LatencySummary(merging: parts.compactMap(\.response)),
      queueing: try LatencySummary(merging: parts.compactMap(\.queueing)))
  }
}

extension TrialRecord.LaneClass {
  fileprivate init(merging parts: [TrialRecord.LaneClass]) throws {
    let latencies = parts.compactMap(\.latency)
    self.init(
      count: parts.map(\.count).saturatingSum, operations: .init(merging: parts.map(\.operations)),
      latency: latencies.isEmpty ? nil : try .init(merging: latencies), early: total(parts.map(\.early)))
    served = total(parts.map(\.served))
    reconnected = total(parts.map(\.reconnected))
  }
}

extension ProcessUsage {
  init(merging parts: [ProcessUsage]) {
    self.init()
    cpuTime = total(parts.map(\.cpuTime))
    userTime = total(parts.map(\.userTime))
    systemTime = total(parts.map(\.systemTime))
    directCalls = total(parts.map(\.directCalls))
    voluntarySwitches = total(parts.map(\.voluntarySwitches))
    involuntarySwitches = total(parts.map(\.involuntarySwitches))
    threadsPeak = total(parts.map(\.threadsPeak))
    descriptorsPeak = total(parts.map(\.descriptorsPeak))
    memoryPeak = total(parts.map(\.memoryPeak))
    memory = total(parts.map(\.memory))
    cpus = parts.first?.cpus
    operationsDone = total(parts.map(\.operationsDone))
    connections = total(parts.map(\.connections))
    failed = total(parts.map(\.failed))
    faults = total(parts.map(\.faults))
    bytesSent = total(parts.map(\.bytesSent))
    bytesReceived = total(parts.map(\.bytesReceived))
    longestGap = parts.compactMap(\.longestGap).max()
  }
}

extension ServerReport {
  /// - Parameter parts: at least one.
  init(merging parts: [ServerReport]) {
    self.init(
      usage: ProcessUsage(merging: parts.map(\.usage)), openRead: parts.map(\.openRead).max() ?? 0,
      closeRead: parts.map(\.closeRead).max() ?? 0, totalDone: parts.map(\.totalDone).saturatingSum,
      faultsInAll: parts.map(\.faultsInAll).saturatingSum)
  }
}
