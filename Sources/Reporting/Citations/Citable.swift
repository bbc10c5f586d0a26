import Plan
import Records
import Statistics

/// A number that reports show, and what names it.
public struct Citable: Sendable {
  /// What stands beside each other in reports.
  struct Place: Hashable, Sendable {
    /// Also an experiment on a limit, `run` or `machine`.
    let experiment: String
    /// The claim that a number is for or against.
    let claim: String?
    /// With the rate, and what else the experiment has several of; nil for what is of several modes, or of none.
    let coordinates: Coordinates?
    /// A class of lanes, where the number is of one.
    let lanes: String?

    var mode: String? { coordinates?.mode }
    var variant: String? { coordinates?.variant }
    /// Nil for what is of several.
    var concurrency: Int? { coordinates?.concurrency }
    var rate: Double? { setting.rate }
    var setting: Setting { coordinates?.setting ?? Setting() }

    init(_ experiment: String, _ coordinates: Coordinates, lanes: String? = nil) {
      self.experiment = experiment
      claim = nil
      self.coordinates = coordinates
      self.lanes = lanes
    }

    init(claim: String, of experiment: String) {
      self.experiment = experiment
      self.claim = claim
      (coordinates, lanes) = (nil, nil)
    }

    /// What no mode did: `limits/select`.
    init(_ subject: String) {
      experiment = subject
      (claim, coordinates, lanes) = (nil, nil, nil)
    }

    static let run = Place("run")
    static let machine = Place("machine")

    var words: [String] {
      let name = (coordinates?.name).map(CitationQuery.word)
      let coordinates: [(String, String?)] =
        [
          ("concurrency", concurrency.map(String.init)), ("rate", rate.map(CitationQuery.text)),
        ] + Setting.sweepable.map { ($0.rawValue, setting[$0]?.count.map(String.init)) }
        + [("lanes", lanes.map(CitationQuery.word))]
      return [CitationQuery.word(experiment)] + [claim.map { "claim=\($0)" } ?? name].compactMap { $0 }
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
  let origin: CitationOrigin

  let words: [String]

  /// Nil where the number cannot be written.
  init?(
    _ place: Place, _ metric: String, _ about: String, aliases: Set<String> = [], _ value: CitedValue,
    _ dimension: Dimension, _ origin: CitationOrigin
  ) {
    guard let number = CitedNumber(value, dimension) else { return nil }
    self.place = place
    self.metric = metric
    self.about = about
    self.aliases = aliases
    self.number = number
    exact = value
    self.origin = origin
    words = place.words + [metric]
  }

  /// The words that name it and nothing else: `http-2ms epoll concurrency=64 throughput`.
  public var query: String { words.joined(separator: " ") }

  /// `30,280 op/s (95 % CI 29,924–30,486, n = 8)`
  public var text: String { number.text }
}
