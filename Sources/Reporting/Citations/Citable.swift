import Records
import Statistics

/// A number that reports show, and what names it.
public struct Citable: Sendable {
  /// What stands beside each other in reports.
  struct Place: Hashable, Sendable {
    let experiment: String
    /// Empty for a claim, which is of several.
    let mode: String
    let variant: String?
    /// The claim that a number is for or against.
    let claim: String?
    /// Nil for what is of several.
    let concurrency: Int?
    let rate: Double?
    /// Where the experiment has several limits or widths of a pool.
    let setting: Setting
    /// A class of lanes, where the number is of one.
    let lanes: String?

    init(
      _ experiment: String, _ key: PointKey, concurrency: Int?, rate: Double?, _ setting: Setting = Setting(),
      lanes: String? = nil
    ) {
      self.experiment = experiment
      mode = key.mode
      variant = key.variant
      claim = nil
      self.concurrency = concurrency
      self.rate = rate
      self.setting = setting
      self.lanes = lanes
    }

    init(claim: String, of experiment: String) {
      self.experiment = experiment
      self.claim = claim
      (mode, variant, concurrency, rate, setting, lanes) = ("", nil, nil, nil, Setting(), nil)
    }

    var words: [String] {
      let name = variant.map { "\(mode)/\($0)" } ?? mode
      let coordinates: [(String, String?)] = [
        ("concurrency", concurrency.map(String.init)), ("rate", rate.map(CitationQuery.text)),
        ("limit", setting.limit.map(String.init)), ("pool", setting.pool.map(String.init)),
        ("lanes", lanes.map(CitationQuery.word)),
      ]
      return [CitationQuery.word(experiment), claim.map { "claim=\($0)" } ?? CitationQuery.word(name)]
        + coordinates.compactMap { name, value in value.map { "\(name)=\($0)" } }
    }
  }

  let place: Place
  public let metric: String
  /// What the metric is, in words.
  let about: String
  /// Other words that it answers to.
  let aliases: Set<String>
  let number: CitedNumber
  /// As it was estimated, in the unit of the number.
  let exact: CitedValue
  /// Which trials it is from.
  let trials: TrialSelector

  let words: [String]

  /// Nil where the number cannot be written.
  init?(
    _ place: Place, _ metric: String, _ about: String, aliases: Set<String>, _ value: CitedValue,
    _ dimension: Dimension, _ trials: TrialSelector
  ) {
    guard let number = CitedNumber(value, dimension) else { return nil }
    self.place = place
    self.metric = metric
    self.about = about
    self.aliases = aliases
    self.number = number
    exact = value
    self.trials = trials
    words = place.words + [metric]
  }

  /// The words that name it and nothing else: `http-2ms epoll concurrency=64 throughput`.
  public var query: String { words.joined(separator: " ") }

  /// `30,280 op/s (95 % CI 29,924–30,486, n = 8)`
  public var text: String { number.text }
}

/// Which lines of a `trials.jsonl` a number is from: all those of its points, whatever became of them.
struct TrialSelector: Hashable, Sendable {
  struct Name: Hashable, Sendable {
    let mode: String
    let variant: String?
  }

  enum Rate: Hashable, Sendable {
    case any, closed, open
    case exactly(Double)
  }

  /// Any, where it is nil.
  let experiment: String?
  /// One of them; any, where there are none.
  let names: [Name]
  /// Any, where it is nil.
  let concurrency: Int?
  let rate: Rate
  let setting: Setting

  init(
    _ experiment: String, _ keys: [PointKey], concurrency: Int?, rate: Rate, _ setting: Setting = Setting()
  ) {
    self.experiment = experiment
    names = keys.map { Name(mode: $0.mode, variant: $0.variant) }
    self.concurrency = concurrency
    self.rate = rate
    self.setting = setting
  }

  /// All trials of a run.
  static let everything = TrialSelector()

  private init() { (experiment, names, concurrency, rate, setting) = (nil, [], nil, .any, Setting()) }

  func includes(_ trial: TrialRecord) -> Bool {
    if let experiment, trial.experiment != experiment { return false }
    if !names.isEmpty, !names.contains(Name(mode: trial.mode, variant: trial.variant)) { return false }
    if let concurrency, trial.concurrency != concurrency { return false }
    if let limit = setting.limit, trial.limit != limit { return false }
    if let pool = setting.pool, trial.pool != pool { return false }
    switch rate {
    case .any: return true
    case .closed: return trial.arrivals.rate == nil
    case .open: return trial.arrivals.rate != nil
    case .exactly(let rate): return trial.arrivals.rate == rate
    }
  }

  /// The command that prints the SHA-256 of the same lines, for a shell with jq(1) and sha256sum(1).
  var command: String {
    guard let experiment else { return "sha256sum trials.jsonl" }
    func quoted(_ text: String) -> String { JSONReport.text(.string(text), pretty: false) }
    let names = names.map { ".mode == \(quoted($0.mode)) and .variant == \($0.variant.map(quoted) ?? "null")" }
    var conditions = [".experiment == \(quoted(experiment))"]
    conditions.append(names.count == 1 ? names[0] : "(\(names.joined(separator: " or ")))")
    if let concurrency { conditions.append(".concurrency == \(concurrency)") }
    if let limit = setting.limit { conditions.append(".limit == \(limit)") }
    if let pool = setting.pool { conditions.append(".workload.pool == \(pool)") }
    switch rate {
    case .any: break
    case .closed: conditions.append(".arrivals.rate_per_s == null")
    case .open: conditions.append(".arrivals.rate_per_s != null")
    case .exactly(let rate): conditions.append(".arrivals.rate_per_s == \(CitationQuery.text(rate))")
    }
    let filter = "select(fromjson | \(conditions.joined(separator: " and ")))"
    let argument = "'" + filter.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    return "jq -Rr \(argument) trials.jsonl | sha256sum"
  }
}
