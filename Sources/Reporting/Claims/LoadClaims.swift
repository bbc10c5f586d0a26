import Records
import Statistics

/// Claims about speed and about concurrency.
extension Claim {
  static let load = [hundredsOfTimes, millionsPerSecond, tuneLimits, tunePools]

  /// “Hundreds” means at least two hundred.
  private static let hundreds = 200.0
  /// The fewest lanes with which a ratio can reach hundreds, with a margin.
  private static let manyLanes = 400

  private static let hundredsOfTimes = Claim(
    id: "hundreds-of-times",
    text: "Asynchronous code is hundreds of times faster than synchronous code.",
    prediction:
      "Ratio to blocking: at most min(lanes, floor) and 10 % more, and at least 1 ÷ (1 ÷ lanes + 2 ÷ floor); the floor "
      + "is the throughput without waits over blocking's with them. Hundreds are 200 or more.",
    reason: "The ratio counts waits that overlap: where nothing waits there is nothing to overlap, and the cost of an "
      + "operation is left."
  ) { evidence in ratios(of: ["taskgroup", "epoll"], over: "blocking", evidence) }

  /// The ratios of throughputs to those of a mode that does one operation after another: where hundreds of lanes wait, and
  /// where nobody waits.
  static func ratios(of modes: [String], over sequential: String, _ evidence: Evidence) -> [Measure] {
    func groups(_ isWanted: (Sample) -> Bool) -> [[Sample]] {
      let all = evidence.groups { sample in
        ["http", "echo", "sleep"].contains(sample.kind) && sample.lanes >= manyLanes && sample.asked == nil
          && sample.limit == nil && sample.pipeline == 1 && !sample.hasBystanders && isWanted(sample)
      }
      // For each experiment, the fewest lanes that suffice.
      return all.filter { group in
        group.contains { $0.mode == sequential && !$0.trials.isEmpty }
          && !all.contains { $0[0].experiment.name == group[0].experiment.name && $0[0].lanes < group[0].lanes }
      }
    }
    let atOnce = groups { $0.wait == 0 }
    return (groups { $0.wait > 0 } + atOnce).flatMap { group -> [Measure] in
      guard let single = group.first(where: { $0.mode == sequential }) else { return [] }
      return group.filter { modes.contains($0.mode) }.flatMap { sample -> [Measure?] in
        let wait = sample.wait > 0 ? "waits \(sample.waitText)" : "waits for nobody"
        let ratio = sample.throughput(over: single)
        let floor = floor(sample, single, among: atOnce.joined().filter { $0.kind == sample.kind })
        let lanes = NumberText.grouped(sample.lanes)
        return [
          Measure(
            "\(sample.point.name): \(sample.kind) \(wait), \(lanes) lanes", .ratio, least: hundreds, ratio,
            from: .trials([sample, single])),
          floor.flatMap { floor in
            Measure(
              "\(sample.point.name): share of min(\(lanes), \(NumberText.brief(floor.ratio.median.rounded())))", .ratio,
              as: .arithmetic, least: floor.leastShare(of: sample.lanes), most: 1.1, floor.share(of: sample, ratio),
              floor: floor.ratio, from: .trials([sample, single, floor.unwaiting]))
          },
        ]
      }.compactMap { $0 }
    }
  }

  /// The upper bound of the ratio if processors are always busy: the mode's throughput without waits divided by that of
  /// the sequential mode. Nil if it was not measured.
  private static func floor(_ sample: Sample, _ single: Sample, among others: [Sample]) -> Floor? {
    guard sample.wait > 0, let other = others.first(where: { $0.point.name == sample.point.name }),
      let ratio = other.throughput(over: single)
    else { return nil }
    return Floor(ratio: ratio, unwaiting: other)
  }

  private struct Floor {
    var ratio: Estimate
    /// The same mode without waits.
    var unwaiting: Sample

    /// The ratio as a share of min(lanes, floor), with the uncertainty of the smaller of the two.
    ///
    /// The share of the floor is (sample ÷ sequential) ÷ (unwaiting ÷ sequential) = sample ÷ unwaiting. That is a ratio of
    /// two samples with its own interval. If the floor's interval spans the number of lanes, nothing tells which is
    /// smaller. The interval then reaches from the lower of both ends to the higher.
    func share(of sample: Sample, _ ratio: Estimate?) -> Estimate? {
      let lanes = Double(sample.lanes)
      let isKnown = self.ratio.kind == .interval95
      let ofLanes = ratio?.divided(by: lanes)
      if isKnown, self.ratio.low >= lanes { return ofLanes }
      let ofFloor = sample.throughput(over: unwaiting)
      if isKnown, self.ratio.high < lanes { return ofFloor }
      guard let ofLanes, let ofFloor else { return nil }
      let kind: Estimate.Kind = ofLanes.kind == .interval95 && ofFloor.kind == .interval95 ? .interval95 : .range
      return Estimate(
        median: max(ofLanes.median, ofFloor.median), low: min(ofLanes.low, ofFloor.low),
        high: max(ofLanes.high, ofFloor.high), kind: kind, n: min(ofLanes.n, ofFloor.n))
    }

    /// The smallest possible share: as if each request waited for all others at the client, and again at the server.
    func leastShare(of lanes: Int) -> Double {
      let (lanes, floor) = (Double(lanes), ratio.median)
      return 1 / (1 / lanes + 2 / floor) / min(lanes, floor)
    }
  }

  private static let millionsPerSecond = Claim(
    id: "millions-per-second",
    text: "A client makes, or a server answers, millions of requests a second.",
    prediction:
      "Processors ÷ processor time of a request, in each mode: below 1,000,000/s as long as a request takes over 1 µs.",
    reason: "A pipeline divides a system call between requests; parsing, checking and copying each one is left."
  ) { evidence in requestRates(evidence) { !$0.isPython } }

  /// The requests per second of each mode that is meant, made and served, in a pipeline and one at a time: a million or
  /// more, as it is claimed.
  static func requestRates(_ evidence: Evidence, _ isMeant: (Sample) -> Bool) -> [Measure] {
    let all = evidence.samples.filter { $0.isHTTP && !$0.trials.isEmpty && isMeant($0) }
    // Without pipelining the claim does not apply.
    guard all.contains(where: { $0.pipeline > 1 }) else { return [] }
    // Prefers samples with an interval.
    let known = all.filter { $0.point.throughput?.kind == .interval95 }
    let samples = Dictionary(grouping: known.isEmpty ? all : known) { $0.requests }
    // Chosen by the plan, not by their speed.
    let chosen = samples.values.compactMap { alike in
      alike.max { ($0.trials.count, $0.pipeline, $0.lanes) < ($1.trials.count, $1.pipeline, $1.lanes) }
    }
    return chosen.sorted { $0.requests < $1.requests }.compactMap { sample in
      let manner = sample.pipeline > 1 ? "\(sample.pipeline) in a pipeline" : "one at a time"
      let side = sample.kind == "serve" ? "served" : "made"
      return Measure(
        "\(sample.point.name): \(side), \(manner), \(NumberText.grouped(sample.lanes)) lanes", .perSecond, least: 1e6,
        sample.estimate(\.throughput), subject: "\(sample.point.name) \(side), \(manner)", from: .trials([sample]))
    }
  }

  private static let tuneLimits = Claim(
    id: "tune-limits",
    text: "Raise the limit of concurrency to go faster.",
    prediction:
      "Throughput X(N) = min(N·X(1), Xmax): at least 0.7·N-fold up to half the knee N* = Xmax ÷ X(1), no gain of "
      + "10 % beyond twice the knee. Every third round says where the knee is, and the others judge.",
    reason: "Below the knee lanes wait for replies; beyond it they wait for each other, at the same bottleneck."
  ) { evidence in
    let series = Dictionary(
      grouping: evidence.samples.filter { sample in
        ["http", "echo", "sleep"].contains(sample.kind) && sample.asked == nil && sample.limit == nil
          && sample.pipeline == 1 && !sample.hasBystanders && ["taskgroup", "epoll"].contains(sample.mode)
      }
    ) { $0.experiment.name }.values
      .filter { Set($0.map(\.lanes)).count >= 3 && $0.contains { $0.lanes == 1 } }
      .sorted { ($1.count, $0[0].experiment.name) < ($0.count, $1[0].experiment.name) }
    let names = Set((series.first ?? []).map(\.point.name)).sorted(by: ModeTable.precedes)
    return names.flatMap { name in
      let points = (series.first ?? []).filter { $0.point.name == name }.sorted { $0.lanes < $1.lanes }
      return kneeMeasures(points.map { ($0.lanes, $0) }, "lanes", name)
    }
  }

  private static let tunePools = Claim(
    id: "tune-pools",
    text: "Make the pool of threads larger to go faster.",
    prediction: "As for lanes: N-fold below the knee of the device, which every third round finds; no gain beyond it.",
    reason: "A pool also limits concurrency, and the device or CPU behind it has its own knee."
  ) { evidence in
    let pooled = evidence.samples.filter {
      $0.kind == "file" && $0.offload == "pool" && $0.poolSize != nil && !$0.hasBystanders
    }
    var best: [Sample] = []
    for sample in pooled {
      let alike = pooled.filter { other in
        other.experiment.plannedName == sample.experiment.plannedName && other.lanes == sample.lanes
          && other.point.name == sample.point.name
      }
      if alike.count >= 3, alike.count > best.count { best = alike }
    }
    let points = best.compactMap { sample in sample.poolSize.map { ($0, sample) } }.sorted { $0.0 < $1.0 }
    return kneeMeasures(points, "threads", best.first?.point.name ?? "")
  }

  /// The numbers for increasing sizes: throughput at half the knee, and the gain far beyond the knee. Some rounds
  /// locate the knee, and only the others are judged.
  /// - Parameter points: by ascending size.
  private static func kneeMeasures(_ points: [(size: Int, sample: Sample)], _ what: String, _ name: String) -> [Measure]
  {
    let rates = points.compactMap { point in
      point.sample.inRounds(findsKnee).estimate(\.throughput).map { (point, $0.median) }
    }
    guard let (one, single) = rates.first, one.size == 1, single > 0, let most = rates.map(\.1).max() else { return [] }
    let knee = most / single
    func ratio(_ sample: Sample, over other: Sample) -> Estimate? {
      sample.inRounds { !findsKnee($0) }.throughput(over: other.inRounds { !findsKnee($0) })
    }
    var measures: [Measure?] = []
    if let (below, _) = rates.last(where: { $0.0.size > 1 && Double($0.0.size) <= knee / 2 }) {
      measures.append(
        Measure(
          "\(name): \(NumberText.grouped(below.size)) \(what) over 1", .ratio, least: 0.7 * Double(below.size),
          ratio(below.sample, over: one.sample), from: .trials([below.sample, one.sample])))
    }
    if let (beyond, _) = rates.first(where: { Double($0.0.size) >= 2 * knee }), let (last, _) = rates.last,
      last.size > beyond.size
    {
      let sizes = "\(NumberText.grouped(last.size)) \(what) over \(NumberText.grouped(beyond.size))"
      measures.append(
        Measure(
          "\(name): \(sizes)", .ratio, least: 1.1, ratio(last.sample, over: beyond.sample),
          from: .trials([last.sample, beyond.sample])))
    }
    return measures.compactMap { $0 }
  }

  private static func findsKnee(_ round: Int) -> Bool { round % 3 == 0 }
}

extension Sample {
  /// Whether these are HTTP requests, made or served, without a deliberate delay.
  fileprivate var isHTTP: Bool {
    (kind == "http" || kind == "serve" && servesHTTP) && asked == nil && limit == nil && wait == 0 && !hasBystanders
  }

  /// What distinguishes HTTP requests, in the order of reports: pipelined ones first.
  fileprivate var requests: Requests {
    Requests(mode: point.mode, name: point.name, isServed: kind == "serve", isPipelined: pipeline > 1)
  }

  fileprivate struct Requests: Hashable, Comparable {
    var mode: String
    var name: String
    var isServed: Bool
    var isPipelined: Bool

    static func < (a: Requests, b: Requests) -> Bool {
      if a.isPipelined != b.isPipelined { return a.isPipelined }
      if a.isServed != b.isServed { return b.isServed }
      return a.mode == b.mode ? a.name < b.name : ModeTable.precedes(a.mode, b.mode)
    }
  }

  fileprivate var poolSize: Int? { spec?.poolWidth }
}
