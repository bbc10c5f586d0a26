import Records

/// Contradictions in a peer's rows and breaches of the contract: for each kind, the number and the first one.
struct PeerBreaches {
  /// The names of reasons in records.
  enum Kind: String, CaseIterable {
    case twice = "peer-twice"
    case range = "peer-range"
    case missing = "peer-missing"
    case early = "peer-early"
    case times = "peer-times"
    case overlap = "peer-overlap"
    case rows = "peer-rows"
    case capacity = "peer-capacity"
    case lanes = "peer-lanes"
  }

  private var found: [Kind: (count: Int, first: String)] = [:]

  var isEmpty: Bool { found.isEmpty }

  mutating func note(_ kind: Kind, count: Int = 1, _ text: @autoclosure () -> String) {
    if let known = found[kind] {
      found[kind] = (known.count + count, known.first)
    } else {
      found[kind] = (count, text())
    }
  }

  /// The breaches as reasons in records.
  var reasons: [String] {
    Kind.allCases.compactMap { kind in
      found[kind].map { "\(kind.rawValue): \($0.first)" + ($0.count > 1 ? " (\($0.count) such)" : "") }
    }
  }
}
