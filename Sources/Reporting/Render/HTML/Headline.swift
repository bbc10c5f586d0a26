import Plan
import Records
import Statistics

/// The first screen of a page: the answers, and a table of all closed loops at their highest concurrency.
struct Headline {
  private let summary: Summary
  /// By the name of the section, in the order of the plan.
  private let answers: [Answer]
  private static let mostSentences = 3

  init(_ summary: Summary, _ answers: [Answer]) {
    self.summary = summary
    self.answers = answers
  }

  /// One sentence per experiment; for many experiments, counts and the first sentences.
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
      all.append("<p><b>\(name)</b>: \(text)</p>\n")
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

  /// One row per closed loop, and one column per mode.
  var table: Markup? {
    guard !closed.isEmpty else { return nil }
    let points = closed.flatMap { answer in answer.points }
    var keys: [Coordinates] = []
    for point in points {
      let key = Coordinates(mode: point.mode, variant: point.variant)
      if !keys.contains(key) { keys.append(key) }
    }
    keys.sort { $0.precedesByMode($1) }
    let heads = keys.map { "<th scope=\"col\" class=\"n\">\(PageTable.mode($0.mode, $0.name))</th>" as Markup }
    let rows = closed.map { answer -> Markup in
      let cells = keys.map { key in cell(answer.points.first { $0.name == key.name }, answer) }
      return """
        <tr><th scope="row">\(answer.experiment.name) <small>\(NumberText.grouped(answer.concurrency)) \
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

  private func cell(_ point: Summary.Point?, _ answer: Answer) -> Markup {
    guard let point, let throughput = point.throughput else { return "<td class=\"n\">\(NumberText.none)</td>" }
    let unit = RateUnit.fitting([throughput.median])
    let text = NumberText.significant(throughput.median / unit.factor) + unit.rawValue
    let isLeader = answer.leaders.contains { $0.name == point.name }
    let most = answer.first.throughput?.median ?? 0
    let ratio = point.ratioToBlocking.map { "× \(NumberText.significant($0.median, digits: 3))" } ?? ""
    let number: Markup = isLeader ? "<b>\(text)</b>" : "\(text)"
    let bar = PageTable.bar(most > 0 ? throughput.median / most : 0, mode: point.mode)
    return "<td class=\"n\">\(number)<small>\(ratio)</small>\(bar)</td>"
  }
}

extension Answer {
  /// All modes at this concurrency.
  var points: [Summary.Point] { experiment.points.filter { $0.concurrency == concurrency } }
}

/// How often each mode leads, over the closed loops at their highest concurrency.
struct AnswerCounts {
  /// The answers with several modes.
  let compared: [Answer]
  /// The answers in which one mode differs significantly from all others.
  let ledByOne: [Answer]
  let ledBySeveral: Int
  /// The answers with too few rounds.
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
