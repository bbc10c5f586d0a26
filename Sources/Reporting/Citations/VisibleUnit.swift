/// The unit of a number as a document writes it: `op/s`, `million requests a second`, `µs per operation`.
struct VisibleUnit: Equatable {
  /// The kind of quantity.
  enum Kind: Equatable {
    /// In nanoseconds.
    case time
    case bytes
    /// A fraction; `%` is one hundredth.
    case share
    /// Items by their singular name: `op`, `thread`.
    case things(String)
    /// A unit from a record's text, which documents may write freely.
    case free
  }

  /// In base units of the kind.
  private(set) var factor = 1.0
  /// Nil if there is only a multiplier, or only a denominator: `M/s`.
  private(set) var kind: Kind?
  /// The denominator: `s`, `op`, `lane`.
  private(set) var per: String?
  /// The unit as written.
  private(set) var text = ""

  /// The result of reading a phrase.
  enum Reading: Equatable {
    /// There is no unit.
    case none
    case unit(VisibleUnit)
    /// A word that is not a unit.
    case unknown(String)
  }

  /// - Parameter form: the unit of a citation.
  init(cited form: String) {
    let parts = form.split(separator: "/", maxSplits: 1).map(String.init)
    text = form
    per = parts.count > 1 ? Self.stem(parts[1]) : nil
    let name = parts.first ?? ""
    if ["as-recorded", "of-count", "r2"].contains(name) {
      kind = .free
    } else if let unit = Self.units[name] {
      (kind, factor) = (unit.kind, unit.factor)
    } else {
      kind = .things(Self.stem(name))
    }
  }

  private init() {}

  // MARK: Reading

  /// Reads the words after a number.
  static func reading(_ phrase: String, of cited: VisibleUnit) -> Reading {
    let words = words(phrase)
    guard let first = words.first, !prose.contains(first.lowercased()) else { return .none }
    if cited.kind == .free { return multipliers[first] == nil ? .none : .unknown(first) }
    return unit(words, of: cited).map { .unit($0) } ?? .unknown(first)
  }

  /// The unit anywhere in a column's heading; nil if there is none of this kind.
  static func heading(_ text: String, of cited: VisibleUnit) -> VisibleUnit? {
    let words = words(text)
    return words.indices.lazy.compactMap { unit(Array(words[$0...]), of: cited) }.first(where: cited.isAlike)
  }

  /// Whether the two units can be converted into each other.
  func isAlike(_ other: VisibleUnit) -> Bool {
    guard let shown = other.kind else { return other.per == nil || other.per == per }
    return shown == kind && other.per == per
  }

  /// Reads a unit from the start of `words`; nil if there is none.
  private static func unit(_ words: [String], of cited: VisibleUnit) -> VisibleUnit? {
    var unit = VisibleUnit()
    var read: [String] = []
    var index = 0
    while index < words.count {
      let word = words[index]
      let isPer = ["per", "each", "every", "a", "an", "/"].contains(word)
      if isPer {
        // `14 kB each`
        let name = index + 1 < words.count ? words[index + 1] : nil
        guard name != nil || word == "each" else { break }
        unit.per = name.map(stem) ?? cited.per
        read.append([word, name].compactMap(\.self).joined(separator: " "))
        break
      }
      let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts[0].isEmpty || unit.add(parts[0], of: cited) else { break }
      read.append(word)
      if parts.count > 1 {
        unit.per = stem(parts[1])
        break
      }
      index += 1
    }
    unit.text = read.joined(separator: " ")
    return read.isEmpty ? nil : unit
  }

  /// Adds a word, if it is part of a unit.
  private mutating func add(_ word: String, of cited: VisibleUnit) -> Bool {
    if kind == nil, let multiplier = Self.multipliers[word] ?? Self.multipliers[word.lowercased(), ifLonger: word] {
      factor *= multiplier
      return true
    }
    if kind == nil, let unit = Self.units[word] ?? Self.units[word.lowercased(), ifLonger: word] {
      kind = unit.kind
      factor *= unit.factor
      return true
    }
    guard case .things(let name) = cited.kind else { return false }
    // As in “system calls”.
    if word == "system", kind == nil { return true }
    guard kind == nil else { return false }
    if Self.names(of: name).contains(Self.stem(word)) {
      kind = .things(name)
      return true
    }
    guard let prefix = word.first, let multiplier = Self.multipliers[String(prefix)],
      Self.names(of: name).contains(Self.stem(String(word.dropFirst())))
    else { return false }
    kind = .things(name)
    factor *= multiplier
    return true
  }

  // MARK: Words

  /// Splits a text into words, without marks; several words with one meaning become one.
  private static func words(_ text: String) -> [String] {
    text.replacing("per cent", with: "%").replacing("² ", with: "²").split(whereSeparator: \.isWhitespace)
      .map { word in
        let marks = Set("*_`'\".,;:!?-‐{}~^")
        let start = word.drop { marks.contains($0) }
        return String(start.reversed().drop { marks.contains($0) }.reversed())
      }
      .filter { word in word.contains { $0.isLetter || $0.isNumber || "%×/µμ".contains($0) } }
  }

  /// `op` for `operations`, `s` for `seconds`, `thread` for `threads`.
  private static func stem(_ word: String) -> String {
    let lower = word.lowercased()
    if let known = stems[lower] { return known }
    if lower.hasSuffix("ies") { return lower.dropLast(3) + "y" }
    return lower.count > 2 && lower.hasSuffix("s") ? String(lower.dropLast()) : lower
  }

  private static let stems = [
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "ops": "op", "operation": "op", "operations": "op",
  ]

  /// Other names of a citation's items.
  private static func names(of things: String) -> Set<String> {
    (synonyms[things] ?? []).union([things])
  }

  private static let synonyms: [String: Set<String>] = [
    "op": ["request", "req", "message", "reply", "sleep", "read", "write", "done"],
    "processor": ["cpu", "core"],
  ]

  /// Words that continue a sentence.
  private static let prose: Set<String> = [
    "and", "as", "at", "between", "by", "ci", "for", "from", "in", "interval", "is", "median", "n", "of", "on", "or",
    "over", "range", "than", "that", "the", "to", "under", "was", "were", "when", "where", "which", "while", "with",
  ]

  /// Words that multiply a number.
  static let multipliers: [String: Double] = [
    "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "hundred": 100, "thousand": 1e3, "million": 1e6, "billion": 1e9,
    "trillion": 1e12, "thousands": 1e3, "millions": 1e6, "billions": 1e9, "kilo": 1e3, "mega": 1e6, "giga": 1e9,
  ]

  private static let units: [String: (kind: Kind, factor: Double)] = {
    var units: [String: (kind: Kind, factor: Double)] = [
      "%": (.share, 0.01), "percent": (.share, 0.01), "x": (.share, 1), "×": (.share, 1), "times": (.share, 1),
      "fold": (.share, 1),
    ]
    let times = [
      (["ns", "nsec", "nanosecond", "nanoseconds"], 1.0),
      (["us", "µs", "μs", "usec", "microsecond", "microseconds"], 1e3),
      (["ms", "msec", "millisecond", "milliseconds"], 1e6), (["s", "sec", "second", "seconds"], 1e9),
      (["min", "minute", "minutes"], 60e9),
    ]
    let sizes = [
      (["B", "byte", "bytes"], 1.0), (["kB", "KB", "kilobytes"], 1e3), (["MB", "megabytes"], 1e6),
      (["GB", "gigabytes"], 1e9), (["KiB"], 1024), (["MiB"], 1_048_576), (["GiB"], 1_073_741_824),
    ]
    for (names, factor) in times { for name in names { units[name] = (.time, factor) } }
    for (names, factor) in sizes { for name in names { units[name] = (.bytes, factor) } }
    return units
  }()
}

extension Dictionary where Key == String {
  /// Looks up a word in any case, except for symbols of one or two letters: `M` is not `m`.
  fileprivate subscript(key: String, ifLonger word: String) -> Value? { word.count > 2 ? self[key] : nil }
}
