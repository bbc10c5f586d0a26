import Records

/// A piece of an article's sentence.
enum StudySpan: Sendable {
  case words(String)
  case code(String)
  case strong(String)
  case number(StudyNumber)
}

/// A number as an article shows it, with its citation.
struct StudyNumber: Sendable {
  let citation: Citation
  /// `30,280 [29,924–30,486] op/s`, `64.9 × [64.3–66.1]`
  let text: String

  init(_ citation: Citation) {
    let (number, exact) = (citation.citable.number, citation.citable.exact)
    // Seconds of claims are below one as often as above; other times have a fitting unit already.
    let isSeconds = number.unit.form == "s" && number.unit.factor == 1
    let time = isSeconds ? TimeUnit.allCases.last { exact.value * 1e9 >= $0.nanoseconds } : nil
    func shown(_ digits: String, _ value: Double) -> String {
      if let time { return NumberText.significant(value * 1e9 / time.nanoseconds, digits: 4) }
      if number.unit.isFree, let whole = Int64(exactly: value) { return NumberText.grouped(whole) }
      return NumberText.grouped(plain: digits)
    }
    let interval = number.interval.flatMap { ends -> String? in
      guard let own = exact.interval, ends.low != ends.high else { return nil }
      return "[\(shown(ends.low, own.low))–\(shown(ends.high, own.high))]\(ends.isRange ? "*" : "")"
    }
    let unit = number.unit.isFree ? nil : time?.rawValue ?? number.unit.text
    let parts = number.unit.form == "x" ? [unit, interval] : [interval, unit]
    self.init(citation, shown: ([shown(number.value, exact.value)] + parts.compactMap { $0 }).joined(separator: " "))
  }

  /// - Parameter text: the number as a verdict words it.
  init(_ citation: Citation, shown text: String) {
    self.citation = citation
    self.text = text
  }
}

/// An article with what a run has in place of its placeholders. A pure function of both. A paragraph that the run does not
/// measure says so, and so does one that the run contradicts: its own words are then left out.
public struct StudyArticle: Sendable {
  enum Block {
    case title(String)
    case heading(String)
    case paragraph([StudySpan])
    case item([StudySpan])
    case table(Table)
    /// Its name in the run, and its kind.
    case figure(experiment: String, FigureKind)
  }

  let blocks: [Block]
  let run: Run
  let citations: Citations
  /// What the run contradicts, one line each, with the place in the template.
  public let contradictions: [String]
  /// What the run does not measure, one line each.
  public let gaps: [String]

  /// The article *Four ways to wait*, filled in from a run. Throws if the template names what the run cannot have.
  /// - Parameter costs: how each claim is reproduced on this machine, by its id.
  public init(
    _ run: Run, _ citations: Citations, costs: [String: ReproductionPlan.Cost] = [:]
  ) throws(StudyFailure) {
    try self.init(try .fourWaysToWait(), run, citations, costs: costs)
  }

  init(
    _ template: StudyTemplate, _ run: Run, _ citations: Citations, costs: [String: ReproductionPlan.Cost] = [:]
  ) throws(StudyFailure) {
    var filling = StudyFilling(template, StudyEvidence(run, citations), costs)
    try filling.fill()
    self.run = run
    self.citations = citations
    blocks = filling.blocks
    contradictions = filling.contradictions
    gaps = filling.gaps
  }

  /// - Parameters:
  ///   - format: `md`, `latex` or `html`; others have no articles.
  ///   - figures: only for HTML.
  public func render(_ format: OutputFormat, figures: PageFigures = .withoutGnuplot) -> String? {
    switch format {
    case .md: StudyMarkdown(self).render()
    case .latex: StudyLatex(self).render()
    case .html: StudyPage(self, figures).render()
    case .text, .json, .csv: nil
    }
  }
}

extension CitedUnit {
  /// Whether it has no word for what it counts.
  fileprivate var isFree: Bool { ["as-recorded", "of-count", "r2"].contains(form) }
}
