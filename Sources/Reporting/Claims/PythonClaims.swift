import Records
import Statistics

/// Claims of tutorials about Python's own systems. They are judged by runs that have those as peers.
extension Claim {
  static let python = [asyncioHundreds, uvloop, aiohttpAtOnce, asyncioSelect, pythonServers, asyncioMillion]

  private static let asyncioHundreds = Claim(
    id: "asyncio-hundreds-of-times",
    text: "asyncio is hundreds of times faster than synchronous Python.",
    prediction:
      "Ratio to requests, one after another: at most min(lanes, floor) and 10 % more, and at least 1 ÷ (1 ÷ lanes + 2 ÷ "
      + "floor); the floor is the throughput without waits over that of requests with them. Hundreds are 200 or more.",
    reason: "Waits overlap up to what one thread of Python can do: tens or hundreds of µs for a request are the floor."
  ) { evidence in
    ratios(of: ["asyncio-streams", "uvloop-streams", "aiohttp-unlimited"], over: "requests", evidence)
  }

  /// The same code on uvloop's loop, and on asyncio's own.
  private static let loops = ["uvloop-streams": "asyncio-streams", "uvloop-protocols": "asyncio-protocols"]
  /// The fewest lanes that keep a loop busy.
  private static let busyLanes = 16

  private static let uvloop = Claim(
    id: "uvloop-over-asyncio",
    text: "uvloop makes asyncio two to four times as fast.",
    prediction:
      "Throughput of the same code on uvloop over asyncio's own loop. If nothing waits: 2 or more if asyncio's loop takes over "
      + "half of an operation's time, and less if the code on it does. If one lane waits: 1 ± 10 %.",
    reason: "A loop in C makes the loop's part of an operation short: the rest, in Python, stays as it is, and so do "
      + "waits."
  ) { evidence in
    func pairs(_ isWanted: (Sample) -> Bool) -> [(fast: Sample, slow: Sample)] {
      let groups = evidence.groups { sample in
        ["http", "echo"].contains(sample.kind) && sample.asked == nil && sample.limit == nil && isWanted(sample)
      }
      // Of each experiment, the fewest lanes that are wanted.
      let fewest = groups.filter { group in
        !groups.contains { $0[0].experiment.name == group[0].experiment.name && $0[0].lanes < group[0].lanes }
      }
      return fewest.flatMap { group in
        group.compactMap { fast in
          group.first { $0.mode == loops[fast.mode] }.map { (fast, $0) }
        }
      }
    }
    let busy = pairs { $0.wait == 0 && $0.lanes >= busyLanes }
    let waiting = pairs { $0.wait > 0 && $0.lanes == 1 }
    return busy.compactMap { fast, slow in
      let lanes = NumberText.grouped(fast.lanes)
      return Measure(
        "\(fast.mode): \(fast.kind), \(lanes) lanes, over \(slow.mode)", .ratio, least: 2, fast.throughput(over: slow),
        subject: "\(fast.mode), \(fast.kind)", from: .trials([fast, slow]))
    }
      + waiting.compactMap { fast, slow in
        Measure(
          "\(fast.mode): \(fast.kind) waits \(fast.waitText), 1 lane, over \(slow.mode)", .ratio, as: .arithmetic,
          least: 0.9, most: 1.1, fast.throughput(over: slow), from: .trials([fast, slow]))
      }
  }

  /// The connections of a session of aiohttp's, unless it is told otherwise.
  private static let aiohttpLimit = 100
  /// Seconds that a fetch may take a thread of Python, with a connection of its own.
  private static let fetchCost = 500e-6

  private static let aiohttpAtOnce = Claim(
    id: "aiohttp-at-once",
    text: "aiohttp fetches 2,000 URLs at once.",
    prediction:
      "N fetches that take d each: d, and up to 500 µs for each. With aiohttp's own limit of 100 connections: "
      + "⌈N ÷ 100⌉ × d at least.",
    reason: "A session has 100 connections unless it is told otherwise (limit=0); other fetches wait for one of them."
  ) { evidence in
    let samples = evidence.best { sample in
      sample.kind == "http" && sample.wait > 0 && sample.asked == sample.lanes && sample.lanes >= 2000
        && sample.limit == nil && ["aiohttp", "aiohttp-unlimited"].contains(sample.mode)
    }
    return samples.flatMap { sample -> [Measure?] in
      let cost = Double(sample.lanes) * fetchCost
      let waves = Double((sample.lanes + aiohttpLimit - 1) / aiohttpLimit)
      let what = "\(sample.mode): \(NumberText.grouped(sample.lanes)) fetches of \(sample.waitText)"
      return [
        Measure(
          what, .seconds, least: sample.wait, most: sample.wait + cost, sample.estimate(\.wallSeconds),
          subject: sample.mode, from: .trials([sample])),
        sample.mode == "aiohttp"
          ? Measure(
            "\(what), \(aiohttpLimit) at a time", .seconds, as: .arithmetic, least: waves * sample.wait,
            most: waves * sample.wait + cost, sample.estimate(\.wallSeconds), from: .trials([sample]))
          : nil,
      ]
    }.compactMap { $0 }
  }

  /// How Python's select() refuses a descriptor beyond FD_SETSIZE: on Linux, and on Windows, where it counts them.
  private static let refusal = "ValueError: filedescriptor out of range in select()"
  private static let refusalOnWindows = "too many file descriptors in select()"

  private static let asyncioSelect = Claim(
    id: "asyncio-select",
    text: "asyncio on select fails beyond 1,024 descriptors, with “too many file descriptors in select()”; 500 at a "
      + "time are fine.",
    prediction:
      "2,000 at once: each trial ends with “filedescriptor out of range in select()”; 500 at a time, all 2,000 are served.",
    reason: "An fd_set has room for descriptors below 1,024, and Python looks at each one's number before it calls "
      + "select; the claim's words are those of Windows, where select counts descriptors."
  ) { evidence in
    let samples = evidence.samples.filter { sample in
      sample.mode == "asyncio-select" && sample.kind == "http" && sample.asked == sample.lanes && sample.lanes >= 1024
    }
    return samples.flatMap { sample -> [Measure?] in
      let what = NumberText.grouped(sample.lanes)
      if let limit = sample.limit {
        return [sample.verified("of \(what), \(NumberText.grouped(limit)) at a time,", subject: "500 at a time")]
      }
      return [
        sample.share("\(what) at once: ended by the error of select", ofTrialsThatSay: refusal, subject: "the failure"),
        sample.share(
          "\(what) at once: in the words of the claim", ofTrialsThatSay: refusalOnWindows, subject: "its words"),
      ]
    }.compactMap { $0 }
  }

  private static let pythonServers = Claim(
    id: "python-millions-per-second",
    text: "A server in Python answers millions of requests a second.",
    prediction:
      "Processors ÷ processor time of a request, for each server: below 1,000,000/s as long as a request takes over 1 µs, "
      + "in a pipeline or not.",
    reason: "Python takes some 50 ns to call a function, and a loop and its handler make dozens of calls for a "
      + "request. A million was measured with japronto, whose parser, protocol, requests and replies are in C."
  ) { evidence in requestRates(evidence) { $0.isPython && $0.kind == "serve" } }

  /// Seconds that Python may take to start and end a task.
  private static let taskCost = 50e-6

  private static let asyncioMillion = Claim(
    id: "asyncio-million",
    text: "asyncio runs a million tasks at once.",
    prediction:
      "All tasks end, and are asleep at once if they sleep longer than it takes to start them. They take the sleep plus "
      + "50 µs per task, and 4 KiB each, at most.",
    reason: "A waiting task is a coroutine, its task, a timer and a future: kilobytes, and some tens of µs of Python."
  ) { evidence in
    let sleeps = evidence.samples.filter { sample in
      sample.kind == "sleep" && sample.lanes >= 1_000_000 && sample.asked ?? 0 >= sample.lanes && sample.isPython
    }
    return sleeps.flatMap { sleep -> [Measure?] in
      let lanes = Double(sleep.lanes)
      return [
        sleep.verified("tasks"),
        Measure(
          "\(sleep.mode): asleep at once at most", least: sampled * lanes, most: nil,
          counts: sleep.trials.compactMap { $0.inFlight?.max.map { Double($0) } }, from: .trials([sleep])),
        Measure(
          "\(sleep.mode): time of sleeps of \(sleep.waitText)", .seconds, as: .arithmetic, least: sleep.wait,
          most: sleep.wait + lanes * taskCost, sleep.estimate(\.wallSeconds), from: .trials([sleep])),
        Measure(
          "\(sleep.mode): memory per task", .bytes, as: .arithmetic, most: mostOfSleep,
          sleep.estimate { $0.client?.memoryPeak.map { Double($0) / lanes } }, from: .trials([sleep])),
      ]
    }.compactMap { $0 }
  }
}

extension Sample {
  /// The share of the trials one of whose reasons has some words: each trial counts as 1 or 0.
  fileprivate func share(_ what: String, ofTrialsThatSay words: String, subject: String) -> Measure? {
    Measure(
      "\(mode): \(what)", .ratio, least: 1, most: 1,
      counts: carriedOut.map { trial in trial.reasons.contains { $0.contains(words) } ? 1 : 0 }, subject: subject,
      from: .trials([self]))
  }
}
