import Plan
import Records
import Statistics

/// The first screen of a page: the answers, and a table of all closed loops at their highest concurrency.
struct Headline {
  private let summary: Summary
  /// By the name of what each is of, in the order of the plan.
  private let answers: [Answer]
  private let anchors: PageAnchors
  private static let mostSentences = 3

  init(_ summary: Summary, _ answers: [Answer], _ anchors: PageAnchors) {
    self.summary = summary
    self.answers = answers
    self.anchors = anchors
  }

  /// One for each experiment; of many the count of what they say, and those of the first.
  var sentences: Markup {
    var all: [Markup] = []
    for section in summary.sections {
      let (name, text) =
        switch section {
        case .experiment(let experiment):
          (experiment.name, answers.first { $0.experiment.name == experiment.name }?.sentences ?? "No valid trial.")
        case .load(let load): (load.name, LoadAnswer.sentences(load) ?? "No valid trial.")
        case .sweep(let sweep): (sweep.name, "several settings, see the table.")
        }
      all.append("<p><b>\(anchors.link(name))</b>: \(text)</p>\n")
    }
    guard all.count > Self.mostSentences else { return "\(all)" }
    return "\(count)\(all.prefix(Self.mostSentences - 1).map { $0 })<p>The others are below, each with its table.</p>\n"
  }

  private var closed: [Answer] { answers.filter { $0.metric == .throughput } }

  private var count: Markup? {
    let counts = AnswerCounts(answers)
    guard counts.compared.count > 1 else { return nil }
    let leaders = counts.leaders.map { "\($0.name) in \($0.count)" }.joined(separator: ", ")
    let parts = [
      counts.ledByOne.isEmpty
        ? nil : "one mode alone has the highest throughput in \(counts.ledByOne.count) (\(leaders))",
      counts.ledBySeveral > 0 ? "several cannot be told apart at the top in \(counts.ledBySeveral)" : nil,
      counts.undecided > 0 ? "there are too few rounds to tell in \(counts.undecided)" : nil,
    ].compactMap { $0 }
    return """
      <p>Of \(counts.compared.count) experiments in closed loop, each at its highest concurrency: \
      \(parts.joined(separator: "; ")).</p>

      """
  }

  /// A row for each closed loop, a column for each mode.
  var table: Markup? {
    guard !closed.isEmpty else { return nil }
    // Variants of a mode share its column, or the table of a suite with many would be wider than any screen.
    let modes = Set(closed.flatMap { $0.points.map(\.mode) }).sorted { ModeTable.precedes($0, $1) }
    let heads = modes.map { "<th scope=\"col\" class=\"n\">\(PageTable.mode($0, $0))</th>" as Markup }
    let rows = closed.map { answer -> Markup in
      let cells = modes.map { mode in cell(answer.points.filter { $0.mode == mode }, answer) }
      return """
        <tr><th scope="row">\(anchors.link(answer.experiment.name)) <small>\(NumberText.grouped(answer.concurrency)) \
        \(answer.concurrency == 1 ? "lane" : "lanes")\(answer.isJudged || answer.isAlone ? "" : ", too few rounds to tell")</small></th>\(cells)</tr>

        """
    }
    return """
      <p class="facts">Throughput in op/s at the highest concurrency, and × blocking below it. In bold: the highest, and \
      what cannot be told apart from it.</p>
      <div class="scroll" tabindex="0" role="group" aria-label="throughput"><table class="headline">
      <thead><tr><th scope="col">experiment</th>\(heads)</tr></thead>
      <tbody>
      \(rows)</tbody></table></div>

      """
  }

  /// - Parameter points: a mode's, one for each of its variants.
  private func cell(_ points: [Summary.Point], _ answer: Answer) -> Markup {
    let entries = points.compactMap { entry($0, answer) }
    return "<td class=\"n\">\(entries.isEmpty ? [Markup(NumberText.none)] : entries)</td>"
  }

  private func entry(_ point: Summary.Point, _ answer: Answer) -> Markup? {
    guard let throughput = point.throughput else { return nil }
    let unit = RateUnit.fitting([throughput.median])
    let text = NumberText.significant(throughput.median / unit.factor) + unit.rawValue
    let isLeader = answer.leaders.contains { $0.name == point.name }
    let most = answer.first.throughput?.median ?? 0
    let ratio = point.ratioToBlocking.map { "× \(NumberText.significant($0.median, digits: 3))" }
    let asides = [point.variant, ratio].compactMap { $0 }.joined(separator: " ")
    let number: Markup = isLeader ? "<b>\(text)</b>" : "\(text)"
    let bar = PageTable.bar(most > 0 ? throughput.median / most : 0, mode: point.mode)
    return "\(number)<small>\(asides)</small>\(bar)"
  }
}

extension Answer {
  /// All modes at this concurrency.
  var points: [Summary.Point] { experiment.points.filter { $0.concurrency == concurrency } }
}

/// How often which mode is ahead, of closed loops at their highest concurrency.
struct AnswerCounts {
  /// Those with several modes.
  let compared: [Answer]
  /// Those in which one mode is told apart from all others.
  let ledByOne: [Answer]
  let ledBySeveral: Int
  /// Those with too few rounds.
  let undecided: Int

  init(_ answers: [Answer]) {
    compared = answers.filter { $0.metric == .throughput && !$0.isAlone }
    let judged = compared.filter(\.isJudged)
    ledByOne = judged.filter { $0.equal.isEmpty && $0.undecided.isEmpty }
    ledBySeveral = judged.count - ledByOne.count
    undecided = compared.count - judged.count
  }

  /// The modes that lead alone, in the order of the plan.
  var leaders: [(name: String, count: Int)] {
    var names: [String] = []
    for answer in ledByOne where !names.contains(answer.first.name) { names.append(answer.first.name) }
    return names.map { name in (name, ledByOne.count { $0.first.name == name }) }
  }
}
