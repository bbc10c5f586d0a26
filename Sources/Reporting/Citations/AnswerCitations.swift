import Records
import Statistics

extension Citable {
  /// What the first screen of a page says beside its table: how near the next mode comes to the first, and how often which
  /// mode is ahead.
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
        ("closed-loops", "experiments in closed loop that compare modes", all),
        ("led-by-one", "those of them in which one mode alone has the highest throughput", counts.ledByOne.count),
        ("led-by-several", "those in which several cannot be told apart at the top", counts.ledBySeveral),
        ("led-undecided", "those with too few rounds to tell", counts.undecided),
      ]
      + counts.leaders.map { name, count in
        ("led-by-one-\(word(name))", "those in which \(name) alone has the highest throughput", count)
      }
    return values.compactMap { name, about, value in
      CitedValue(value, n: all).flatMap { Citable(.run, name, about, $0, .count("experiments"), .allTrials) }
    }
  }
}
