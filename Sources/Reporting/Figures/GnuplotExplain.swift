import Explain
import Records
import Statistics

extension GnuplotData {
  /// The parts of operations beside what was measured, for every experiment; none if the run has neither audits nor costs
  /// of primitives.
  static func explanations(
    of run: Run, _ experiments: [Summary.MeasuredExperiment], _ provenance: Provenance
  ) -> [GnuplotData] {
    guard run.primitives != nil || run.trials.contains(where: { !$0.isTimed }) else { return [] }
    let points = run.primitives.map { ExplainedPoint.all(of: run, by: $0) } ?? []
    return experiments.map { experiment in
      GnuplotData(experiment, points.filter { $0.experiment == experiment.name }, run.primitives, provenance)
    }
  }

  private init(
    _ experiment: Summary.MeasuredExperiment, _ points: [ExplainedPoint], _ primitives: PrimitivesRecord?,
    _ provenance: Provenance
  ) {
    let interval = ["low_ns", "high_ns"]
    let parts = Self.parts(of: points)
    let columns =
      ["measured_ns"] + interval + ["predicted_ns"] + interval + parts.map { "\(Block.word($0))_ns" }
    let lanes = Set(points.map(\.concurrency)).sorted()
    let names = experiment.byName.map(\.name).filter { name in points.contains { $0.mode == name } }
    let blocks = names.map { name in
      Block(
        name: name, columns: columns,
        rows: lanes.map { count -> [Double?] in
          let point = points.first { $0.mode == name && $0.concurrency == count }
          let shares = point?.shares ?? [:]
          return [Double(count)] + Self.columns(point?.explanation.measured)
            + Self.columns(point?.explanation.sum) + parts.map { shares[$0] }
        })
    }
    let from = primitives.map { "\($0.started), \(Provenance.machine($0.machine)), \($0.rounds) rounds" }
    let absence =
      primitives == nil
      ? "the run has no costs of primitives" : points.isEmpty ? "no point has a valid audit" : nil
    let isUnpriced = points.allSatisfy { $0.explanation.sum == nil }
    self.init(
      .explain, experiment.name, experiment.description, provenance,
      question: "Where does the CPU time of an operation go?",
      subject: "CPU time per operation, part by part, beside the measured",
      remarks: [
        ("columns", "concurrency, then those named, each per operation; a part is a count × a cost"),
        ("parts", parts.map(Block.label).joined(separator: " ")),
        ("measured", "median over trials; low and high: its 95 % interval; with fewer than 6 trials, their range"),
        ("predicted", "the sum of the parts: median over the rounds of the primitives, with its interval"),
      ] + (from.map { [("primitives", $0)] } ?? []),
      absence: absence ?? (isUnpriced ? "no part of an operation has a cost" : nil), blocks: blocks)
  }

  /// The names of all parts, those that take most at all points together first.
  private static func parts(of points: [ExplainedPoint]) -> [String] {
    var totals: [(name: String, share: Double)] = []
    for (name, share) in points.flatMap({ $0.shares.sorted { $0.key < $1.key } }) {
      if let index = totals.firstIndex(where: { $0.name == name }) {
        totals[index].share += share
      } else {
        totals.append((name, share))
      }
    }
    return totals.sorted { ($1.share, $0.name) < ($0.share, $1.name) }.map(\.name)
  }
}

extension ExplainedPoint {
  /// What an operation spends on each part, in nanoseconds.
  fileprivate var shares: [String: Double] {
    Dictionary(
      explanation.rows.compactMap { row in row.share.map { (row.primitive, $0.median) } }, uniquingKeysWith: +)
  }
}
