import Plan
import Records
import Statistics

/// A number that reports show, with the words that name it.
public struct Citable: Sendable {
  /// The place of a number in reports; numbers of one place appear together.
  struct Place: Hashable, Sendable {
    /// The experiment; also a limit experiment, `run` or `machine`.
    let experiment: String
    /// The claim that the number belongs to.
    let claim: String?
    /// Includes the rate and the other varied settings; nil for a number of several modes or of none.
    let coordinates: Coordinates?
    /// The class of lanes; nil for numbers of all lanes.
    let lanes: String?
    /// The part of an operation, as one word; nil for numbers of the whole.
    private(set) var part: String?

    var mode: String? { coordinates?.mode }
    var variant: String? { coordinates?.variant }
    /// Nil for a number over several concurrencies.
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

    /// A place without a mode: `limits/select`.
    init(_ subject: String) {
      experiment = subject
      (claim, coordinates, lanes) = (nil, nil, nil)
    }

    /// A part of the operations of this place.
    func with(part word: String) -> Place {
      var place = self
      place.part = word
      return place
    }

    static let run = Place("run")
    static let machine = Place("machine")

    var words: [String] {
      let name = (coordinates?.name).map(CitationQuery.word)
      let coordinates: [(String, String?)] =
        [
          ("concurrency", concurrency.map(String.init)), ("rate", rate.map(CitationQuery.text)),
        ] + Setting.sweepable.map { ($0.rawValue, setting[$0]?.count.map(String.init)) }
        + [("lanes", lanes.map(CitationQuery.word)), ("part", part)]
      return [CitationQuery.word(experiment)] + [claim.map { "claim=\($0)" } ?? name].compactMap { $0 }
        + coordinates.compactMap { name, value in value.map { "\(name)=\($0)" } }
    }
  }

  let place: Place
  public let metric: String
  /// A description of the metric in words.
  let about: String
  /// Other names of the metric.
  let aliases: Set<String>
  let number: CitedNumber
  /// The number before rounding, in its unit.
  let exact: CitedValue
  let origin: CitationOrigin

  let words: [String]

  /// Nil if the number cannot be written.
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

  /// The words that name this number and no other: `http-2ms epoll concurrency=64 throughput`.
  public var query: String { words.joined(separator: " ") }

  /// `30,280 op/s (95 % CI 29,924–30,486, n = 8)`
  public var text: String { number.text }
}
