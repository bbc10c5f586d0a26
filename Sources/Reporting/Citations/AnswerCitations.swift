import Records
import Statistics

extension Citable {
  /// The numbers on a page's first screen besides its table: the ratio of the next mode to the first, and how often
  /// each mode leads.
  static func all(of answers: [Answer]) -> [Citable] { answers.compactMap(ofNext) + all(of: AnswerCounts(answers)) }

  private static func ofNext(_ answer: Answer) -> Citable? {
    guard let (point, ratio) = answer.next, let value = CitedValue(ratio) else { return nil }
    let experiment = answer.experiment
    let key = point.coordinates.point
    let place = Place(experiment.plannedName, key.at(experiment.setting))
    return Citable(
      place, "ratio-to-first",
      "\(answer.metric.rawValue) over that of \(answer.first.name), which is ahead: median of rounds", value, .ratio,
      experiment.origin([key, answer.first.coordinates.point]))
  }

  private static func all(of counts: AnswerCounts) -> [Citable] {
    let all = counts.compared.count
    let values: [(String, String, Int)] =
      [
        ("closed-loops", "closed-loop experiments that compare modes", all),
        ("led-by-one", "those of them in which one mode leads in throughput", counts.ledByOne.count),
        ("led-by-several", "those of them with several leading modes", counts.ledBySeveral),
        ("led-undecided", "those of them with too few rounds", counts.undecided),
      ]
      + counts.leaders.map { name, count in
        ("led-by-one-\(word(name))", "those of them in which \(name) leads in throughput", count)
      }
    return values.compactMap { name, about, value in
      CitedValue(value, n: all).flatMap { Citable(.run, name, about, $0, .count("experiments"), .allTrials) }
    }
  }
}
