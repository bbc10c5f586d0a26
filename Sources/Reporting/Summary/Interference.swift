import Plan
import Records

extension Summary {
  /// The effect of work on lanes without work: experiments with the same bystanders that differ only in the work per
  /// operation and where it runs. File I/O is work, too, of unknown length.
  struct Interference {
    /// The common prefix of the experiments' names.
    let name: String
    /// Whether the work is file I/O rather than CPU work.
    let isOfFile: Bool
    /// The description without the work.
    let description: String
    let concurrency: Int
    /// The bystanders, such as `16 paced`.
    let bystanders: String
    /// The total rate of lanes that hardly disturb the bystanders, in operations per second; nil if the run has no such
    /// experiment.
    let restRate: Double?
    /// Whether the bystanders' latency is from the intended start of an operation.
    let isResponse: Bool
    /// By mode and variant.
    let curves: [Curve]

    struct Curve {
      let name: String
      /// By ascending work in nanoseconds; 0 if the workload has none.
      let points: [(work: Double, point: Point, bystanders: MeasuredClass)]
      /// The bystanders beside lanes that do next to nothing, in any variant.
      let rest: MeasuredClass?
    }

    private typealias Member = (experiment: MeasuredExperiment, point: Point, bystanders: MeasuredClass)

    private struct Key: Hashable {
      /// The workload without its work and its offload.
      var workload: WorkloadSpec?
      /// Includes the rate of an open loop.
      var setting: Setting
      var asked: UInt64?
      var concurrency: Int
      var bystanders: Bystanders

      struct Bystanders: Hashable {
        var name: String
        var workload: RecordedWorkload?
      }

      var rate: Double? { setting.rate }

      /// The key without arrivals.
      private var unloaded: Key {
        var key = self
        key.setting = setting.without(.arrivals, .rate)
        return key
      }

      /// For a closed loop: the slowest of the keys that differ only in arrivals.
      func rest(among keys: [Key]) -> Key? {
        guard rate == nil else { return nil }
        return keys.filter { $0.rate != nil && $0.unloaded == unloaded }.min { ($0.rate ?? 0) < ($1.rate ?? 0) }
      }
    }

    /// - Parameter experiments: those of a run.
    static func all(of experiments: [MeasuredExperiment]) -> [Interference] {
      var keys: [Key] = []
      var groups: [Key: [Member]] = [:]
      for experiment in experiments where !experiment.isSearchStep && experiment.spec?.holdsUpOthers == true {
        for point in experiment.points {
          guard let lanes = point.classes.first(where: { $0.name != TrialRecord.LaneClass.busy }) else { continue }
          let key = Key(
            workload: experiment.spec?.withoutWork, setting: experiment.common, asked: experiment.asked,
            concurrency: point.concurrency,
            bystanders: Key.Bystanders(
              name: "\(NumberText.grouped(lanes.lanes)) \(lanes.name)", workload: experiment.ofBystanders))
          if groups[key] == nil { keys.append(key) }
          groups[key, default: []].append((experiment, point, lanes))
        }
      }
      let rests = Dictionary(
        uniqueKeysWithValues: keys.compactMap { key in key.rest(among: keys).map { (key, $0) } })
      return keys.filter { !rests.values.contains($0) }.map { key in
        let rest = rests[key]
        return Interference(key, groups[key] ?? [], rest, rest.flatMap { groups[$0] } ?? [])
      }
    }

    private init(_ key: Key, _ members: [Member], _ rest: Key?, _ resting: [Member]) {
      name = Self.commonName(of: members.map(\.experiment.plannedName), else: members[0].experiment.kind)
      isOfFile = members[0].experiment.spec?.file != nil
      description = members[0].experiment.withoutWork
      concurrency = key.concurrency
      bystanders = key.bystanders.name
      restRate = rest?.rate
      isResponse = members.contains { $0.bystanders.response != nil }
      curves = Dictionary(grouping: members) { $0.point.coordinates.point }
        .sorted { $0.key.precedesByMode($1.key) }
        .map { key, members in
          Curve(
            name: key.name,
            points: members.map { (Double($0.experiment.spec?.work.count ?? 0), $0.point, $0.bystanders) }.sorted {
              $0.0 < $1.0
            },
            rest: (resting.first { $0.point.coordinates.point == key } ?? resting.first { $0.point.mode == key.mode })?
              .bystanders)
        }
    }

    /// The hyphen-separated words at the start of all names.
    private static func commonName(of names: [String], else kind: String) -> String {
      let words = names.map { $0.split(separator: "-", omittingEmptySubsequences: false) }
      let common = words[0].indices.prefix { place in
        words.allSatisfy { place < $0.count && $0[place] == words[0][place] }
      }
      return common.isEmpty ? kind : words[0][..<common.endIndex].joined(separator: "-")
    }
  }
}

extension Summary.MeasuredExperiment {
  var kind: String { workload.kind ?? "experiment" }
}

extension GnuplotData {
  init(_ interference: Summary.Interference, place: String, _ provenance: Provenance) {
    let names = [
      "p99_of_trials_ns", "low_ns", "high_ns", "p50_ns", "p99_ns", "throughput_per_s", "low_per_s", "high_per_s",
      "valid_trials", "rest_p99_of_trials_ns", "rest_low_ns", "rest_high_ns",
    ]
    let time = interference.isResponse ? "response" : "service"
    let (idle, busy) = interference.isOfFile ? ("lanes of echo", "on a file") : ("lanes without work", "at work")
    self.init(
      .interference, interference.name, interference.description, provenance,
      question: "How much does \(interference.isOfFile ? "file I/O" : "CPU work") delay lanes that do none?",
      subject: "\(interference.bystanders) \(idle), beside \(NumberText.grouped(interference.concurrency)) \(busy)",
      place: place,
      remarks: [
        ("columns", "work of an operation in nanoseconds, then those named"),
        ("latency", "the bystanders' \(time) time"),
        ("of trials", "the median over trials of a trial's own p99; \(Self.intervals.1)"),
        ("pooled", "p50 and p99 are of all valid trials' operations together"),
        ("throughput", "of the lanes \(busy)"),
      ]
        + (interference.restRate.map {
          [("rest", "beside the same lanes at \(NumberText.brief($0)) operations/s in all")]
        } ?? []),
      blocks: interference.curves.map { curve in
        Block(
          name: curve.name, columns: names,
          rows: curve.points.map { work, point, lanes in
            let latency = lanes.response ?? lanes.latency
            return [work] + Self.columns(lanes.percentiles.p99)
              + [latency?.percentile(50), latency?.percentile(99)].map { $0.map { Double($0) } }
              + Self.columns(point.throughput) + [Double(point.validTrials)]
              + Self.columns(curve.rest?.percentiles.p99)
          })
      })
  }

  /// One figure for each group of experiments.
  static func interferences(of experiments: [Summary.MeasuredExperiment], _ provenance: Provenance) -> [GnuplotData] {
    let all = Summary.Interference.all(of: experiments)
    return all.map { interference in
      let isAlone = all.filter { $0.name == interference.name }.count == 1
      return GnuplotData(interference, place: isAlone ? "" : "-\(interference.concurrency)", provenance)
    }
  }
}
