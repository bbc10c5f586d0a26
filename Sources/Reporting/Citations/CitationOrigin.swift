import Plan
import Records

/// The records behind a number; its citation contains their hash.
enum CitationOrigin: Hashable, Sendable {
  /// The lines of `trials.jsonl` that any of these selectors includes.
  case trials([TrialSelector])
  /// Such lines of `trials.jsonl`, or all if there are no selectors, followed by `primitives.json`.
  case trialsAndPrimitives([TrialSelector]?)
  case allTrials
  /// The whole `trials.jsonl`, followed by `limits.json`.
  case trialsAndLimits
  /// The whole `run.json`.
  case record
  /// The whole `limits.json`.
  case limits

  /// A name for readers of the citation.
  var name: String {
    switch self {
    case .trials, .allTrials: "the trials"
    case .trialsAndPrimitives(let selectors):
      selectors == nil ? "trials.jsonl and primitives.json" : "the trials and primitives.json"
    case .trialsAndLimits: "trials.jsonl and limits.json"
    case .record: "run.json"
    case .limits: "limits.json"
    }
  }

  /// The shell command that prints the SHA-256 of the same bytes, with jq(1) and sha256sum(1).
  var command: String {
    switch self {
    case .trials(let selectors): return "\(Self.lines(selectors)) | sha256sum"
    case .trialsAndPrimitives(let selectors?):
      return "{ \(Self.lines(selectors)); cat primitives.json; } | sha256sum"
    case .trialsAndPrimitives(nil): return "cat trials.jsonl primitives.json | sha256sum"
    case .allTrials: return "sha256sum trials.jsonl"
    case .trialsAndLimits: return "cat trials.jsonl limits.json | sha256sum"
    case .record, .limits: return "sha256sum \(name)"
    }
  }

  /// The shell command that prints the lines.
  private static func lines(_ selectors: [TrialSelector]) -> String {
    let conditions = selectors.map(\.condition)
    let condition = conditions.count == 1 ? conditions[0] : conditions.map { "(\($0))" }.joined(separator: " or ")
    return "jq -Rr \(quoted("select(fromjson | \(condition))")) trials.jsonl"
  }

  /// The text as one word of a shell.
  private static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}

/// The lines of a `trials.jsonl` behind a number: all trials of its points, valid or not.
struct TrialSelector: Hashable, Sendable {
  struct Name: Hashable, Sendable {
    let mode: String
    let variant: String?
  }

  enum Rate: Hashable, Sendable {
    case closed, open
    case exactly(Double)
  }

  let experiment: String
  /// Selects any of these names.
  let names: [Name]
  /// Selects this concurrency; nil selects all.
  let concurrency: Int?
  let rate: Rate
  let setting: Setting

  init(
    _ experiment: String, _ keys: [Coordinates], concurrency: Int?, rate: Rate, _ setting: Setting = Setting()
  ) {
    self.experiment = experiment
    names = keys.map { Name(mode: $0.mode, variant: $0.variant) }
    self.concurrency = concurrency
    self.rate = rate
    self.setting = setting
  }

  func includes(_ trial: TrialRecord) -> Bool {
    guard trial.experiment == experiment, names.contains(Name(mode: trial.mode, variant: trial.variant)) else {
      return false
    }
    if let concurrency, trial.concurrency != concurrency { return false }
    if let limit = setting.limit, trial.limit != limit { return false }
    if let pool = setting.pool, trial.pool != pool { return false }
    switch rate {
    case .closed: return trial.arrivals.rate == nil
    case .open: return trial.arrivals.rate != nil
    case .exactly(let rate): return trial.arrivals.rate == rate
    }
  }

  /// The condition as a jq(1) filter.
  var condition: String {
    func quoted(_ text: String) -> String { JSONValue.string(text).text() }
    let names = names.map { ".mode == \(quoted($0.mode)) and .variant == \($0.variant.map(quoted) ?? "null")" }
    var conditions = [".experiment == \(quoted(experiment))"]
    conditions.append(names.count == 1 ? names[0] : "(\(names.joined(separator: " or ")))")
    if let concurrency { conditions.append(".concurrency == \(concurrency)") }
    if let limit = setting.limit { conditions.append(".limit == \(limit)") }
    if let pool = setting.pool { conditions.append(".workload.pool == \(pool)") }
    switch rate {
    case .closed: conditions.append(".arrivals.rate_per_s == null")
    case .open: conditions.append(".arrivals.rate_per_s != null")
    case .exactly(let rate): conditions.append(".arrivals.rate_per_s == \(CitationQuery.text(rate))")
    }
    return conditions.joined(separator: " and ")
  }
}
