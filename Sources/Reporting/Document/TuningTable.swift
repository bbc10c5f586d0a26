import Records
import Statistics

/// The best setting in each mode, with notes.
struct TuningTable {
  let table: Table
  let notes: [Summary.MeasuredExperiment.Note]

  static let heading = "Best settings"
  static let about =
    "the smallest that is not significantly below the highest throughput, paired by round, at 5 %; undecided where it may "
    + "be more than a tenth below"

  init(_ tuning: Summary.Tuning) {
    let place = tuning.fixed.compactMap { fixed in
      fixed.value.map { " at \(fixed.axis.rawValue) \(NumberText.grouped($0))" }
    }.joined()
    let curves = tuning.curves
    let unit = RateUnit.fitting(curves.map(\.best.throughput.high))
    let rate = unit == .one ? "op/s" : "\(unit.rawValue) op/s"
    table = Table(
      title: "\(tuning.experiment)\(place), by \(tuning.axis.rawValue):",
      columns: [
        .modes(curves.map(\.name)),
        .number("recommended", curves.map { $0.recommended.map { NumberText.grouped($0.setting) } ?? "undecided" }),
        .estimates(rate, curves.map { EstimateText($0.recommended?.throughput, over: unit.factor) }),
        .number("highest", curves.map { NumberText.grouped($0.best.setting) }),
        .number(rate, curves.map { NumberText.significant($0.best.throughput.median / unit.factor) }),
        .text("not different from it", curves.map(Self.others)), .text("why", curves.map(\.reason)),
      ], rows: curves.map { Table.Row(mode: $0.mode) }, names: 1)
    notes =
      curves.filter { $0.recommended == nil }.map {
        .init(text: "\($0.name) undecided: \($0.reason)", isWarning: false)
      }
      + curves.compactMap { curve in
        let missing = tuning.settings.filter { setting in !curve.points.contains { $0.setting == setting } }
        let list = missing.map { NumberText.grouped($0) }.joined(separator: ", ")
        return missing.isEmpty ? nil : .init(text: "\(curve.name): no valid trial at \(list)", isWarning: false)
      }
  }

  /// `64, 256`: the settings that cannot be distinguished from the best, without it.
  private static func others(_ curve: Summary.Tuning.Curve) -> String {
    let others = curve.contenders.filter { $0 != curve.best.setting }
    return others.isEmpty ? NumberText.none : others.map { NumberText.grouped($0) }.joined(separator: ", ")
  }
}

extension Summary.Tuning.Curve {
  /// Why the setting is recommended, or why none is.
  var reason: String {
    let candidate = points[choice.candidate].setting
    let edge =
      choice.candidate == points.count - 1
      ? "; the largest measured, and a larger one may be better"
      : choice.candidate == 0 ? "; the smallest measured" : ""
    let own = NumberText.grouped(candidate)
    guard let rival = choice.rival.map({ NumberText.grouped(points[$0].setting) }) else {
      return choice.verdict == .decided
        ? "all others are lower\(edge)" : "\(own) has fewer than \(minimumRounds) valid rounds; add rounds"
    }
    let text = EstimateText(choice.ratio, digits: 3)
    let comparison = "\(own) has \(text.median) \(text.interval) of the throughput of \(rival)"
    return switch choice.verdict {
    case .decided: comparison + edge
    case .uncertain: "\(comparison), perhaps more than a tenth less; add rounds"
    case .tooFewRounds: "\(own) and \(rival) share fewer than \(minimumRounds) valid rounds; add rounds"
    }
  }
}

extension Summary.Tuning {
  /// The table in the JSON report: one object per mode.
  var json: [JSONValue] {
    curves.map { curve in
      var members: [String: JSONValue?] = [
        "experiment": .string(experiment), "setting": .string(axis.rawValue), "mode": .string(curve.mode),
        "variant": curve.variant.map { .string($0) },
        "recommended": JSONReport.number(curve.recommended?.setting),
        "recommended_throughput_per_s": JSONReport.estimate(curve.recommended?.throughput),
        "best": JSONReport.number(curve.best.setting),
        "best_throughput_per_s": JSONReport.estimate(curve.best.throughput),
        "not_told_from_best": .array(
          curve.contenders.filter { $0 != curve.best.setting }.map { .number(Double($0)) }),
        "rival": JSONReport.number(curve.choice.rival.map { curve.points[$0].setting }),
        "throughput_ratio_to_rival": JSONReport.estimate(curve.choice.ratio),
        "reason": .string(curve.reason),
        "settings": .array(
          curve.points.map {
            JSONReport.object([
              "setting": JSONReport.number($0.setting), "throughput_per_s": JSONReport.estimate($0.throughput),
            ])
          }),
      ]
      for fixed in fixed { members[fixed.axis.rawValue] = JSONReport.number(fixed.value) }
      return JSONReport.object(members)
    }
  }
}
