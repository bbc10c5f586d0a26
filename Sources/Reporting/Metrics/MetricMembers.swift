import Records
import Statistics

/// Metrics as members of a JSON object; values that do not apply are absent.
struct MetricMembers {
  private(set) var all: [String: JSONValue] = [:]
  private let side: String

  /// - Parameters:
  ///   - side: the mode's side, `client` or `server`; empty if no name has it.
  ///   - others: further members.
  init<Subject>(
    _ metrics: [Metric<Subject>], of subject: Subject, side: String = "", with others: [String: JSONValue?] = [:]
  ) {
    self.side = side
    all = others.compactMapValues { $0 }
    for metric in metrics {
      guard let place = metric.json, let value = metric.value(subject) else { continue }
      self[place] =
        switch value {
        case .estimate(let estimate): JSONReport.estimate(estimate)
        case .number(let number, _): .number(number)
        }
    }
  }

  /// - Parameter place: a key in the form of ``Metric/json``.
  subscript(place: String) -> JSONValue? {
    get { nil }
    set {
      guard let newValue else { return }
      Self.set(
        newValue, at: place.replacing("{side}", with: side).split(separator: ".").map(String.init)[...], in: &all)
    }
  }

  private static func set(_ value: JSONValue, at path: ArraySlice<String>, in members: inout [String: JSONValue]) {
    guard let first = path.first else { return }
    let name = first.hasSuffix("?") ? String(first.dropLast()) : first
    guard path.count > 1 else {
      members[name] = value
      return
    }
    if first.hasSuffix("?"), members[name] == nil { return }
    var inner: [String: JSONValue] = [:]
    if case .object(let known)? = members[name] { inner = known }
    set(value, at: path.dropFirst(), in: &inner)
    members[name] = .object(inner)
  }
}
