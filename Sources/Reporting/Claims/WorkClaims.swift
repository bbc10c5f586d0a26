import Records
import Statistics

/// Claims of work for a processor, and of files.
extension Claim {
  static let work = [offload, notForComputation, files]

  private static let offload = Claim(
    id: "offload-work",
    text: "Hand work for a processor to an executor, and nobody else waits for it.",
    prediction:
      "Inline a bystander waits for all work before it, up to lanes × work; left to others it waits for less.",
    reason: "A loop that computes answers nobody; a thread or a process that computes is put aside by the scheduler."
  ) { evidence in
    let inline = evidence.samples.filter { sample in
      sample.kind == "compute" && sample.hasBystanders && sample.offload == "inline" && sample.work > 0
        && ClaimModes.asynchronous.contains(sample.mode)
    }
    let most = inline.map(\.work).max()
    return inline.filter { $0.work == most }.flatMap { sample -> [Measure?] in
      let others = evidence.samples.filter { other in
        other.kind == "compute" && other.hasBystanders && other.offload != "inline" && other.mode == sample.mode
          && other.lanes == sample.lanes
          && other.workload(without: Self.offloading) == sample.workload(without: Self.offloading)
      }
      guard !others.isEmpty else { return [] }
      return [
        Measure(
          "\(sample.point.name): bystanders' p99, \(sample.lanes) × \(sample.workText)", .seconds,
          sample.estimate(\.bystanderP99), from: .trials([sample]))
      ]
        + others.map { other in
          Measure(
            "\(other.point.name): bystanders' p99 ÷ inline", .ratio, most: 1,
            other.ratio(over: sample, \.bystanderP99),
            from: .trials([other, sample]))
        }
    }.compactMap { $0 }
  }

  private static let offloading = ["offload", "pool", "depth"]

  private static let notForComputation = Claim(
    id: "not-for-computation",
    text: "Asynchronous code is not suitable for work that keeps a processor busy.",
    prediction: "Ratio to blocking: at most the number of processors P of the client, and 10 % more; 1 where P is 1.",
    reason: "Work does not wait, so that nothing of it overlaps but on other processors, which any threads would use."
  ) { evidence in
    guard let processors = evidence.processors else { return [] }
    // The wait for a reply is to be small against the work.
    let samples = evidence.best(having: "blocking") {
      $0.kind == "compute" && !$0.hasBystanders && $0.work >= 0.0005 && $0.offload == "inline"
    }
    guard let blocking = samples.first(where: { $0.mode == "blocking" }) else { return [] }
    return samples.filter { $0.mode != "blocking" }.compactMap { sample in
      return Measure(
        "\(sample.point.name): \(NumberText.grouped(sample.lanes)) lanes, work of \(sample.workText)", .ratio,
        most: Double(processors) * 1.1, sample.throughput(over: blocking), from: .trials([sample, blocking]))
    }
  }

  private static let files = Claim(
    id: "file-pool",
    text: "Leave file calls to a pool of threads, as asynchronous code must not block.",
    prediction: "Throughput over calls made inline: above 1 where calls wait for a device, below 1 where they do not.",
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
          && other.workload(without: Self.offloading) == sample.workload(without: Self.offloading)
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
              "uring: \(sample.fileWords) ÷ epoll/inline", .ratio, $0.throughput(over: sample),
              from: .trials([sample, $0]))
          } : nil,
      ]
    }.compactMap { $0 }
  }
}

extension Sample {
  fileprivate var fileWords: String {
    let isWrite = text("access") == "write"
    if isWrite, let sync = text("sync"), sync != "none" { return "\(sync) writes" }
    let place = experiment.workload["direct"] == .bool(true) ? "uncached" : "cached"
    return "\(place) \(isWrite ? "writes" : "reads")"
  }
}
