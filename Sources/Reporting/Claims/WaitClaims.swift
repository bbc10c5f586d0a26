import Records
import Statistics

/// Claims of waits that overlap.
extension Claim {
  static let waits = [sleepsAtOnce, greeting, slowestFetch, semaphore, millionAtOnce]

  /// How much longer than its waits a small number of operations may take.
  private static let slack = 1.05

  private static let sleepsAtOnce = Claim(
    id: "sleeps-at-once",
    text: "sleep(1) five times takes 5 s one after another, and 1 s at once.",
    prediction: "N sleeps of d: N·d one after another, d at once, and at most 5 % more.",
    reason:
      "A sleep takes no processor, so that sleeps overlap in every mode that can begin one before another is over."
  ) { evidence in
    let samples = evidence.best { $0.kind == "sleep" && (2...100).contains($0.lanes) && $0.asked == $0.lanes }
    return samples.compactMap { sample in
      let isSequential = sample.mode == "blocking"
      guard isSequential || ClaimModes.concurrent.contains(sample.mode), sample.limit == nil else { return nil }
      let least = sample.wait * (isSequential ? Double(sample.lanes) : 1)
      let manner = isSequential ? "one after another" : "at once"
      return Measure(
        "\(sample.point.name): \(sample.lanes) × \(sample.waitText) \(manner)",
        .seconds,
        least: least, most: least * slack, sample.estimate(\.wallSeconds), from: .trials([sample]))
    }
  }

  private static let greeting = Claim(
    id: "server-greets",
    text: "A few lines make an HTTP server that greets its clients.",
    prediction: "Every reply is the greeting, byte by byte, whatever mode serves it: a share of 1.",
    reason: "A greeting needs no more than a connection, a head and a reply of known length; all modes serve the same."
  ) { evidence in
    let samples = evidence.samples.filter { sample in
      sample.kind == "serve" && (sample.text("protocol") ?? "http") == "http"
        && sample.experiment.workload["size"] == nil
        && sample.experiment.workload["faults"] == nil && !sample.hasBystanders
    }
    return ModeOrder.known.compactMap { mode in
      let samples = samples.filter { $0.mode == mode }
      let shares = samples.flatMap(\.carriedOut).compactMap { trial -> Double? in
        guard let done = trial.operations.done, done > 0, let verified = trial.operations.verified else { return nil }
        return Double(verified) / Double(done)
      }
      return Measure(
        "\(mode): verified ÷ served", .ratio, least: 1, most: 1, counts: shares, from: .trials(samples))
    }
  }

  private static let slowestFetch = Claim(
    id: "slowest-fetch",
    text: "Many URLs fetched at once, their replies gathered in order, take as long as the slowest, not as their sum.",
    prediction: "At once: wall time ÷ slowest = 1; one after another: wall time ÷ sum = 1; and at most 10 % more.",
    reason: "Each reply waits for its own server time only; putting replies in order is no wait."
  ) { evidence in
    let samples = evidence.best { sample in
      sample.kind == "http" && sample.gathers && sample.asked == sample.lanes && (2...250).contains(sample.lanes)
        && sample.wait > 0 && sample.limit == nil
    }
    return samples.compactMap { sample in
      let isSequential = sample.mode == "blocking"
      guard isSequential || ClaimModes.concurrent.contains(sample.mode) else { return nil }
      let ratio = sample.estimate { trial in
        guard let wall = trial.wall, let service = trial.latency?.service else { return nil }
        let sum = service.mean.map { $0 * Double(service.count) }
        return (isSequential ? sum : service.max.map { Double($0) }).flatMap { $0 > 0 ? Double(wall) / $0 : nil }
      }
      return Measure(
        "\(sample.point.name): \(sample.lanes) fetches, time ÷ \(isSequential ? "sum" : "slowest")", .ratio,
        most: 1.1, ratio, from: .trials([sample]))
    }
  }

  private static let semaphore = Claim(
    id: "semaphore",
    text: "1,000 requests behind a semaphore of 500 take 2 × the delay: twice as long as all at once.",
    prediction:
      "N requests, S at a time: ⌈N ÷ S⌉ × the delay, and at most 15 % more; the ratio to all at once likewise.",
    reason: "A permit is given back when a reply is there, so that requests go in waves, each as long as one delay."
  ) { evidence in
    let limited = evidence.best { sample in
      guard let asked = sample.asked, ClaimModes.asynchronous.contains(sample.mode) else { return false }
      return sample.kind == "http" && sample.wait > 0 && sample.permits >= 100 && asked >= 2 * sample.permits
    }
    return limited.flatMap { sample -> [Measure?] in
      guard let asked = sample.asked else { return [] }
      let waves = Double((asked + sample.permits - 1) / sample.permits)
      let what = "\(NumberText.grouped(asked)) fetches"
      let name = "\(sample.point.name): \(what), \(sample.permits) at a time"
      let atOnce = evidence.best { other in
        other.kind == "http" && other.asked == asked && other.permits == asked && other.wait == sample.wait
          && other.point.name == sample.point.name
      }.first
      return [
        Measure(
          name, .seconds, least: waves * sample.wait, most: waves * sample.wait * 1.15, sample.estimate(\.wallSeconds),
          from: .trials([sample])),
        atOnce.flatMap { other in
          Measure(
            "\(sample.point.name): time ÷ all at once", .ratio, least: waves * 0.85, most: waves * 1.15,
            sample.ratio(over: other, \.wallSeconds), from: .trials([sample, other]))
        },
      ]
    }.compactMap { $0 }
  }

  /// Seconds that it may take to begin and to end a lane.
  private static let laneCost = 10e-6

  private static let millionAtOnce = Claim(
    id: "million-at-once",
    text: "A million can wait at once.",
    prediction: "All done and verified, within the sleep and 10 µs for each lane; memory bounds how many.",
    reason:
      "A lane that waits is a heap entry, a task or a connection: kilobytes, and microseconds to begin and to end."
  ) { evidence in
    let many = evidence.samples.filter { $0.lanes >= 1_000_000 && ClaimModes.asynchronous.contains($0.mode) }
    let sleeps = many.filter { $0.kind == "sleep" && $0.asked ?? 0 >= $0.lanes }
    let connections = many.filter { $0.kind == "echo" && $0.each != nil }
    return sleeps.flatMap { sleep -> [Measure?] in
      let lanes = Double(sleep.lanes)
      return [
        sleep.verified("sleeps"),
        Measure(
          "\(sleep.point.name): time of sleeps of \(sleep.waitText)", .seconds,
          least: sleep.wait, most: sleep.wait + lanes * laneCost, sleep.estimate(\.wallSeconds),
          from: .trials([sleep])),
        Measure(
          "\(sleep.point.name): asleep at once at most", .count,
          sleep.estimate { $0.inFlight?.max.map { Double($0) } }, from: .trials([sleep])),
        Measure(
          "\(sleep.point.name): memory per sleep", .bytes,
          sleep.estimate { $0.client?.memoryPeak.map { Double($0) / lanes } }, from: .trials([sleep])),
      ]
    }.compactMap { $0 }
      + connections.flatMap { sample -> [Measure?] in
        [
          sample.verified("connections"),
          Measure(
            "\(sample.point.name): time to open them", .seconds,
            sample.estimate { $0.connectWall.map { Double($0) / 1e9 } }, from: .trials([sample])),
          Measure(
            "\(sample.point.name): time of a message on each", .seconds, sample.estimate(\.wallSeconds),
            from: .trials([sample])),
          Measure(
            "\(sample.point.name): memory per connection, both ends", .bytes,
            sample.point.connections.flatMap { connections in
              guard let kernel = connections.kernelBytes, let processes = connections.processBytes else { return nil }
              let bytes = kernel + processes
              return Estimate(median: bytes, low: bytes, high: bytes, kind: .single, n: sample.trials.count)
            }, from: .trials([sample])),
        ]
      }.compactMap { $0 }
  }
}

extension Sample {
  /// How many operations can be in hand at once.
  fileprivate var permits: Int { min(limit ?? lanes, lanes) }

  /// Of each trial that was carried out: how many operations were done as they should be.
  fileprivate func verified(_ what: String) -> Measure? {
    let asked = Double(asked ?? lanes * (each ?? 1))
    return Measure(
      "\(point.name): \(what) verified", least: asked, most: asked,
      counts: carriedOut.compactMap { $0.operations.verified.map { Double($0) } }, from: .trials([self]))
  }
}
