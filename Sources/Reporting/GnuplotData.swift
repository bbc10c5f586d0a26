import Foundation
import Measurement
import Records
import Statistics

/// A question that one figure of an experiment answers.
enum FigureKind: String, CaseIterable {
  case throughput, latency, cpu, speedup, serve, load, time, memory, interference
}

/// The data of one figure: `#` lines that say where they come from; then for every mode a block under a header row that
/// begins with the mode's quoted name, two empty lines apart. Columns are fixed, and `NaN` stands where nothing is.
struct GnuplotData {
  let kind: FigureKind
  let experiment: String
  /// What is against what.
  let subject: String
  /// What tells it from other figures of its kind and experiment; empty where there are none.
  let place: String
  let text: String
  /// How many modes have at least one value.
  let measuredBlocks: Int

  init(
    _ kind: FigureKind, _ experiment: String, _ description: String, _ provenance: Provenance, subject: String,
    place: String = "", remarks: [(String, String)] = [], blocks: [Block]
  ) {
    self.kind = kind
    self.experiment = experiment
    self.subject = subject
    self.place = place
    measuredBlocks = blocks.filter { $0.name != Self.ideal && $0.rows.contains { $0[1]?.isFinite ?? false } }.count
    let facts =
      [
        ("figure", subject), ("run", provenance.run), ("machine", provenance.machine), ("date", provenance.date),
        ("experiment", Provenance.oneLine(experiment)), ("workload", Provenance.oneLine(description)),
      ] + remarks
    text =
      facts.map { "# \($0): \($1)\n" }.joined() + blocks.map(\.text).joined(separator: "\n\n")
  }

  /// All figures of all experiments.
  static func files(of run: Run) -> [GnuplotData] {
    let provenance = Provenance(run.record)
    let summary = Summary(run)
    return summary.sections.flatMap { section in
      switch section {
      case .experiment(let experiment):
        [
          GnuplotData(throughputOf: experiment, provenance), GnuplotData(latencyOf: experiment, provenance),
          GnuplotData(cpuOf: experiment, provenance), GnuplotData(speedupOf: experiment, provenance),
        ] + (experiment.spansMemory ? [GnuplotData(memoryOf: experiment, provenance)] : [])
          + (experiment.isServing
            ? [GnuplotData(servingOf: experiment, provenance)] : times(of: experiment, provenance))
      case .load(let load): [GnuplotData(latencyUnder: load, provenance)]
      }
    } + interferences(of: summary.experiments, provenance)
  }

  /// What a mode does within a window, which is known of clients.
  private static func times(of experiment: Summary.Experiment, _ provenance: Provenance) -> [GnuplotData] {
    experiment.byConcurrency.filter { $0.points.contains { $0.timeline != nil } }.map {
      GnuplotData(timeOf: experiment, at: $0.concurrency, $0.points, provenance)
    }
  }

  private static let ideal = "ideal"
  static let intervals = (
    "interval", "low and high are the 95 % interval of the median over trials; with fewer than 6 trials, their range"
  )

  private init(throughputOf experiment: Summary.Experiment, _ provenance: Provenance) {
    let names = ["throughput_per_s", "low_per_s", "high_per_s", "valid_trials"]
    var blocks = Self.blocks(experiment, names) { point in
      Self.columns(point?.throughput) + [Double(point?.validTrials ?? 0)]
    }
    if let serviceTime = experiment.serviceTime, serviceTime > 0 {
      let rows = experiment.byConcurrency.map { concurrency, _ -> [Double?] in
        [Double(concurrency), Double(concurrency) / serviceTime, nil, nil, nil]
      }
      blocks.append(Block(name: Self.ideal, columns: names, rows: rows))
    }
    self.init(
      .throughput, experiment.name, experiment.description, provenance,
      subject: "throughput against concurrency",
      remarks: [("columns", "concurrency, then those named"), Self.intervals], blocks: blocks)
  }

  private init(cpuOf experiment: Summary.Experiment, _ provenance: Provenance) {
    let (side, other) = experiment.isServing ? ("server", "client") : ("client", "server")
    let names = ["\(side)_cpu_us", "low_us", "high_us", "\(side)_user_us", "\(side)_system_us", "\(other)_cpu_us"]
    self.init(
      .cpu, experiment.name, experiment.description, provenance,
      subject: "processor time per operation against concurrency",
      remarks: [("columns", "concurrency, then those named, each per operation"), Self.intervals],
      blocks: Self.blocks(experiment, names) { point in
        let others = experiment.isServing ? point?.client : point?.server
        return Self.columns(point?.tested.cpu)
          + [point?.tested.userCPU, point?.tested.systemCPU, others?.cpu].map { $0?.median }
      })
  }

  /// What serving takes, quantity by quantity.
  private init(servingOf experiment: Summary.Experiment, _ provenance: Provenance) {
    let names = [
      "throughput_per_s", "low_per_s", "high_per_s", "p50_ns", "p99_ns", "server_cpu_us", "low_us", "high_us",
      "server_threads_peak", "server_rss_peak_bytes", "low_bytes", "high_bytes",
    ]
    self.init(
      .serve, experiment.name, experiment.description, provenance, subject: "serving, against connections",
      remarks: [
        ("columns", "connections, then those named; processor time is per operation"), Self.intervals,
        ("pooled", "p50 and p99 are of all valid trials' operations together"),
      ],
      blocks: Self.blocks(experiment, names) { point in
        let latency = point?.response ?? point?.latency
        return Self.columns(point?.throughput)
          + [latency?.percentile(50), latency?.percentile(99)].map { $0.map { Double($0) } }
          + Self.columns(point?.tested.cpu) + [point?.threadsPeak.map { Double($0) }] + Self.columns(point?.memory)
      })
  }

  private init(speedupOf experiment: Summary.Experiment, _ provenance: Provenance) {
    let names = ["throughput_over_blocking", "low", "high", "rounds"]
    self.init(
      .speedup, experiment.name, experiment.description, provenance,
      subject: "speed-up over blocking against concurrency",
      remarks: [("columns", "concurrency, then those named"), Self.intervals],
      blocks: Self.blocks(experiment, names) { point in
        Self.columns(point?.ratioToBlocking) + [point?.ratioToBlocking.map { Double($0.n) }]
      }.filter { !($0.name == "blocking" || $0.name.hasPrefix("blocking/")) })
  }

  /// Of the highest concurrency that has percentiles.
  private init(latencyOf experiment: Summary.Experiment, _ provenance: Provenance) {
    let group =
      experiment.byConcurrency.last { $0.points.contains { $0.latency?.percentile(50) != nil } }
      ?? experiment.byConcurrency.last
    let concurrency = NumberText.grouped(group?.concurrency ?? 0)
    self.init(
      .latency, experiment.name, experiment.description, provenance,
      subject: "service time by percentile, at concurrency \(concurrency)",
      remarks: [
        ("columns", "1 / (1 - percentile / 100), then those named"), ("concurrency", concurrency),
        ("pooled", "all valid trials together, as far as at least ten operations lie beyond"),
      ],
      blocks: (group?.points ?? []).map { point in
        let rows = Self.percentileRows(point)
        return Block(
          name: point.name, columns: ["latency_ns", "percentile"], rows: rows.isEmpty ? [[nil, nil, nil]] : rows)
      })
  }

  /// Of the highest concurrency that has percentiles.
  private init(latencyUnder load: Summary.Load, _ provenance: Provenance) {
    let concurrencies = Set(load.curves.map(\.key.concurrency)).sorted()
    func curves(_ concurrency: Int?) -> [Summary.Curve] { load.curves.filter { $0.key.concurrency == concurrency } }
    let concurrency =
      concurrencies.last { concurrency in
        curves(concurrency).contains { $0.points.contains { $0.point.response?.percentile(50) != nil } }
      } ?? concurrencies.last
    let lanes = NumberText.grouped(concurrency ?? 0)
    let names = [
      "response_p50_ns", "response_p99_ns", "p99_of_trials_ns", "low_ns", "high_ns", "throughput_per_s",
      "valid_trials", "knee_p50_ns", "knee_p99_ns",
    ]
    self.init(
      .load, load.name, load.description, provenance, subject: "latency against offered rate, at concurrency \(lanes)",
      remarks: [
        ("columns", "offered rate per second, then those named"), ("concurrency", lanes),
        ("pooled", "response_p50 and response_p99 are of all valid trials' operations together"),
        ("of trials", "the median over trials of a trial's own p99; \(Self.intervals.1)"),
        ("knee", "the rate with the highest throughput / mean response time; NaN elsewhere"),
      ] + (load.search.map { [("objective", Provenance.oneLine($0.objective))] } ?? []),
      blocks: curves(concurrency).map { curve in
        Block(
          name: curve.key.name, columns: names,
          rows: curve.points.map { rate, point in
            let (p50, p99) = (point.response?.percentile(50), point.response?.percentile(99))
            let pooled = [p50, p99].map { $0.map { Double($0) } }
            let isKnee = curve.knee?.rate == rate
            return [rate] + pooled + Self.columns(point.responsePercentiles.p99)
              + [point.throughput?.median, Double(point.validTrials)] + (isKnee ? pooled : [nil, nil])
          })
      })
  }

  /// Eight percentiles for every halving of what lies beyond, as far as they are supported.
  private static func percentileRows(_ point: Summary.Point) -> [[Double?]] {
    guard let latency = point.latency else { return [] }
    let most = Double(latency.histogram.count) / 10
    guard most >= 1 else { return [] }
    let steps = (0...Int(log2(most) * 8)).map { exp2(Double($0) / 8) } + [most]
    return steps.compactMap { inverse in
      let percentile = 100 - 100 / inverse
      return latency.percentile(percentile).map { [inverse, Double($0), percentile] }
    }
  }

  /// A block for every mode and variant, with a row for every concurrency of the experiment.
  private static func blocks(
    _ experiment: Summary.Experiment, _ columns: [String], _ values: (Summary.Point?) -> [Double?]
  ) -> [Block] {
    experiment.byName.map { name, points in
      let rows = experiment.byConcurrency.map { concurrency, _ in
        [Double(concurrency)] + values(points.first { $0.concurrency == concurrency })
      }
      return Block(name: name, columns: columns, rows: rows)
    }
  }

  static func columns(_ estimate: Estimate?) -> [Double?] { [estimate?.median, estimate?.low, estimate?.high] }
}

extension GnuplotData {
  /// The rows of one mode.
  struct Block {
    /// One word: it is a title, and names the block for `index`.
    let name: String
    let columns: [String]
    let rows: [[Double?]]

    init(name: String, columns: [String], rows: [[Double?]]) {
      self.name = String(name.map { $0.isWhitespace || $0 == "\"" || $0 == "\\" ? "-" : $0 })
      self.columns = columns
      self.rows = rows
    }

    var text: String {
      let header = (["\"\(name)\""] + columns).joined(separator: " ")
      let lines = rows.map { row in
        row.map { $0.flatMap { NumberText.plain($0, digits: 7, wholeAsIs: true) } ?? "NaN" }.joined(separator: " ")
      }
      return (["# \(name)", header] + lines).joined(separator: "\n") + "\n"
    }
  }
}
