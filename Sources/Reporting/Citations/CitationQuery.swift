import Plan
import Records

/// Words that name a number, in any order: an experiment or its kind of workload, a mode, coordinates such as
/// `concurrency=64`, and a metric.
public struct CitationQuery: Sendable {
  let words: [String]

  /// - Parameter text: words, separated by white space.
  public init(_ text: String) { words = text.split(whereSeparator: \.isWhitespace).map(String.init) }

  public var isEmpty: Bool { words.isEmpty }

  /// A name as one word.
  static func word(_ name: String) -> String {
    let word = name.split(whereSeparator: \.isWhitespace).joined(separator: "_")
    return word.isEmpty ? "_" : word
  }

  /// A number as one word.
  static func text(_ number: Double) -> String { Int64(exactly: number).map(String.init) ?? "\(number)" }
}

/// Why a query names no number, or more than one: one line, and below it the candidates.
public struct CitationFailure: Error, CustomStringConvertible {
  public let description: String
  /// Whether the number is missing because no trial is valid.
  public let lacksTrials: Bool

  static let mostCandidates = 10

  init(_ line: String, candidates: [Citable] = [], lacksTrials: Bool = false) {
    let shown = candidates.prefix(Self.mostCandidates).map { "\n  \($0.query)" }
    description = line + shown.joined()
    self.lacksTrials = lacksTrials
  }
}

/// The index of a run's numbers by words.
struct CitationCatalogue: Sendable {
  /// The words of each experiment at each rate, besides its name.
  private var experiments: [MeasuredExperiment: Set<String>] = [:]
  private let all: [Citable]
  /// The index of each number, by its words in alphabetical order.
  private let byWords: [[String]: Int]
  private var openLoops: [String: Set<String>] = [:]
  /// The measured points without a valid trial.
  private var barren: [Citable.Place] = []

  private struct MeasuredExperiment: Hashable {
    var name: String
    var rate: Double?
  }

  init(_ all: [Citable], _ summary: Summary, _ trials: [TrialRecord]) {
    self.all = all
    byWords = Dictionary(all.enumerated().map { ($1.words.sorted(), $0) }) { first, _ in first }
    let sweeps = SweptAxes(trials)
    for trial in trials {
      let key = MeasuredExperiment(name: trial.experiment, rate: trial.arrivals.rate)
      guard experiments[key] == nil else { continue }
      let words = Self.aliases(of: sweeps.isSwept(trial.experiment) ? trial.withoutSettings : trial)
      experiments[key] = words
      if key.rate != nil { openLoops[key.name] = words }
    }
    for experiment in summary.experiments {
      experiments[MeasuredExperiment(name: experiment.plannedName, rate: experiment.rate)]?
        .insert(CitationQuery.word(experiment.name))
      barren += experiment.points.filter { $0.validTrials == 0 }.map {
        Citable.Place(experiment.plannedName, $0.coordinates.at(experiment.setting))
      }
    }
  }

  /// `http`, `delay=2ms`, `limit=10`: the settings that all trials of an experiment share.
  private static func aliases(of trial: TrialRecord) -> Set<String> {
    var words: Set<String> = ["arrivals=\(trial.arrivals.kind)"]
    if case .object(let members) = trial.workload {
      for (key, value) in members {
        guard let text = value.string ?? value.number.map(CitationQuery.text) else { continue }
        words.insert("\(key)=\(CitationQuery.word(text))")
        if key == "kind" { words.insert(CitationQuery.word(text)) }
      }
    }
    // The workload's members already include its pool.
    let told = trial.coordinates.setting.without(.arrivals, .rate, .pool)
    for axis in Axis.allCases {
      if let value = told[axis]?.count { words.insert("\(axis.rawValue.replacing("_", with: "-"))=\(value)") }
    }
    return words
  }

  func find(_ query: CitationQuery) throws(CitationFailure) -> Citable {
    let text = "'\(query.words.joined(separator: " "))'"
    guard !query.words.isEmpty else {
      throw CitationFailure("the query has no words; write some, such as 'epoll throughput'")
    }
    if let exact = byWords[query.words.sorted()] { return all[exact] }
    let parts = query.words.compactMap { word in ["lanes", "host"].first { word.hasPrefix("\($0)=") } }
    let matches = all.filter { citable in
      citable.place.part?.key == parts.first && query.words.allSatisfy { answers(citable, to: $0) }
    }
    if matches.count == 1 { return matches[0] }
    if matches.count > 1 {
      throw CitationFailure("\(text) matches \(matches.count) numbers; name one of them, such as", candidates: matches)
    }
    if let word = query.words.first(where: { word in !all.contains { answers($0, to: word) } }) {
      let rest = query.words.filter { $0 != word }
      if let place = barren.first(where: { place in rest.allSatisfy { answers(place, to: $0) } }), !rest.isEmpty {
        throw Self.lacking(place)
      }
      throw CitationFailure(
        "\(text) matches no number: '\(word)' is unknown; the nearest are", candidates: near(query))
    }
    // The point has no valid trial, but other points have the metric.
    let place = barren.first { place in
      query.words.allSatisfy { word in
        answers(place, to: word) || all.contains { $0.metric == word || $0.aliases.contains(word) }
      }
    }
    if let place { throw Self.lacking(place) }
    throw CitationFailure("\(text) matches no number; the nearest are", candidates: near(query))
  }

  private static func lacking(_ place: Citable.Place) -> CitationFailure {
    CitationFailure(
      "\(place.words.joined(separator: " ")) has no valid trial; `iomodes report` says why", lacksTrials: true)
  }

  /// The numbers that match the most words.
  private func near(_ query: CitationQuery) -> [Citable] {
    let counts = all.map { citable in query.words.filter { answers(citable, to: $0) }.count }
    guard let most = counts.max(), most > 0 else { return Array(all.prefix(CitationFailure.mostCandidates)) }
    return zip(all, counts).filter { $0.1 == most }.map(\.0)
  }

  private func answers(_ citable: Citable, to word: String) -> Bool {
    word == citable.metric || citable.aliases.contains(word) || answers(citable.place, to: word)
  }

  /// For a number over several rates: the words of its open loop.
  private func aliases(of place: Citable.Place) -> Set<String> {
    experiments[MeasuredExperiment(name: place.experiment, rate: place.rate)] ?? openLoops[place.experiment] ?? []
  }

  private func answers(_ place: Citable.Place, to word: String) -> Bool {
    if word == place.mode || place.words.contains(word) { return true }
    let words = aliases(of: place)
    if words.contains(word) { return true }
    // Numbers match in any notation.
    let parts = word.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let number = Double(parts[1].filter { $0 != "," }) else { return false }
    let plain = "\(parts[0])=\(CitationQuery.text(number))"
    return plain != word && (place.words.contains(plain) || words.contains(plain))
  }
}
