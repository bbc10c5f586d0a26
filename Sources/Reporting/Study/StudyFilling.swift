import Records

/// Fills a template in, block by block.
struct StudyFilling {
  private let template: StudyTemplate
  private let evidence: StudyEvidence
  private let costs: [String: ReproductionPlan.Cost]
  private(set) var blocks: [StudyArticle.Block] = []
  private(set) var contradictions: [String] = []
  private(set) var gaps: [String] = []
  /// What the article says of its gaps.
  private var missing: [[StudySpan]] = []

  init(_ template: StudyTemplate, _ evidence: StudyEvidence, _ costs: [String: ReproductionPlan.Cost]) {
    self.costs = costs
    self.template = template
    self.evidence = evidence
  }

  mutating func fill() throws(StudyFailure) {
    for block in template.blocks {
      switch block {
      case .title(let text):
        blocks.append(.title(text))
        let provenance = Provenance(evidence.run.record)
        let warnings =
          provenance.warnings + [provenance.progress(finished: evidence.run.trials.count)].compactMap { $0 }
        blocks += warnings.map { .paragraph([.strong($0)]) }
      case .heading(let text): blocks.append(.heading(text))
      case .paragraph(let passage): blocks.append(.paragraph(try spans(of: passage)))
      case .item(let passage): blocks.append(.item(try spans(of: passage)))
      case .directive(let directive, _): blocks += self.blocks(of: directive)
      }
    }
  }

  // MARK: Sentences

  private mutating func spans(of passage: StudyTemplate.Passage) throws(StudyFailure) -> [StudySpan] {
    let topic = passage.topic
    do throws(StudyEvidence.Absence) {
      for (assertion, line) in passage.assertions {
        guard let (expected, measured) = try evidence.contradiction(to: assertion) else { continue }
        contradictions.append("\(template.name):\(line): the run does not bear out '\(expected)'")
        return topic + [
          .strong("Not borne out by this run."), .words(" Expected "), .code(expected), .words("; measured "),
        ]
          + measured + [.words(".")]
      }
      var spans: [StudySpan] = []
      for part in passage.parts { spans += try self.spans(of: part) }
      return spans
    } catch {
      switch error {
      case .notMeasured(let reason):
        gaps.append("\(template.name):\(passage.line): \(reason.plain)")
        missing.append(reason)
        return topic + [.strong("Not measured:"), .words(" ")] + reason + [.words(".")]
      case .wrong(let text): throw StudyFailure(text, in: template.name, line: passage.line)
      }
    }
  }

  private func spans(of part: StudyTemplate.Part) throws(StudyEvidence.Absence) -> [StudySpan] {
    switch part {
    case .words(let text): [.words(text)]
    case .code(let text): [.code(text)]
    case .strong(let text): [.strong(text)]
    case .placeholder(let placeholder): try spans(of: placeholder)
    }
  }

  private func spans(of placeholder: StudyPlaceholder) throws(StudyEvidence.Absence) -> [StudySpan] {
    switch placeholder {
    case .number(let query): return [.number(StudyNumber(try evidence.number(query)))]
    case .setting(let experiment, let name): return [.words(try evidence.setting(name, of: experiment))]
    case .verdict(let experiment): return try evidence.verdict(on: experiment)
    case .claim(let id): return [.words(try evidence.measured(id).verdictText)]
    case .places(let mode): return try evidence.places(of: mode)
    case .about(let fact): return [fact == .run ? .code(words(of: fact)) : .words(words(of: fact))]
    }
  }

  private func words(of fact: StudyPlaceholder.Fact) -> String {
    let record = evidence.run.record
    let provenance = Provenance(record)
    switch fact {
    case .run: return provenance.run
    case .machine: return provenance.machine
    case .date: return provenance.date
    case .tool:
      let commit = record.tool.commit.map { " (\(CitedBuild.short($0)))" }
      return "iomodes \(record.tool.version)\(commit ?? "")"
    case .legend: return ClaimsOverview.legend
    }
  }

  // MARK: Tables and lists

  private func blocks(of directive: StudyDirective) -> [StudyArticle.Block] {
    switch directive {
    case .claims(let ids): [.table(.claims(ids.compactMap(result)))]
    case .verdicts(let pairs): [.table(verdicts(pairs))]
    case .unmeasured: unmeasured
    case .figure(let experiment, let kind):
      // A paragraph beside it says what is not measured.
      (try? evidence.name(of: experiment)).map { [.figure(experiment: $0, kind)] } ?? []
    case .reproduction: reproduction
    }
  }

  private var reproduction: [StudyArticle.Block] {
    let plan = ReproductionPlan(evidence.run)
    guard !plan.entries.isEmpty else { return [.paragraph([.words("This run measures no claim.")])] }
    return [.table(plan.table(costs))]
  }

  private func result(_ id: String) -> ClaimResult? { evidence.claims.first { $0.claim.id == id } }

  /// A row for each claim, and a column for each side that it was measured on.
  private func verdicts(_ pairs: [(own: String?, python: String?)]) -> Table {
    func cells(_ id: (Int) -> String?) -> [Cell] {
      pairs.indices.map { index in Cell(id(index).flatMap(result)?.verdictText ?? NumberText.none) }
    }
    return Table(
      columns: [
        .text("claim", pairs.map { ($0.own ?? $0.python).flatMap(result)?.claim.text ?? "" }),
        TableColumn("modes of iomodes", .text, cells { pairs[$0].own }),
        TableColumn("Python's systems", .text, cells { pairs[$0].python }),
      ], rows: pairs.map { _ in Table.Row() }, names: 1)
  }

  /// The paragraphs that lack numbers, and the points that were skipped, each reason once.
  private var unmeasured: [StudyArticle.Block] {
    var told: Set<String> = []
    let gaps = missing.filter { told.insert($0.plain).inserted }
    let skipped = evidence.run.trials.compactMap { trial in
      trial.skipped.map { (experiment: trial.experiment, mode: trial.coordinates.name, reason: $0.reason) }
    }.filter { told.insert("\($0.experiment) \($0.mode) \($0.reason)").inserted }
    let items = gaps + skipped.map { [.code($0.mode), .words(" in "), .code($0.experiment), .words(": \($0.reason)")] }
    return items.isEmpty
      ? [.paragraph([.words("The run has every number that this article asks for.")])]
      : items.map { .item([.words("Missing here: ")] + $0 + [.words(".")]) }
  }
}

extension StudyTemplate.Passage {
  /// The strong words that it begins with, which name its subject.
  fileprivate var topic: [StudySpan] {
    if case .strong(let text)? = parts.first { [.strong(text), .words(" ")] } else { [] }
  }
}

extension [StudySpan] {
  /// The words without markup.
  var plain: String {
    map { span in
      switch span {
      case .words(let text), .code(let text), .strong(let text): text
      case .number(let number): number.text
      }
    }.joined()
  }
}
