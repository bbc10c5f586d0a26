import Records

@testable import Reporting

/// Claims about Python's own systems, from runs that never took place.
extension ClaimTests {
  private typealias R = ClaimRun

  private static let waits = #"{"kind": "http", "delay": "20ms"}"#
  private static let plain = #"{"kind": "http"}"#

  private static func overRequests(_ ratio: Double, _ workload: String = waits, rounds: Int = 6) -> [TrialRecord] {
    R.trials("requests", workload, workload, lanes: 500, rounds: rounds, perSecond: 48)
      + R.trials("asyncio-streams", workload, workload, lanes: 500, rounds: rounds, perSecond: 48 * ratio)
  }

  /// On 64 lanes that wait for nothing.
  private static func uvloop(_ streams: Double, _ protocols: Double, rounds: Int = 6) -> [TrialRecord] {
    [("streams", streams), ("protocols", protocols)].flatMap { api, ratio in
      R.trials("asyncio-\(api)", "u", plain, lanes: 64, rounds: rounds, perSecond: 10_000)
        + R.trials("uvloop-\(api)", "u", plain, lanes: 64, rounds: rounds, perSecond: 10_000 * ratio)
    }
  }

  /// 2,000 fetches of 100 ms.
  private static func fetches(_ mode: String, _ seconds: Double, rounds: Int = 6) -> [TrialRecord] {
    R.trials(
      mode, "f", #"{"kind": "http", "delay": "100ms"}"#, lanes: 2000, rounds: rounds, asked: 2000, seconds: seconds)
  }

  /// 2,000 at once, which ends as it is said to, and so many of 2,000 behind a semaphore.
  private static func select(_ reason: String, served: UInt64 = 2000) -> [TrialRecord] {
    let failed = R.trials("asyncio-select", "s", plain, lanes: 2000, rounds: 1, asked: 2000) { trial, _ in
      (trial.valid, trial.reasons) = (false, ["broken: client: it failed: \(reason)"])
      (trial.operations.done, trial.operations.verified) = (nil, nil)
    }
    let limited = R.trials("asyncio-select", "l", plain, lanes: 2000, rounds: 1, asked: 2000) { trial, _ in
      trial.limit = 500
      trial.operations.verified = served
    }
    return failed + limited
  }

  private static func served(_ rate: Double, pipeline: Int? = 24, by mode: String = "granian-server", rounds: Int = 6)
    -> [TrialRecord]
  {
    R.trials(
      mode, "p", #"{"kind": "serve", "protocol": "http"}"#, lanes: 64, rounds: rounds, pipeline: pipeline,
      perSecond: rate)
  }

  /// A million sleeps, so many of them at once.
  private static func sleepers(_ mode: String = "asyncio-streams", atOnce: Int, verified: UInt64 = 1_000_000)
    -> [TrialRecord]
  {
    R.trials(mode, "m", #"{"kind": "sleep", "duration": "60s"}"#, lanes: 1_000_000, rounds: 1, asked: 1_000_000) {
      trial, _ in
      trial.operations.verified = verified
      trial.inFlight = .init(mean: Double(atOnce) / 2, max: atOnce, samples: 1_000_000)
    }
  }

  private static let outOfRange = "ValueError: filedescriptor out of range in select()"

  static let pythonCases: [Case] = [
    Case("asyncio-hundreds-of-times", .holds, "waits", overRequests(400)),
    Case("asyncio-hundreds-of-times", .doesNotHold, "no waits", overRequests(20, plain)),
    Case("asyncio-hundreds-of-times", .holdsWithinBounds, "both", overRequests(400) + overRequests(20, plain)),
    Case("asyncio-hundreds-of-times", .undecided, "too few rounds", overRequests(400, rounds: 4)),
    Case("uvloop-over-asyncio", .holds, "both", uvloop(2.5, 3)),
    Case("uvloop-over-asyncio", .holdsWithinBounds, "protocols", uvloop(1.5, 3)),
    Case("uvloop-over-asyncio", .doesNotHold, "neither", uvloop(1.2, 1.5)),
    Case("uvloop-over-asyncio", .undecided, "too few rounds", uvloop(2.5, 3, rounds: 3)),
    Case("aiohttp-at-once", .holds, "without a limit", fetches("aiohttp-unlimited", 0.7)),
    Case("aiohttp-at-once", .doesNotHold, "its own limit", fetches("aiohttp", 2.2)),
    Case(
      "aiohttp-at-once", .holdsWithinBounds, "both", fetches("aiohttp", 2.2) + fetches("aiohttp-unlimited", 0.7)),
    Case("aiohttp-at-once", .undecided, "too few rounds", fetches("aiohttp-unlimited", 0.7, rounds: 3)),
    Case("aiohttp-at-once", .notMeasured, "others", fetches("asyncio-streams", 0.7)),
    Case("asyncio-select", .holdsWithinBounds, "in the words of Linux", select(outOfRange)),
    Case("asyncio-select", .doesNotHold, "for another reason, and not all", select("MemoryError", served: 1999)),
    Case("python-millions-per-second", .doesNotHold, "tens of thousands", served(60_000)),
    Case("python-millions-per-second", .holds, "over a million", served(1.2e6)),
    Case("python-millions-per-second", .undecided, "too few rounds", served(1.2e6, rounds: 2)),
    Case("python-millions-per-second", .notMeasured, "no pipeline", served(60_000, pipeline: nil)),
    Case("python-millions-per-second", .notMeasured, "another language", served(2e6, by: "epoll")),
    Case("asyncio-million", .holds, "all at once", sleepers(atOnce: 1_000_000)),
    Case("asyncio-million", .holdsWithinBounds, "in turns", sleepers(atOnce: 600_000)),
    Case("asyncio-million", .doesNotHold, "not all, in turns", sleepers(atOnce: 600_000, verified: 999_999)),
    Case("asyncio-million", .notMeasured, "another mode", sleepers("epoll", atOnce: 1_000_000)),
    Case("million-at-once", .notMeasured, "Python alone", sleepers(atOnce: 1_000_000)),
    Case("millions-per-second", .notMeasured, "Python alone", served(1.2e6)),
  ]
}
