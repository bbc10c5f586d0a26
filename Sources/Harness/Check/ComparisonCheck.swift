import Glibc
import Measurement
import Modes
import Plan
import Records
import Statistics
import Workloads

/// Does a comparison find no difference where there is none, and a small one where there is one? It compares
/// throughputs of two series of trials as `compare` does those of two modes: paired by round, in random order within
/// each round, by the sign-flip test at 5 %.
enum ComparisonCheck {
  /// How much slower the slowed workload is, as a share of its throughput.
  static let slowdown = 0.05
  /// Limited by the processor, so that it is as noisy as other measurements on this machine.
  private static let same = experiment("echo", .echo(EchoSpec()), operations: 15_000, rounds: 10)
  private static let pilotRounds = 6
  /// The number of rounds for which there is time.
  private static let mostRounds = 24

  private static func waiting(_ delay: Nanoseconds, rounds: Int) -> Experiment {
    experiment("http-\(delay)", .http(delay: delay), operations: 1152, rounds: rounds)
  }

  /// Trials of about 150 ms with a fixed count of operations. Lanes that all wait for the same time run in step, so
  /// that a window would contain a whole number of steps. A count also does not depend on how late a busy machine reads
  /// the counters.
  private static func experiment(
    _ name: String, _ workload: WorkloadSpec, operations: UInt64, rounds: Int
  ) -> Experiment {
    Experiment(
      name: name, workload: workload, modes: [.epoll], concurrency: [16], operations: operations, rounds: rounds)
  }

  // MARK: The same twice

  /// A test at 5 % errs once in twenty times. A difference therefore counts only if a second comparison also finds it.
  static func same(on bench: CheckBench, seed: UInt64) throws(HarnessFailure) -> CheckResult {
    let first = try comparison(same, same, seed: seed, on: bench)
    guard [.faster, .slower].contains(first.outcome.verdict) else { return result(first) }
    return result(try comparison(same, same, seed: seed + 1, on: bench), after: first)
  }

  /// The result of one comparison, or of a second one after a first that differed.
  static func result(_ series: Series, after first: Series? = nil) -> CheckResult {
    var result = blank("epoll twice, echo: throughput", .words("not significant"), series)
    let verdict = series.outcome.verdict
    switch verdict {
    case .tooFewRounds, .notComparable:
      if series.wasDisturbed { result.verdict = .undecided }
      result.remark = series.shortage
    case .faster where first?.outcome.verdict == verdict, .slower where first?.outcome.verdict == verdict:
      result.remark = "two comparisons of the same say \(verdict.rawValue); chance does 1 in 800 times"
    case .notSignificant, .faster, .slower:
      result.verdict = .passed
      if first != nil {
        result.remark = "the first comparison differed, as 1 in 20 does at a level of 5 %; this is the second"
      }
    }
    return result
  }

  // MARK: Slower

  /// The rounds that are recommended find the slowdown nine times in ten. If they do not, a second comparison with all
  /// rounds that there is time for decides.
  static func slower(on bench: CheckBench, seed: UInt64) throws(HarnessFailure) -> CheckResult {
    let first = try slowed(on: bench, seed: seed)
    guard first.verdict == .failed else { return first }
    var second = try slowed(on: bench, seed: seed + 2, rounds: mostRounds)
    second.remark =
      "the first comparison did not find it, as 1 in 10 does not; this is the second"
      + (second.remark.map { "; \($0)" } ?? "")
    return second
  }

  /// *c* lanes of a closed loop do *c*/*T* operations per second if each takes *T*. *T*/19 more per operation gives
  /// 0.95 of that. The comparison has as many rounds as a pilot recommends, unless `rounds` says otherwise.
  private static func slowed(
    on bench: CheckBench, seed: UInt64, rounds asked: Int? = nil
  ) throws(HarnessFailure) -> CheckResult {
    let plain = waiting(.milliseconds(2), rounds: pilotRounds)
    let pilot = try comparison(plain, plain, seed: seed, on: bench)
    let logRatios = zip(pilot.candidate, pilot.baseline).map { log($0 / $1) }
    guard let rate = median(pilot.baseline + pilot.candidate), rate > 0, let noise = noiseLimit(ofLogRatios: logRatios),
      let recommended = recommendedRounds(detecting: -slowdown, noise: noise)
    else {
      var result = CheckResult(.comparisons, "slower by 5 %, http", .ratio, failed: "pilot: \(pilot.shortage)")
      if pilot.wasDisturbed { result.verdict = .undecided }
      return result
    }
    let each = Double(plain.concurrency[0]) / rate * 1e9
    let added = Nanoseconds.microseconds(UInt64((each * (1 / (1 - slowdown) - 1) / 1000).rounded()))
    let rounds = asked ?? min(recommended.rounds, mostRounds)
    let series = try comparison(
      waiting(.milliseconds(2), rounds: rounds),
      waiting(Nanoseconds(2_000_000 + added.count), rounds: rounds), seed: seed + 1, on: bench)

    var result = blank("slower by 5 %, http: throughput", .words("0.950, slower"), series)
    let isBeyondUs = series.wasDisturbed || recommended.rounds > rounds
    result.verdict = series.outcome.verdict == .slower ? .passed : isBeyondUs ? .undecided : .failed
    let micros = (before: UInt64(each / 1000), added: added.count / 1000)
    let arithmetic =
      "an operation takes \(micros.before) µs; \(micros.added) µs more make \(micros.before) / "
      + "\(micros.before + micros.added) = 0.950 of the throughput; noise ≤ \(percent(noise)): "
      + (recommended.rounds > rounds
        ? "it takes \(recommended.rounds) rounds to be found, and there is time for \(rounds)"
        : "\(rounds) rounds do")
    result.remark =
      series.outcome.verdict == .tooFewRounds ? "\(series.shortage); \(arithmetic)" : arithmetic
    return result
  }

  private static func percent(_ fraction: Double) -> String { "\((fraction * 1000).rounded(.up) / 10) %" }

  // MARK: Repeatedly

  /// How often each comparison errs on this machine.
  static func repeated(_ times: Int, on bench: CheckBench) throws(HarnessFailure) -> [CheckResult] {
    bench.announce(trials: trials * times, seconds: seconds * Double(times))
    var differing = 0
    var found = 0
    for time in 0..<times {
      let seed = 2 * UInt64(time) + 1
      let verdict = try comparison(same, same, seed: seed, on: bench).outcome.verdict
      if verdict == .faster || verdict == .slower { differing += 1 }
      if try slowed(on: bench, seed: seed).verdict == .passed { found += 1 }
    }
    func result(_ name: String, _ words: String, _ count: Int) -> CheckResult {
      CheckResult(
        part: .comparisons, name: name, unit: .comparisons, expected: .words(words), measured: Double(count),
        verdict: .measured)
    }
    return [
      result("the same twice, \(times) times: differed", "about 1 in 20", differing),
      result("slower by 5 %, \(times) times: found", "at least 9 in 10", found),
    ]
  }

  static func carryOut(on bench: CheckBench) throws(HarnessFailure) -> [CheckResult] {
    bench.announce(trials: trials, seconds: seconds)
    return [try same(on: bench, seed: 1), try slower(on: bench, seed: 3)]
  }

  /// Estimates for both comparisons with the fewest rounds.
  private static let trials = 2 * (same.rounds + pilotRounds + minimumRounds)
  private static let seconds = Double(2 * same.rounds) * 0.25 + Double(2 * (pilotRounds + minimumRounds)) * 0.25

  // MARK: Series of trials

  /// Throughputs by round, for the rounds in which both trials were valid.
  struct Series {
    var baseline: [Double] = []
    var candidate: [Double] = []
    /// Why trials were left out.
    var objections: [String] = []
    /// Whether the machine disturbed any of them.
    var wasDisturbed = false

    var outcome: PairedComparison {
      let series = PairedSeries(
        name: "throughput", candidate: candidate, baseline: baseline, preference: .higherIsFaster)
      return comparePairs([series], family: "throughput")!.comparisons[0]
    }

    /// Why there are too few rounds.
    var shortage: String {
      "only \(baseline.count) rounds with two valid trials" + (objections.last.map { "; \($0)" } ?? "")
    }
  }

  private static func comparison(
    _ baseline: Experiment, _ candidate: Experiment, seed: UInt64, on bench: CheckBench
  ) throws(HarnessFailure) -> Series {
    var series = Series()
    for (first, second) in zip(baseline.plans(seed: seed), candidate.plans(seed: seed)) {
      var values: [Double?] = [nil, nil]
      for side in Schedule.shuffled([0, 1], seed: first.seed) {
        let record = try bench.record(side == 0 ? first : second)
        values[side] = record.valid ? record.throughput : nil
        if let objection = record.objection { series.objections.append(objection) }
        series.wasDisturbed = series.wasDisturbed || record.wasDisturbed
      }
      guard let before = values[0], let after = values[1] else { continue }
      series.baseline.append(before)
      series.candidate.append(after)
    }
    return series
  }

  private static func blank(_ name: String, _ expected: CheckResult.Expectation, _ series: Series) -> CheckResult {
    let ratio = series.outcome.ratio
    return CheckResult(
      part: .comparisons, name: name, unit: .ratio, expected: expected, measured: ratio?.median,
      interval: ratio.flatMap { $0.kind == .interval95 ? $0.low...$0.high : nil }, verdict: .failed)
  }
}
