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
    /// The part of a point that the number is of; nil for numbers of the whole point.
    let part: Part?

    enum Part: Hashable, Sendable {
      /// The lanes of a class.
      case lanes(String)
      /// The processes on a host.
      case host(String)
      /// A part of each operation, such as a system call.
      case operation(String)

      /// The key in queries and data.
      var key: String {
        switch self {
        case .lanes: "lanes"
        case .host: "host"
        case .operation: "part"
        }
      }

      var name: String {
        switch self {
        case .lanes(let name), .host(let name), .operation(let name): name
        }
      }
    }

    var mode: String? { coordinates?.mode }
    var variant: String? { coordinates?.variant }
    /// Nil for a number over several concurrencies.
    var concurrency: Int? { coordinates?.concurrency }
    var rate: Double? { setting.rate }
    var setting: Setting { coordinates?.setting ?? Setting() }

    init(_ experiment: String, _ coordinates: Coordinates, _ part: Part? = nil) {
      self.experiment = experiment
      claim = nil
      self.coordinates = coordinates
      self.part = part
    }

    init(claim: String, of experiment: String) {
      self.experiment = experiment
      self.claim = claim
      (coordinates, part) = (nil, nil)
    }

    /// A place without a mode: `limits/select`.
    init(_ subject: String) {
      experiment = subject
      (claim, coordinates, part) = (nil, nil, nil)
    }

    /// The place of a part of it.
    func of(_ part: Part) -> Place { Place(experiment, coordinates ?? Coordinates(mode: ""), part) }

    static let run = Place("run")
    static let machine = Place("machine")

    var words: [String] {
      let name = (coordinates?.name).map(CitationQuery.word)
      let ofPart: [(String, String?)] = part.map { [($0.key, CitationQuery.word($0.name))] } ?? []
      let coordinates: [(String, String?)] =
        [
          ("concurrency", concurrency.map(String.init)), ("rate", rate.map(CitationQuery.text)),
        ] + Setting.sweepable.map { ($0.rawValue, setting[$0]?.count.map(String.init)) }
        + ofPart
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
