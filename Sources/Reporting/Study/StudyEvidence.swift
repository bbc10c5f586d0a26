import Plan
import Records
import Statistics

/// What a run has for the placeholders of an article.
struct StudyEvidence {
  let run: Run
  let citations: Citations
  let verdicts: Verdicts
  let claims: [ClaimResult]
  private let points: RunPoints
  private let trials: [String: [TrialRecord]]
  /// The names of the suites that were run.
  private let suites: Set<String>

  /// Why something cannot be filled in.
  enum Absence: Error {
    /// The run lacks the trials. Spans say which.
    case notMeasured([StudySpan])
    /// The template names what does not exist: one line.
    case wrong(String)
  }

  init(_ run: Run, _ citations: Citations) {
    let summary = Summary(run)
    self.run = run
    self.citations = citations
    verdicts = Verdicts(run, summary)
    claims = ClaimResult.all(run, summary)
    points = RunPoints(run, nil)
    trials = Dictionary(grouping: run.trials, by: \.experiment)
    suites = Set((run.record.measuredRuns + [run.record]).compactMap { $0.suite["name"]?.string })
  }

  // MARK: Experiments

  /// The name of an experiment in this run. With a suite before it: the name with that prefix; or else the name alone, if
  /// that suite was run, or one in which nothing else has the name.
  func name(of experiment: StudyExperiment) throws(Absence) -> String {
    if let suite = experiment.suite {
      let prefixed = "\(suite)-\(experiment.name)"
      if trials[prefixed] != nil { return prefixed }
      if trials[experiment.name] != nil, suites.contains(suite) || suites.contains(Self.study) {
        return experiment.name
      }
    } else if trials[experiment.name] != nil {
      return experiment.name
    }
    throw .notMeasured([.words("this run has no experiment "), .code(experiment.text)])
  }

  /// The suite that includes the others.
  private static let study = "study"

  /// Throws if a mode has no trial that ran at a place.
  /// - Parameters:
  ///   - mode: with its variant, or without it.
  ///   - concurrency: nil for any.
  private func checkTrials(of mode: String, in experiment: String, concurrency: Int? = nil) throws(Absence) {
    let own = (trials[experiment] ?? []).filter { trial in
      (trial.mode == mode || trial.coordinates.name == mode) && (concurrency == nil || trial.concurrency == concurrency)
    }
    guard own.isEmpty || own.allSatisfy({ $0.skipped != nil }) else { return }
    let known = (trials[experiment] ?? []).contains { $0.concurrency == concurrency }
    if let concurrency, !known {
      throw .wrong(
        "the experiment \(experiment) has no trials with \(concurrency) lanes; name a concurrency that it has")
    }
    let subject: [StudySpan] = [.words("the run has no trial of "), .code(mode), .words(" in "), .code(experiment)]
    throw .notMeasured(subject + (own.first?.skipped.map { [.words(": \($0.reason)")] } ?? []))
  }

  // MARK: Numbers

  func number(_ query: StudyQuery) throws(Absence) -> Citation {
    var words = query.words
    if let (id, number) = query.claim {
      guard let measure = try measured(id).measures.first(where: { Citable.word($0.name) == number }) else {
        throw .notMeasured([
          .words("the claim "), .code(id), .words(" has no number "), .code(number), .words(" in this run"),
        ])
      }
      words = Citable.Place(claim: id, of: measure.experiment).words + [number]
    } else if let experiment = query.experiment {
      let name = try self.name(of: experiment)
      if let mode = query.mode { try checkTrials(of: mode, in: name, concurrency: query.concurrency) }
      words[0] = CitationQuery.word(name)
    } else if let limit = query.limit, run.limits?.experiments.contains(where: { $0.name == limit }) != true {
      throw .notMeasured([.words("this run has no experiment on the limit "), .code(limit)])
    }
    do throws(CitationFailure) {
      return try citations.find(CitationQuery(words.joined(separator: " ")))
    } catch {
      let line = error.description.split(separator: "\n").first.map(String.init) ?? ""
      if error.lacksTrials {
        throw .notMeasured([.code(query.words.joined(separator: " ")), .words(" has no valid trial")])
      }
      throw .wrong(line)
    }
  }

  /// A claim's result, if the run measures it.
  func measured(_ id: String) throws(Absence) -> ClaimResult {
    guard let result = claims.first(where: { $0.claim.id == id }) else { throw .wrong("there is no claim '\(id)'") }
    guard !result.measures.isEmpty else {
      throw .notMeasured([.words("this run does not measure the claim "), .code(id)])
    }
    return result
  }

  // MARK: Settings

  /// A setting of an experiment, in words: `2 ms`, `64`.
  func setting(_ name: String, of experiment: StudyExperiment) throws(Absence) -> String {
    let own = trials[try self.name(of: experiment)] ?? []
    let values: [String]
    let parts = name.split(separator: "=", maxSplits: 1).map(String.init)
    if parts.count == 2 {
      guard let wanted = Int(parts[1]), own.contains(where: { Self.value($0, parts[0]) == "\(wanted)" }) else {
        throw .wrong("no trial of \(experiment.text) has \(name); name a setting that it has")
      }
      values = ["\(wanted)"]
    } else {
      values = Set(own.compactMap { Self.value($0, name) }).sorted()
    }
    guard values.count == 1 else {
      let what = values.isEmpty ? "no" : "several values of"
      throw .wrong("\(experiment.text) has \(what) '\(name)'; name a setting with one value, such as concurrency=64")
    }
    return Self.words(values[0])
  }

  private static func value(_ trial: TrialRecord, _ name: String) -> String? {
    switch name {
    case "rounds": nil
    case "concurrency": "\(trial.concurrency)"
    case "operations": trial.operations.asked.map { "\($0)" }
    case "limit": trial.limit.map { "\($0)" }
    case "pipeline": trial.pipeline.map { "\($0)" }
    case "bystanders": trial.bystanders.map { "\($0.lanes.count)" }
    default:
      trial.workload[name].flatMap { $0.string ?? $0.number.map(CitationQuery.text) }
    }
  }

  /// `2ms` as `2 ms`, and `1000` as `1,000`.
  private static func words(_ value: String) -> String {
    if let whole = Int(value) { return NumberText.grouped(whole) }
    let digits = value.prefix { $0.isNumber || $0 == "." }
    return digits.isEmpty ? value : "\(digits) \(value.dropFirst(digits.count))".trimmingWhitespace()
  }

  // MARK: Verdicts

  /// The run's words on an experiment, with a citation behind each measured number in them.
  func verdict(on experiment: StudyExperiment) throws(Absence) -> [StudySpan] {
    let name = try name(of: experiment)
    guard let verdict = verdicts.all.first(where: { $0.plannedName == name }),
      verdict.standings.contains(where: \.isJudged)
    else { throw .notMeasured([.code(name), .words(" has too few modes or rounds for a verdict")]) }
    var spans: [StudySpan] = []
    var rest = verdict.text[...]
    for standing in verdict.standings {
      for (text, words) in Self.measured(in: standing) {
        guard let found = rest.firstRange(of: text) else { continue }
        let citation = try number(StudyQuery([CitationQuery.word(name)] + words))
        // In `255 of 10,000`, the second number is the plan's.
        let shown = text.firstRange(of: " of ").map { String(text[..<$0.lowerBound]) } ?? text
        spans += [
          .words(String(rest[..<found.lowerBound])), .number(StudyNumber(citation, shown: shown)),
          .words(String(text.dropFirst(shown.count))),
        ]
        rest = rest[found.upperBound...]
      }
    }
    return spans + [.words(String(rest.reversed().drop { $0 == "." }.reversed()))]
  }

  /// The measured numbers in the words on a standing, in their order, and what names each besides the experiment. Numbers
  /// of lanes, rates and rounds are the plan's.
  private static func measured(in standing: Standing) -> [(text: String, words: [String])] {
    let place =
      ["concurrency=\(standing.place.concurrency)"]
      + (standing.place.rate.map { ["rate=\(CitationQuery.text($0))"] } ?? [])
    func words(_ mode: Coordinates, _ metric: String) -> [String] { [CitationQuery.word(mode.name)] + place + [metric] }
    let metric = standing.place.objective == nil ? standing.quantity.metric.rawValue : "highest-met"
    let ratio = standing.apart.first.flatMap { next in
      next.ratio.map {
        (VerdictWords.times($0), words(standing.first, "\(metric)-over-\(CitationQuery.word(next.key.name))"))
      }
    }
    let served = standing.firstServed.map { ($0, words(standing.first, "served")) }
    return [served, ratio].compactMap { $0 }
      + standing.unranked.prefix(VerdictWords.mostNames).map { ($0.served, words($0.key, "served")) }
  }

  /// Where a mode stands, of the closed loops that compare several.
  func places(of mode: String) throws(Absence) -> [StudySpan] {
    let judged = verdicts.all.compactMap { verdict in verdict.closedLoop.map { (verdict.name, $0) } }
      .filter { $0.1.isJudged }
    func names(_ isMeant: (Standing) -> Bool) -> [String] { judged.filter { isMeant($0.1) }.map(\.0) }
    let alone = names { $0.isLedByOne && $0.first.mode == mode }
    let among = names { standing in !standing.isLedByOne && standing.leaders.contains { $0.mode == mode } }
    let behind = names { standing in
      standing.apart.contains { $0.key.mode == mode } && !standing.leaders.contains { $0.mode == mode }
    }
    let groups = [
      ("ahead of every other mode in ", alone), ("among the first in ", among), ("behind the first in ", behind),
    ].filter { !$0.1.isEmpty }
    guard !groups.isEmpty else {
      throw .notMeasured([.words("this run compares no other mode with "), .code(mode)])
    }
    return groups.enumerated().flatMap { index, group -> [StudySpan] in
      let names = group.1.enumerated().flatMap { order, name -> [StudySpan] in
        (order == 0 ? [] : [.words(", ")]) + [.code(name)]
      }
      return [.words((index == 0 ? "" : "; ") + group.0)] + names
    }
  }

  // MARK: Assertions

  /// What a run says instead of what a sentence presumes: nil if it bears it out.
  func contradiction(to assertion: StudyAssertion) throws(Absence) -> (expected: String, measured: [StudySpan])? {
    switch assertion {
    case .bound(let query, let isAbove, let bound):
      let citation = try number(query)
      let exact = citation.citable.exact
      if let interval = exact.interval, interval.kind != .interval95, interval.low != interval.high {
        throw .notMeasured([.code(citation.citable.query), .words(" has too few valid trials for an interval")])
      }
      let (low, high) = exact.interval.map { ($0.low, $0.high) } ?? (exact.value, exact.value)
      let factor = citation.citable.number.unit.factor
      if isAbove ? low / factor > bound : high / factor < bound { return nil }
      let expected = "\(citation.citable.query) \(isAbove ? ">" : "<") \(CitationQuery.text(bound))"
      return (expected, [.number(StudyNumber(citation))])
    case .claim(let id, let verdict):
      let result = try measured(id)
      return result.verdict == verdict ? nil : ("\(id): \(verdict.rawValue)", [.words(result.verdictText)])
    case .order(let experiment, let lanes, let metric, let modes, let relations):
      let name = try name(of: experiment)
      for mode in modes { try checkTrials(of: mode, in: name, concurrency: lanes) }
      for (index, relation) in relations.enumerated() {
        let (one, other) = (modes[index], modes[index + 1])
        let row = try row(one, other, in: name, lanes, metric)
        guard !row.meets(relation) else { continue }
        let values = try [one, other].map { (mode: String) throws(Absence) -> [StudySpan] in
          [.code(mode), .words(" ")] + (try value(of: mode, in: name, lanes, metric))
        }
        return (
          "\(one) \(relation.rawValue) \(other) in \(metric.rawValue) of \(name)",
          values[0] + [.words(", ")] + values[1] + [
            .words(
              ": \(row.verdict == .notSignificant ? "not significantly different" : "\(row.isApart ? "significantly" : "not clearly") different")"
            )
          ]
        )
      }
      return nil
    }
  }

  /// One mode over another, paired by round.
  private func row(
    _ mode: String, _ other: String, in experiment: String, _ lanes: Int, _ metric: ComparisonMetric
  ) throws(Absence) -> Comparison.Row {
    let parts = mode.split(separator: "/", maxSplits: 1).map(String.init)
    let own = Coordinates(mode: parts[0], variant: parts.count > 1 ? parts[1] : nil, concurrency: lanes)
    let rows = Comparison.rows(of: own, in: experiment, points, by: metric, leastEffect: 0)
    let key = rows.keys.first { $0.point.name == other && $0.point.concurrency == lanes }
    guard let row = key.flatMap({ rows[$0] }), row.verdict != .tooFewRounds, row.verdict != .notComparable else {
      throw .notMeasured([
        .code(experiment), .words(" has too few valid rounds of "), .code(mode), .words(" and "), .code(other),
        .words(" for a verdict"),
      ])
    }
    return row
  }

  private func value(
    of mode: String, in experiment: String, _ lanes: Int, _ metric: ComparisonMetric
  ) throws(Absence) -> [StudySpan] {
    let word = [ComparisonMetric.throughput: "throughput", .cpu: "cpu"][metric] ?? "\(metric.rawValue)-of-trials"
    return [.number(StudyNumber(try number(StudyQuery([experiment, mode, "concurrency=\(lanes)", word]))))]
  }
}

extension Comparison.Row {
  /// Whether a difference was found that the interval of the ratio shows, too.
  fileprivate var isApart: Bool {
    [.faster, .slower].contains(verdict) && (ratio.map { 1 < $0.low || $0.high < 1 } ?? false)
  }

  fileprivate func meets(_ relation: StudyAssertion.Relation) -> Bool {
    switch relation {
    case .tied: verdict == .notSignificant
    case .above: isApart && ratio?.low ?? 0 > 1
    case .below: isApart && ratio?.high ?? .infinity < 1
    }
  }
}
