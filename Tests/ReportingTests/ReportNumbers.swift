import Foundation
import Plan
import Records

@testable import Reporting

/// The numbers in a Markdown report, each compared with the citable numbers that it may be: by its table's row and
/// column, or by its sentence.
struct ReportNumbers {
  /// The numbers that match none, with their lines.
  private(set) var missing: [String] = []
  /// How many there are.
  private(set) var count = 0
  /// The numerals by the mode of their row; those in prose under an empty name.
  private(set) var numerals: [String: Set<String>] = [:]

  private let summary: Summary
  private let all: [Citable]
  private let names: ReportNames
  private var section = -1
  /// The numbers of the section.
  private var scope: [Citable]
  private var table: Table?

  private struct Table {
    var headings: [String]
    /// Whether each number is a trial's own.
    var isOfTrials: Bool
  }

  init(_ run: Run, _ summary: Summary, _ citables: [Citable], _ document: String) {
    self.summary = summary
    names = ReportNames(run, summary)
    all = citables
    scope = citables.filter { $0.place == .run || $0.place.experiment.hasPrefix("machine") }
    var isOfTrials = false
    for line in document.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("## ") {
        begin()
      } else if line.hasPrefix("| ") {
        row(line.dropFirst(2).dropLast(2).components(separatedBy: " | ").map(Self.unescaped), isOfTrials)
      } else {
        table = nil
        if !line.isEmpty {
          isOfTrials = line.hasPrefix("Medians over the trials")
          prose(Self.unescaped(line))
        }
      }
    }
  }

  private static func unescaped(_ text: String) -> String { text.replacing(/\\(.)/) { String($0.1) } }

  private mutating func begin() {
    section += 1
    guard section < summary.sections.count else {
      scope = all
      return
    }
    switch summary.sections[section] {
    case .experiment(let experiment):
      scope = all.filter {
        $0.place.experiment == experiment.plannedName && $0.place.rate == experiment.rate
          && $0.place.setting == experiment.setting
      }
    case .load(let load): scope = all.filter { $0.place.experiment == load.name }
    case .sweep(let sweep):
      scope = all.filter { sweep.name == Setting(rate: $0.place.rate).name(of: $0.place.experiment) }
    }
  }

  /// Compares the numerals of a text with citable numbers.
  /// - Parameter unit: used if the text has none.
  private mutating func check(
    _ text: String, _ candidates: [Citable], unit: String? = nil, counts: Bool = false, row: String = "",
    of line: String
  ) {
    for numeral in Numeral.all(in: names.removed(from: text), unit: unit) {
      count += 1
      numerals[row, default: []].insert(numeral.text)
      if !candidates.contains(where: { numeral.isOf($0, orItsCount: counts) }) {
        missing.append("\(numeral.text) in: \(line)")
      }
    }
  }

  /// Numerals that are not results, and may also be in other formats.
  private mutating func note(_ text: String, row: String) {
    let texts = Numeral.all(in: names.removed(from: text), unit: nil).map(\.text)
    for row in [row, ""] { numerals[row, default: []].formUnion(texts) }
  }

  // MARK: Tables

  private mutating func row(_ cells: [String], _ isOfTrials: Bool) {
    guard let table else {
      self.table = Table(headings: cells, isOfTrials: isOfTrials)
      return
    }
    guard !cells[0].hasPrefix(":--") else { return }
    let cell = Dictionary(zip(table.headings, cells)) { first, _ in first }
    if table.headings[0] == "host" {
      for (heading, text) in zip(table.headings, cells) {
        guard let metric = ReportColumns.hosts[heading] else {
          note(text, row: "")
          continue
        }
        check(
          text, all.filter { $0.place == Citable.Place("machine/\(cells[0])") && $0.metric == metric }, of: "\(cells)")
      }
    } else if table.headings[0] == "what" {
      if ReportColumns.ids.contains(cells[0]) { return note(cells[1], row: "") }
      check(cells[1], scope.filter { ReportColumns.machine[cells[0]] == $0.metric }, of: "\(cells)")
    } else if let claim = cell["claim"] {
      claimRow(claim, cells)
    } else {
      pointRow(cells, cell, table)
    }
  }

  /// The numbers of the last claim.
  private var claim = ""

  private mutating func claimRow(_ claim: String, _ cells: [String]) {
    if let id = claim.split(separator: ":").first { self.claim = String(id) }
    let name = Citable.word(cells[2])
    let own = scope.filter { $0.place.claim == self.claim && ($0.metric == name || $0.metric.hasPrefix(name + ".")) }
    note(cells[2], row: "")
    let unit = Numeral.unit(in: cells[4])
    for cell in cells[3...] {
      check(cell, own, unit: unit, counts: true, of: "\(cells)")
    }
    // A number's name contains requested values, and in one case a measured one.
    if let floor = own.first(where: { $0.metric.hasSuffix(".floor") }) {
      count += 1
      let whole = NumberText.brief(floor.exact.value.rounded())
      if !cells[2].contains(", \(whole))") { missing.append("floor in: \(cells)") }
    }
  }

  private mutating func pointRow(_ cells: [String], _ cell: [String: String], _ table: Table) {
    func number(_ names: String...) -> Double? {
      names.lazy.compactMap { cell[$0] }.first.flatMap { Double($0.filter { $0 != "," }) }
    }
    let name = cell["mode"] ?? ""
    let lanes = number("concurrency", "conc.").map { Int($0) }
    let setting = Setting(limit: number("limit").map { Int($0) }, pool: number("pool").map { Int($0) })
    let offered = table.headings.first { $0.hasSuffix("offered/s") }
    let rate = offered.flatMap { number($0) }.map { $0 * Numeral.factor(of: offered?.first.map(String.init)) }
    let own = scope.filter { citable in
      let place = citable.place
      return place.name == name && (lanes == nil || place.concurrency == nil || place.concurrency == lanes)
        && (rate == nil || place.rate == nil || abs((place.rate ?? 0) / (rate ?? 1) - 1) < 0.001)
        && (setting == Setting() || place.setting.swept == setting)
        && (place.part?.name == cell["class"] ?? cell["host"])
        && (cell["experiment"] == nil || cell["experiment"] == place.shownExperiment)
    }
    var (last, side) = (ReportColumns.Column(metrics: []), "")
    for (heading, text) in zip(table.headings, cells) {
      if ReportColumns.coordinates(heading) {
        note(text, row: name)
        continue
      }
      if heading.hasPrefix("client calls") { side = "client" }
      if heading.hasPrefix("server calls") { side = "server" }
      // The ratio of a number to itself.
      if heading.hasPrefix("× "), name == "blocking" {
        note(text, row: name)
        continue
      }
      if let kind = heading.hasPrefix("reasons") ? ReportNotes.reasons : ReportNotes.kind(of: text) {
        let candidates = own.filter { kind.allows($0.metric) }
        check(ReportNotes.withoutCoordinates(text), candidates, counts: true, row: name, of: text)
        continue
      }
      if heading != "interval" { last = ReportColumns.column(heading, side: side, isOfTrials: table.isOfTrials) }
      let candidates = own.filter { last.metrics.contains($0.metric) }
      let text = heading == "served" ? text.replacing(/\ of [\d,]+$/, with: "") : text
      check(text, candidates, unit: last.unit, counts: last.isCount, row: name, of: "\(heading): \(cells)")
    }
  }

  // MARK: Prose

  private mutating func prose(_ line: String) {
    if ReportNames.constants.contains(line) { return }
    if ReportNotes.ends.contains(where: line.hasPrefix) { (section, scope) = (summary.sections.count, all) }
    note(line, row: "")
    let kind = ReportNotes.kind(of: line)
    let candidates = scope.filter { kind?.allows($0.metric) ?? false }
    check(ReportNotes.withoutCoordinates(line), candidates, counts: true, of: line)
  }
}

extension Citable.Place {
  var name: String? { mode.map { mode in variant.map { "\(mode)/\($0)" } ?? mode } }
  /// The name in tables of several experiments.
  var shownExperiment: String { setting.name(of: experiment) }
}

/// A number as printed.
struct Numeral {
  let text: String
  let value: Double
  let decimals: Int
  /// The unit after it, or in its column's heading.
  var unit: String?

  private static let factors: [String: Double] = [
    "ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9, "%": 0.01, "k": 1e3, "M": 1e6, "KiB": 1024, "B": 1,
    "MiB": 1_048_576, "GiB": 1_073_741_824, "k/s": 1e3, "M/s": 1e6,
  ]
  private static let times: Set<String> = ["ns", "us", "ms", "s"]
  // Created once: a literal in a function is compiled at each call, which took most of the time of all tests.
  nonisolated(unsafe) private static let unitBehindDigit = /\d\s?([A-Za-zµ%\/]+)/
  nonisolated(unsafe) private static let wordOrDigits = /[\p{L}_][\p{L}_\d]*|(\d(?:[\d,]*\d)?(?:\.\d+)?)/
  nonisolated(unsafe) private static let unitBehind = /\s?([A-Za-zµ%]+)/

  static func factor(of unit: String?) -> Double { unit.flatMap { factors[$0] } ?? 1 }

  /// The first unit in a text.
  static func unit(in text: String) -> String? {
    text.matches(of: unitBehindDigit).map { String($0.1) }.first { factors[$0] != nil }
  }

  /// The numerals that are not part of a word.
  static func all(in text: String, unit: String?) -> [Numeral] {
    text.matches(of: wordOrDigits).compactMap { match in
      guard let digits = match.1.map(String.init) else { return nil }
      let behind = text[match.range.upperBound...].prefixMatch(of: unitBehind).map { String($0.1) }
      let own = behind.flatMap { factors[$0] == nil ? nil : $0 }
      return Numeral(
        text: digits, value: Double(digits.filter { $0 != "," }) ?? .nan,
        decimals: digits.split(separator: ".").dropFirst().first?.count ?? 0, unit: own ?? unit)
    }
  }

  /// Whether it equals the number, at the printed precision.
  func isOf(_ citable: Citable, orItsCount: Bool) -> Bool {
    if orItsCount, Double(citable.number.n) == value { return true }
    let cited = citable.number.unit
    let isTime = Self.times.contains(cited.form)
    // The estimate, in the unit of its citation.
    let base = isTime || cited.form == "%" ? (cited.factor == 1 ? Self.factor(of: cited.text) : 1) : 1
    let units = isTime && unit.map { Self.factors[$0] == nil } ?? true ? [1, 1e3, 1e6, 1e9] : [Self.factor(of: unit)]
    let own = [citable.exact.value] + (citable.exact.interval.map { [$0.low, $0.high] } ?? [])
    return own.contains { own in
      units.contains { abs(abs(own) * base / $0 - value) <= 0.500001 * pow(10, -Double(decimals)) }
    }
  }
}
