/// What a sentence of an article presumes, and the run must bear out.
enum StudyAssertion: Sendable {
  /// `quick/http-2ms epoll concurrency=64 ratio > 10`: the number's whole interval lies beyond the bound.
  case bound(StudyQuery, isAbove: Bool, Double)
  /// `quick/echo-64B concurrency=64 cpu: epoll < dispatch ~ taskgroup`: each mode beside the next, as `compare` judges
  /// them within rounds. `~` is not significantly different.
  case order(StudyExperiment, concurrency: Int, ComparisonMetric, [String], [Relation])
  /// `claim hundreds-of-times: holds within bounds`
  case claim(String, ClaimVerdict)

  enum Relation: String, Sendable {
    case above = ">"
    case below = "<"
    case tied = "~"
  }

  init(_ text: String) throws(StudyComplaint) {
    let words = text.split(separator: " ").map(String.init)
    func complaint(_ what: String) -> StudyComplaint {
      StudyComplaint(
        "'? \(text)' \(what); write QUERY > NUMBER, EXPERIMENT concurrency=N METRIC: MODE > MODE, or claim ID: VERDICT")
    }
    guard let colon = words.firstIndex(where: { $0.hasSuffix(":") }) else {
      guard words.count > 2, let bound = Double(words[words.count - 1]),
        let relation = Relation(rawValue: words[words.count - 2]), relation != .tied
      else { throw complaint("has no bound") }
      self = .bound(StudyQuery(Array(words.dropLast(2))), isAbove: relation == .above, bound)
      return
    }
    let head = words[...colon].map { $0.hasSuffix(":") ? String($0.dropLast()) : $0 }
    let rest = Array(words[(colon + 1)...])
    if head.first == "claim" {
      guard head.count == 2, let verdict = ClaimVerdict(rawValue: rest.joined(separator: " ")) else {
        throw complaint("names no verdict of " + ClaimVerdict.allCases.map(\.rawValue).joined(separator: ", "))
      }
      self = .claim(try StudyPlaceholder.known(claim: head[1]), verdict)
      return
    }
    guard head.count == 3, head[1].hasPrefix("concurrency="), let lanes = Int(head[1].dropFirst("concurrency=".count)),
      let metric = ComparisonMetric(rawValue: head[2])
    else { throw complaint("names no experiment, concurrency and metric") }
    let modes = rest.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    let relations = rest.enumerated().filter { $0.offset % 2 == 1 }.compactMap { Relation(rawValue: $0.element) }
    guard modes.count > 1, relations.count == modes.count - 1, rest.count == modes.count + relations.count else {
      throw complaint("does not put modes in order with >, < and ~")
    }
    self = .order(StudyExperiment(head[0]), concurrency: lanes, metric, modes, relations)
  }

  var experiment: String? {
    switch self {
    case .bound(let query, _, _): query.experiment?.text
    case .order(let experiment, _, _, _, _): experiment.text
    case .claim: nil
    }
  }
}
