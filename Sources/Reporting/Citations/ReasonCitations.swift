import Records

extension Citable {
  /// The number of times that a reason was given, and the numbers in its words, from the first trial with that reason:
  /// `invalid-late-edge`, `invalid-late-edge.1`.
  /// - Parameter n: the total number of trials or rounds.
  static func reasons(
    _ reasons: [Summary.Count], _ prefix: String, _ about: String, n: Int, _ place: Place, _ origin: CitationOrigin
  ) -> [Citable] {
    reasons.flatMap { reason -> [Citable] in
      let name = TrialRecord.name(ofReason: reason.name)
      let metric = "\(prefix)-\(word(name))"
      let count = CitedValue(reason.count, n: n).flatMap {
        Citable(place, metric, "\(about): \(name)", $0, .count("trials"), origin)
      }
      return (count.map { [$0] } ?? []) + quoted(in: reason.name, metric, place, origin)
    }
  }

  /// The numbers in a record's text, in order: `skipped.1`.
  static func quoted(in words: String, _ metric: String, _ place: Place, _ origin: CitationOrigin) -> [Citable] {
    let characters = Array(words)
    return VisibleNumber.numbers(in: characters).enumerated().compactMap { index, number in
      let following = characters[number.range.upperBound...].drop { $0 == " " || $0 == "\u{A0}" }
      let unit = CitedUnit(written: number.digits, following.prefix { !$0.isWhitespace && !",;:)".contains($0) })
      return CitedValue(Double(number.digits), n: 1).flatMap {
        Citable(place, "\(metric).\(index + 1)", "number \(index + 1) in “\(words)”", $0, .quoted(unit), origin)
      }
    }
  }
}

extension CitedUnit {
  /// - Parameters:
  ///   - digits: the number as written; all digits are kept.
  ///   - word: the text after it, which may be a unit.
  fileprivate init(written digits: String, _ word: some Sequence<Character>) {
    let word = String(word)
    let significant = digits.filter(\.isNumber).drop { $0 == "0" }.count
    let kept = digits.contains(".") ? max(1, significant) : nil
    if let unit = TimeUnit(rawValue: word) {
      self.init(unit == .microseconds ? "us" : word, text: word, latex: CitedUnit(unit).latex, digits: kept)
    } else if word == "%" {
      self.init("%", latex: "\\%", digits: kept)
    } else {
      self = .asRecorded(digits: kept)
    }
  }
}
