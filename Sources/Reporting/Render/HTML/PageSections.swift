extension HTMLReport.Section {
  /// Its heading folds it. The anchor is outside, so that a link to a folded section still finds its heading.
  var markup: Markup {
    """
    <section id="\(anchor)"><details open>
    <summary><h2>\(title)</h2></summary>
    \(body)</details></section>

    """
  }

  static func contents(_ sections: [HTMLReport.Section]) -> Markup {
    let items = sections.map { "<li><a href=\"#\($0.anchor)\">\($0.title)</a></li>\n" as Markup }
    return """
      <nav aria-label="contents"><details open><summary>Contents</summary>
      <ol>
      \(items)</ol></details></nav>

      """
  }
}

/// The anchors of a page's experiments. Each is made of the experiment's name alone, so that a link to it stays valid when
/// the suite gets others before it.
struct PageAnchors {
  /// In the order of the experiments.
  let all: [String]
  private let byName: [String: String]

  /// Of the parts that every page has, and of claims.
  private static let reserved = Set(
    ["claims", "across", "best-settings", "trials", "machine", "method", "provenance"] + Claim.all.map(claim))

  init(_ names: [String]) {
    var taken = Self.reserved
    all = names.map { Figures.unused(Self.slug($0), &taken) }
    byName = Dictionary(zip(names, all)) { first, _ in first }
  }

  /// A name that leads to its section, where there is one.
  func link(_ name: String) -> Markup {
    byName[name].map { "<a href=\"#\($0)\">\(name)</a>" } ?? Markup(name)
  }

  /// Whether the page has a section of this name.
  func has(_ name: String) -> Bool { byName[name] != nil }

  static func claim(_ claim: Claim) -> String { "claim-\(claim.id)" }

  /// `http-2ms`: lower-case letters and digits of ASCII, with `-` for everything between them.
  static func slug(_ name: String) -> String {
    let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    return words.isEmpty ? "experiment" : words.joined(separator: "-")
  }
}
