import Plan
import Records
import Statistics

/// Claims about computation and about files.
extension Claim {
  static let work = [offload, notForComputation, idleTime, files]

  /// The ratio to bystanders alone that fair scheduling allows: a worker and a loop on one processor each get half.
  private static let fairShare = 2.0
  /// The share of the rate of bystanders alone that must be answered for their p99 to count.
  private static let answered = 0.99

  private static let offload = Claim(
    id: "offload-work",
    text: "Hand work for a processor to an executor, and nobody else waits for it.",
    prediction:
      "A bystander's p99 with work left to others: at most 2 × that of bystanders alone. Inline: at least half of lanes × "
      + "work ÷ processors, as they wait for all work before them.",
    reason: "A loop that computes answers nobody. A thread or process that computes takes at most half of a processor "
      + "that it shares, if the scheduler is fair over so short a time, and nothing of one that it does not."
  ) { evidence in
    guard let processors = evidence.processors else { return [] }
    let inline = evidence.samples.filter { sample in
      sample.kind == "compute" && sample.hasBystanders && sample.offload == "inline" && sample.work > 0
        && ClaimModes.asynchronous.contains(sample.mode)
    }
    let most = inline.map(\.work).max()
    return inline.filter { $0.work == most }.flatMap { sample -> [Measure?] in
      let others = evidence.samples.filter { other in
        other.offload != "inline" && other.isBesideTheSame(as: sample, \.withoutOffload)
      }
      let resting = evidence.atRates.filter { other in
        other.work == 0 && other.isBesideTheSame(as: sample, \.withoutWork)
      }
      guard !others.isEmpty,
        let alone = resting.min(by: { $0.experiment.rate ?? 0 < $1.experiment.rate ?? 0 })
      else { return [] }
      let used = ClaimModes.processors(of: sample.mode, lanes: sample.lanes, among: processors)
      let turn = Double(sample.lanes) * sample.work / Double(used)
      return [
        Measure(
          "\(sample.mode): bystanders' p99 alone", .seconds, as: .arithmetic, most: sample.work,
          alone.estimate(\.bystanderP99), from: .trials([alone])),
        Measure(
          "\(sample.point.name): bystanders' p99, \(sample.lanes) × \(sample.workText)", .seconds, as: .arithmetic,
          least: turn / 2, sample.estimate(\.bystanderP99), from: .trials([sample])),
        Measure(
          "\(sample.point.name): bystanders' p99 ÷ alone", .ratio, as: .arithmetic, least: fairShare,
          sample.ratio(over: alone, \.bystanderP99), from: .trials([sample, alone])),
      ] + others.map { bystanders(besides: $0, alone) }
    }.compactMap { $0 }
  }

  /// The bystanders' p99 beside offloaded work; if too few of them are answered, that share instead.
  private static func bystanders(besides other: Sample, _ alone: Sample) -> Measure? {
    let share = other.ratio(over: alone, \.bystanderRate)
    if let share, share.median < answered {
      return Measure(
        "\(other.point.name): bystanders answered ÷ alone", .ratio, least: answered, share,
        from: .trials([other, alone]))
    }
    return Measure(
      "\(other.point.name): bystanders' p99 ÷ alone", .ratio, most: fairShare,
      other.ratio(over: alone, \.bystanderP99), from: .trials([other, alone]))
  }

  private static let notForComputation = Claim(
    id: "not-for-computation",
    text: "Asynchronous code is not suitable for work that keeps a processor busy.",
    prediction:
      "Ratio to blocking for each processor that the mode uses: 0.9–1.1 on one, and at most 1.1 on each of several, which "
      + "threads would use as well.",
    reason: "Work does not wait, so that nothing of it overlaps but on other processors, which any threads would use."
  ) { evidence in
    guard let all = evidence.processors else { return [] }
    // The wait for a reply must be short compared with the work.
    let samples = evidence.best(having: "blocking") {
      $0.kind == "compute" && !$0.hasBystanders && $0.work >= 0.0005 && $0.offload == "inline" && $0.delay == 0
    }
    guard let blocking = samples.first(where: { $0.mode == "blocking" }) else { return [] }
    return samples.filter { $0.mode != "blocking" }.compactMap { sample in
      let used = ClaimModes.processors(of: sample.mode, lanes: sample.lanes, among: all)
      let processors = used == 1 ? "on 1 processor" : "on each of \(used) processors"
      return Measure(
        "\(sample.point.name): \(NumberText.grouped(sample.lanes)) × \(sample.workText) \(processors)", .ratio,
        least: used == 1 ? 0.9 : nil, most: 1.1, sample.throughput(over: blocking)?.divided(by: Double(used)),
        from: .trials([sample, blocking]))
    }
  }

  private static let idleTime = Claim(
    id: "idle-time",
    text: "While one operation waits another works, so that idle time is made use of.",
    prediction:
      "Waits d, each followed by work w, on P processors: min(lanes, P·(d + w) ÷ w) times what is done one at a time, "
      + "± 10 %.",
    reason: "One at a time a processor works for w of d + w. With enough lanes some other one always has work for it."
  ) { evidence in
    guard let all = evidence.processors else { return [] }
    let samples = evidence.best(having: "blocking") {
      $0.kind == "compute" && !$0.hasBystanders && $0.offload == "inline" && $0.work >= 0.0005 && $0.delay > 0
    }
    guard let blocking = samples.first(where: { $0.mode == "blocking" }) else { return [] }
    return samples.filter { ClaimModes.concurrent.contains($0.mode) }.compactMap { sample in
      let used = ClaimModes.processors(of: sample.mode, lanes: sample.lanes, among: all)
      let knee = Double(used) * (sample.delay + sample.work) / sample.work
      let lanes = Double(sample.lanes)
      // Near the knee neither lanes nor processors alone are the limit.
      guard lanes >= 2 * knee || lanes <= knee / 2 else { return nil }
      let processors = used == 1 ? "1 processor" : "\(used) processors"
      let what = "\(sample.workText) of work after \(Sample.span(sample.delay)) of waiting"
      return Measure(
        "\(sample.point.name): \(what), \(processors)", .ratio, least: 0.9 * min(lanes, knee),
        most: 1.1 * min(lanes, knee), sample.throughput(over: blocking), from: .trials([sample, blocking]))
    }
  }

  private static let files = Claim(
    id: "file-pool",
    text: "Leave file calls to a pool of threads, as asynchronous code must not block.",
    prediction:
      "Throughput over calls made inline: above 1 where calls wait for a device, below 1 where they do not; uring's above "
      + "1, and from a half to twice as much.",
    reason:
      "A regular file is always ready: a pool lets waits for the device overlap, and costs two hops where none waits."
  ) { evidence in
    let files = evidence.samples.filter {
      $0.kind == "file" && !$0.hasBystanders && ClaimModes.asynchronous.contains($0.mode)
    }
    let inline = files.filter { sample in
      sample.offload == "inline" && sample.mode != "uring" && sample.lanes >= 8
        && !files.contains { $0.experiment.name == sample.experiment.name && $0.lanes > sample.lanes }
    }
    return inline.flatMap { sample -> [Measure?] in
      let pooled = files.filter { other in
        other.offload == "pool" && other.mode == sample.mode && other.lanes == sample.lanes
          && other.spec?.withoutOffload == sample.spec?.withoutOffload
      }.max { $0.trials.count < $1.trials.count }
      guard let pooled else { return [] }
      let ring = files.first {
        $0.mode == "uring" && $0.experiment.name == sample.experiment.name && $0.lanes == sample.lanes
      }
      return [
        Measure(
          "\(sample.mode): \(sample.fileWords), pool ÷ inline", .ratio, least: 1, pooled.throughput(over: sample),
          from: .trials([pooled, sample])),
        sample.mode == "epoll"
          ? ring.flatMap {
            Measure(
              "uring: \(sample.fileWords) ÷ epoll/inline", .ratio, as: .arithmetic,
              least: sample.waitsForDevice ? 1 : 0.5, most: sample.waitsForDevice ? nil : 2,
              $0.throughput(over: sample), from: .trials([sample, $0]))
          } : nil,
      ]
    }.compactMap { $0 }
  }
}

extension Sample {
  /// Whether both have the same mode and bystanders, and the workloads are the same but for what is left out.
  fileprivate func isBesideTheSame(as other: Sample, _ same: KeyPath<WorkloadSpec, WorkloadSpec>) -> Bool {
    kind == other.kind && mode == other.mode && lanes == other.lanes && bystanders != nil
      && bystanders == other.bystanders && spec?[keyPath: same] == other.spec?[keyPath: same]
  }

  fileprivate var isDirect: Bool { spec?.file?.direct ?? false }
  fileprivate var isWrite: Bool { spec?.file?.access == .write }
  /// The sync after each write; nil if there is none.
  fileprivate var sync: String? { (spec?.file?.sync).flatMap { isWrite && $0 != .none ? $0.rawValue : nil } }
  fileprivate var waitsForDevice: Bool { isDirect || sync != nil }

  fileprivate var fileWords: String {
    if let sync { return "\(sync) writes" }
    let place = isDirect ? "uncached" : "cached"
    return "\(place) \(isWrite ? "writes" : "reads")"
  }
}
