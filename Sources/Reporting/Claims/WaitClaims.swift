import Records
import Statistics

/// Claims about overlapping waits.
extension Claim {
  static let waits = [
    sleepsAtOnce, greeting, goesOnAccepting, slowestFetch, semaphore, limitSpeedsUp, millionAtOnce,
  ]

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
    let samples = evidence.samples.filter(\.isGreeting)
    return ModeTable.builtIn.names.compactMap { mode in
      let samples = samples.filter { $0.mode == mode }
      let shares = samples.flatMap(\.carriedOut).compactMap { trial -> Double? in
        guard let done = trial.operations.done, done > 0, let verified = trial.operations.verified else { return nil }
        return Double(verified) / Double(done)
      }
      return Measure(
        "\(mode): verified ÷ served", .ratio, least: 1, most: 1, counts: shares, from: .trials(samples))
    }
  }

  private static let goesOnAccepting = Claim(
    id: "goes-on-accepting",
    text: "A server greets a client and goes on accepting: nobody waits for the answer to another.",
    prediction:
      "N clients at once, each answered after d: all in d and at most 10 % more; one after another, in blocking, N·d.",
    reason: "An answer that waits takes no processor, and a listener is ready for the next client in the meantime."
  ) { evidence in
    let samples = evidence.best { sample in
      sample.isGreeting && sample.spec?.opensConnections == true && sample.wait > 0
        && sample.asked == sample.lanes && (2...100).contains(sample.lanes) && sample.limit == nil
    }
    return samples.compactMap { sample in
      let isSequential = sample.mode == "blocking"
      guard isSequential || ClaimModes.concurrent.contains(sample.mode) else { return nil }
      let least = sample.wait * (isSequential ? Double(sample.lanes) : 1)
      return Measure(
        "\(sample.point.name): \(sample.lanes) clients, answered after \(sample.waitText)", .seconds,
        as: isSequential ? .arithmetic : .claim, least: least, most: least * 1.1, sample.estimate(\.wallSeconds),
        from: .trials([sample]))
    }
  }

  private static let slowestFetch = Claim(
    id: "slowest-fetch",
    text: "Many URLs fetched at once, their replies gathered in order, take as long as the slowest, not as their sum.",
    prediction: "At once: wall time ÷ slowest = 1; one after another: wall time ÷ sum = 1; and at most 10 % more.",
    reason: "Each reply waits only for its own server time; ordering the replies adds no wait."
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
    limited(evidence).flatMap { sample, asked, atOnce -> [Measure?] in
      let waves = Double((asked + sample.permits - 1) / sample.permits)
      let what = "\(NumberText.grouped(asked)) fetches"
      let name = "\(sample.point.name): \(what), \(sample.permits) at a time"
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

  /// Fetches behind a semaphore, their number, and the same fetches without one if the run has them.
  private static func limited(_ evidence: Evidence) -> [(sample: Sample, asked: Int, atOnce: Sample?)] {
    let limited = evidence.best { sample in
      guard let asked = sample.asked, ClaimModes.asynchronous.contains(sample.mode) else { return false }
      return sample.kind == "http" && sample.wait > 0 && sample.permits >= 100 && asked >= 2 * sample.permits
    }
    return limited.compactMap { sample in
      guard let asked = sample.asked else { return nil }
      let atOnce = evidence.best { other in
        other.kind == "http" && other.asked == asked && other.permits == asked && other.wait == sample.wait
          && other.point.name == sample.point.name
      }.first
      return (sample, asked, atOnce)
    }
  }

  private static let limitSpeedsUp = Claim(
    id: "limit-speeds-up",
    text: "A semaphore of 500 speeds 1,000 requests up.",
    prediction:
      "Speed, the time without the semaphore ÷ the time with it: 1 ÷ ⌈N ÷ S⌉, a half here. To speed up is to gain 5 %.",
    reason: "A request that waits for a permit is not under way: a limit protects a server, and takes time."
  ) { evidence in
    limited(evidence).compactMap { sample, asked, atOnce in
      guard let atOnce else { return nil }
      let permits = NumberText.grouped(sample.permits)
      return Measure(
        "\(sample.point.name): speed, \(permits) of \(NumberText.grouped(asked)) at a time", .ratio, least: 1.05,
        atOnce.ratio(over: sample, \.wallSeconds), from: .trials([sample, atOnce]))
    }
  }

  /// Seconds allowed to start and end a sleeping lane, and below to open a connection or send a message on it.
  private static let laneCost = 10e-6
  private static let connectionCost = 100e-6
  /// Bytes for a task and its parts, and below for a pair of sockets with empty buffers and a lane at each end.
  static let mostOfSleep = 4096.0
  private static let mostOfConnection = 20480.0
  /// The share of the lanes that samples of the operations in flight must find.
  static let sampled = 0.99

  private static let millionAtOnce = Claim(
    id: "million-at-once",
    text: "A million can wait at once.",
    prediction:
      "In every mode all sleeps are verified and asleep at once. They take the sleep plus 10 µs per lane, and 4 KiB each, at most. "
      + "A connection: 100 µs to open, 100 µs for a message, at most 20 KiB.",
    reason:
      "A lane that waits is a heap entry, a task or a connection: kilobytes, and microseconds to begin and to end."
  ) { evidence in
    let many = evidence.samples.filter { $0.lanes >= 1_000_000 && !$0.isPython }
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
          "\(sleep.point.name): asleep at once at most", .count, least: Self.sampled * lanes,
          sleep.estimate { $0.inFlight?.max.map { Double($0) } }, from: .trials([sleep])),
        Measure(
          "\(sleep.point.name): memory per sleep", .bytes, as: .arithmetic, most: Self.mostOfSleep,
          sleep.estimate { $0.client?.memoryPeak.map { Double($0) / lanes } }, from: .trials([sleep])),
      ]
    }.compactMap { $0 }
      + connections.flatMap { sample -> [Measure?] in
        let most = Double(sample.lanes) * Self.connectionCost
        return [
          sample.verified("connections"),
          Measure(
            "\(sample.point.name): time to open them", .seconds, as: .arithmetic, most: most,
            sample.estimate { $0.connectWall.map { Double($0) / 1e9 } }, from: .trials([sample])),
          Measure(
            "\(sample.point.name): time of a message on each", .seconds, as: .arithmetic, most: most,
            sample.estimate(\.wallSeconds), from: .trials([sample])),
          Measure(
            "\(sample.point.name): memory per connection, both ends", .bytes, as: .arithmetic,
            most: Self.mostOfConnection,
            sample.point.connections.flatMap { connections in
              guard let kernel = connections.kernelBytes, let processes = connections.processBytes else { return nil }
              let bytes = kernel + processes
              return Estimate(median: bytes, low: bytes, high: bytes, kind: .single, n: sample.trials.count)
            }, from: .trials([sample])),
        ]
      }.compactMap { $0 }
  }
}

extension TrialRecord {
  /// Whether the machine disturbed the trial and operations are missing, but none was wrong.
  fileprivate func wasCutShort(of asked: UInt64) -> Bool {
    guard wasDisturbed, let done = operations.done else { return false }
    return done < asked && operations.verified == done
  }
}

extension Sample {
  /// The highest number of operations in flight.
  fileprivate var permits: Int { min(limit ?? lanes, lanes) }

  /// Whether the mode serves the greeting and nothing else.
  fileprivate var isGreeting: Bool {
    kind == "serve" && servesHTTP && spec?.http?.size == nil && spec?.faults == nil && !hasBystanders
  }

  /// The number of verified operations per trial. A trial that the machine cut short decides nothing; if there is no
  /// other, the number is undecided.
  func verified(_ what: String, subject: String? = nil) -> Measure? {
    let asked = UInt64(asked ?? lanes * (each ?? 1))
    let complete = carriedOut.filter { !$0.wasCutShort(of: asked) }
    let deciding = complete.isEmpty ? carriedOut : complete
    return Measure(
      "\(point.name): \(what) verified", least: Double(asked), most: Double(asked),
      counts: deciding.compactMap { $0.operations.verified.map { Double($0) } }, isExact: !complete.isEmpty,
      subject: subject, from: .trials([self]))
  }
}
