import Measurement
import Records

extension Summary {
  /// What work does to lanes that have none: the experiments of a run that are beside the same bystanders, and differ in
  /// the work of an operation and in who does it alone.
  struct Interference {
    /// What the names of its experiments begin with.
    let name: String
    /// In words, without the work.
    let description: String
    let concurrency: Int
    /// What the bystanders are: `16 paced`.
    let bystanders: String
    /// Whether their latency is from the intended start of an operation.
    let isResponse: Bool
    /// By mode and variant.
    let curves: [Curve]

    struct Curve {
      let name: String
      /// By ascending work, in nanoseconds; 0 where the workload has none.
      let points: [(work: Double, point: Point, bystanders: LaneClass)]
    }

    private struct Key: Hashable {
      var description: String
      var concurrency: Int
      var bystanders: String
    }

    /// - Parameter experiments: those of a run.
    static func all(of experiments: [Experiment]) -> [Interference] {
      var keys: [Key] = []
      var groups: [Key: [(experiment: Experiment, point: Point, bystanders: LaneClass)]] = [:]
      for experiment in experiments where !experiment.isSearchStep && experiment.showsInterference {
        for point in experiment.points {
          guard let lanes = point.classes.first(where: { $0.name != TrialRecord.LaneClass.busy }) else { continue }
          let key = Key(
            description: experiment.withoutWork, concurrency: point.concurrency,
            bystanders: "\(NumberText.grouped(lanes.lanes)) \(lanes.name)")
          if groups[key] == nil { keys.append(key) }
          groups[key, default: []].append((experiment, point, lanes))
        }
      }
      return keys.map { key in Interference(key, groups[key] ?? []) }
    }

    private init(_ key: Key, _ members: [(experiment: Experiment, point: Point, bystanders: LaneClass)]) {
      name = Self.commonName(of: members.map(\.experiment.plannedName), else: members[0].experiment.kind)
      description = key.description
      concurrency = key.concurrency
      bystanders = key.bystanders
      isResponse = members.contains { $0.bystanders.response != nil }
      curves = Dictionary(grouping: members) { PointKey($0.point) }
        .sorted { $0.key.precedesByMode($1.key) }
        .map { key, members in
          Curve(
            name: key.name,
            points: members.map { ($0.experiment.work, $0.point, $0.bystanders) }.sorted { $0.0 < $1.0 })
        }
    }

    /// The words, between hyphens, that all names begin with.
    private static func commonName(of names: [String], else kind: String) -> String {
      let words = names.map { $0.split(separator: "-", omittingEmptySubsequences: false) }
      let common = words[0].indices.prefix { place in
        words.allSatisfy { place < $0.count && $0[place] == words[0][place] }
      }
      return common.isEmpty ? kind : words[0][..<common.endIndex].joined(separator: "-")
    }
  }
}

extension Summary.Experiment {
  var kind: String { workload["kind"]?.string ?? "experiment" }

  /// Whether its operations keep whoever carries the lanes from others, which bystanders feel.
  fileprivate var showsInterference: Bool { ["compute", "file"].contains(kind) }

  /// Nanoseconds.
  fileprivate var work: Double { workload["work"]?.string.flatMap { Nanoseconds($0) }.map { Double($0.count) } ?? 0 }
}

extension GnuplotData {
  init(_ interference: Summary.Interference, place: String, _ provenance: Provenance) {
    let names = [
      "p99_of_trials_ns", "low_ns", "high_ns", "p50_ns", "p99_ns", "throughput_per_s", "low_per_s", "high_per_s",
      "valid_trials",
    ]
    let time = interference.isResponse ? "response" : "service"
    self.init(
      .interference, interference.name, interference.description, provenance,
      subject: "\(interference.bystanders) lanes without work, beside "
        + "\(NumberText.grouped(interference.concurrency)) at work",
      place: place,
      remarks: [
        ("columns", "work of an operation in nanoseconds, then those named"),
        ("latency", "the bystanders' \(time) time"),
        ("of trials", "the median over trials of a trial's own p99; \(Self.intervals.1)"),
        ("pooled", "p50 and p99 are of all valid trials' operations together"),
        ("throughput", "of the lanes at work"),
      ],
      blocks: interference.curves.map { curve in
        Block(
          name: curve.name, columns: names,
          rows: curve.points.map { work, point, lanes in
            let latency = lanes.response ?? lanes.latency
            return [work] + Self.columns(lanes.percentiles.p99)
              + [latency?.percentile(50), latency?.percentile(99)].map { $0.map { Double($0) } }
              + Self.columns(point.throughput) + [Double(point.validTrials)]
          })
      })
  }

  /// One figure for each set of experiments that belong together.
  static func interferences(of experiments: [Summary.Experiment], _ provenance: Provenance) -> [GnuplotData] {
    let all = Summary.Interference.all(of: experiments)
    return all.map { interference in
      let isAlone = all.filter { $0.name == interference.name }.count == 1
      return GnuplotData(interference, place: isAlone ? "" : "-\(interference.concurrency)", provenance)
    }
  }
}
